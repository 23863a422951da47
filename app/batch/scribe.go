package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// scribe writes down what became of lines, as many at a time as came while it wrote: a transaction for each would be most of the work.
type scribe struct {
	job  *job
	in   chan note
	over sync.WaitGroup
}

type note struct {
	item SealedItem
	done chan error
}

const together = 32

func newScribe(j *job) *scribe {
	s := &scribe{job: j, in: make(chan note, together)}
	s.over.Go(s.run)
	return s
}

func (s *scribe) close() {
	close(s.in)
	s.over.Wait()
}

func (s *scribe) run() {
	for first := range s.in {
		batch := []note{first}
		for more := true; more && len(batch) < together; {
			select {
			case n, open := <-s.in:
				if more = open; open {
					batch = append(batch, n)
				}
			default:
				more = false
			}
		}
		err := s.write(batch)
		for _, n := range batch {
			n.done <- err
		}
	}
}

func (s *scribe) write(batch []note) error {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	items := make([]SealedItem, len(batch))
	for i := range batch {
		items[i] = batch[i].item
	}
	b := &s.job.batch
	return s.job.Store.Put(ctx, b.Org, b.ID, s.job.token, items)
}

// put writes an item down, even when the batch was cut, and waits for it. false breaks off.
func (j *job) put(i *Item) bool {
	sealed, err := j.vault.sealItem(context.Background(), *i)
	if err == nil {
		n := note{sealed, make(chan error, 1)}
		j.notes.in <- n
		err = <-n.done
	}
	if err != nil {
		if !errors.Is(err, ErrLost) {
			j.Log.Warn("a result of a batch could not be written down", "batch", j.batch.ID.String(), "error", err)
		}
		j.lose()
	}
	return err == nil
}
