package budget

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

const (
	// postEvery is how far the books are behind the journal. A post costs some milliseconds of CPU before its first row,
	// and touches a dozen pages for the last one of each: four a second cost few requests much less than ten.
	postEvery = 250 * time.Millisecond
	// postRecords is more than one node makes meanwhile; only arrears take several posts.
	postRecords = 4000
	postTimeout = 30 * time.Second
	backoffMin  = 100 * time.Millisecond
	backoffMax  = 3 * time.Second
	// checkpointEvery is how often the local note of the mark is renewed and old segments are removed.
	checkpointEvery = time.Second
)

// poster ships the journal to the bank. It reads from the file, not from a queue, so an outage of any length costs disk
// and not memory, and what the database says about its mark is always believed.
type poster struct {
	t       *Treasury
	reader  *journal.Reader
	tracker *tracker
	mark    Mark // in the books
	batch   Batch
	full    bool                   // batch waits to be posted
	damaged bool                   // something in the journal could not be read
	news    map[tally]ledger.Units // what batch settles of this process's own
	noted   time.Time
	saved   journal.Checkpoint
}

// seek goes to where the bank's books end. Requests that were in flight there are read again, to know their attempts.
func (p *poster) seek(ctx context.Context) error {
	mark, err := p.t.Bank.Mark(ctx, p.t.node)
	if err != nil {
		return err
	}
	p.close()
	if mark.At.Before(p.mark.At) {
		p.t.anew("the database went back in time: it knows less of the journal than it had confirmed")
	}
	p.tracker, p.mark, p.full, p.batch, p.news = newTracker(), mark, false, Batch{}, map[tally]ledger.Units{}
	p.t.posted.Store(&mark.At)
	if end := p.t.Journal.End(); end.Before(mark.At) {
		// The disk was replaced, or holds an older copy. All of an earlier process that is still there is in the books; waiting
		// for the place that they know would keep what this one writes out of them.
		p.damaged = true
		p.t.Log.Error("the journal lost its end: the books know more of it than there is; they go on with this process, and this node's earlier leases become suspense",
			"segment", end.Segment, "booked_segment", mark.At.Segment)
		p.reader = p.t.Journal.ReadFrom(p.t.Journal.Boot())
		return nil
	}
	p.reader = p.t.Journal.ReadFrom(mark.Low)
	for p.reader.At().Before(mark.At) { // the journal reaches so far, so there is no end of it on the way
		at := p.reader.At()
		rec, err := p.reader.Next()
		if err != nil {
			if p.corrupt(err) {
				continue
			}
			return err
		}
		p.take(rec, at, false)
	}
	return nil
}

// corrupt handles damage in the journal: it is reported, and the rest of that segment is skipped.
func (p *poster) corrupt(err error) bool {
	var damage *journal.CorruptError
	if !errors.As(err, &damage) {
		return false
	}
	p.damaged = true
	p.t.Log.Error("the journal is damaged; what could not be read stays out of the books, and this node's leases become suspense at its next start", "error", err)
	return true
}

// fill reads the next batch; false when there is nothing to post.
func (p *poster) fill() (bool, error) {
	if p.full {
		return true, nil // the last one was not posted
	}
	p.batch = Batch{From: p.mark, Attempts: reused(p.batch.Attempts), Requests: reused(p.batch.Requests)}
	for n := 0; n < postRecords; n++ {
		at := p.reader.At()
		rec, err := p.reader.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if p.corrupt(err) {
				continue
			}
			return false, err
		}
		p.take(rec, at, true)
	}
	to := p.reader.At()
	p.batch.To = Mark{At: to, Low: p.tracker.low(to, p.t.Clock.Now())}
	p.full = p.mark.At != to
	return p.full, nil
}

// reused is the room of the last batch for the next one, unless that was much larger than the last one needed: under load
// batches are alike, and an idle node keeps none.
func reused[T any](last []T) []T {
	if cap(last) > 2*len(last)+16 {
		return nil
	}
	return last[:0]
}

// take puts one record into the tracker and, when it is news to the bank, into the batch.
func (p *poster) take(rec journal.Record, at journal.Position, news bool) {
	switch {
	case rec.Attempt != nil:
		p.tracker.attempt(rec.Attempt, at)
	case rec.Settlement != nil:
		// Before the mark a settlement may lack its attempt: of a request that was complete there, only the end may lie
		// behind the oldest one that was not.
		a := p.tracker.settle(rec.Settlement)
		if a == nil && news {
			p.t.Log.Error("a settlement without its attempt stays out of the books", "attempt", rec.Settlement.Attempt.String())
			p.damaged = true
		} else if a != nil && news {
			p.batch.Attempts = append(p.batch.Attempts, Posting{Attempt: *a, End: *rec.Settlement})
			p.t.count(&p.batch.Attempts[len(p.batch.Attempts)-1], at, p.news)
		}
	case rec.Request != nil:
		p.tracker.record(rec.Request)
		if news {
			p.batch.Requests = append(p.batch.Requests, *rec.Request)
		}
	}
}

// drain posts the journal at least up to until, if it has as much, and reports whether it got there. It does not when
// the books turn out to be at another place: then the next call begins from there.
func (p *poster) drain(ctx context.Context, until journal.Position) (bool, error) {
	if p.reader == nil {
		if err := p.seek(ctx); err != nil {
			return false, err
		}
	}
	begun := p.t.Clock.Now()
	end := p.t.Journal.End() // all that was journaled by then
	for {
		more, err := p.fill()
		if err != nil {
			return false, err
		}
		if !more {
			p.t.even.Store(begun.UnixNano())
			return true, nil
		}
		post, cancel := context.WithTimeout(ctx, postTimeout)
		p.t.posts.Add(1)
		leases, err := p.t.Bank.Post(post, p.t.node, p.batch)
		cancel()
		if errors.Is(err, ErrMoved) {
			p.t.Log.Warn("the books are at another place of the journal than expected; going there", "segment", p.mark.At.Segment, "offset", p.mark.At.Offset)
			p.close()
			return false, nil
		}
		if err != nil {
			return false, err
		}
		p.mark, p.full = p.batch.To, false
		p.t.tallied(p.mark.At, p.news)
		clear(p.news)
		p.t.confirmed(p.batch, leases)
		if !p.mark.At.Before(end) {
			p.t.even.Store(begun.UnixNano())
		}
		if !p.mark.At.Before(until) {
			return true, nil
		}
	}
}

func (p *poster) close() {
	if p.reader != nil {
		p.reader.Close()
		p.reader = nil
	}
}

// confirmed spreads the news of a posted batch. While the last session's journal is posted there is none: the figures
// count what that session posted, and next to them this session's own would look older for a long time.
func (t *Treasury) confirmed(b Batch, leases []Lease) {
	at := b.To.At
	t.posted.Store(&at)
	if !t.isReady() {
		return
	}
	for _, l := range leases {
		d := t.desk(l.Org)
		d.mu.Lock()
		if p := d.purses[l.Account]; p != nil {
			d.look(p, l)
		}
		d.mu.Unlock()
	}
}

// note renews the local checkpoint and trims the journal, now and then.
func (p *poster) note(now time.Time) {
	if p.reader == nil || now.Sub(p.noted) < checkpointEvery {
		return
	}
	p.noted = now
	var err error
	if c := (journal.Checkpoint{At: p.mark.At, Low: p.mark.Low, Epoch: max(p.t.epoch.Load(), p.t.lastEpoch)}); c != p.saved {
		if err = p.t.Journal.SaveCheckpoint(c); err == nil {
			p.saved = c
		}
	}
	if err == nil {
		err = p.t.Journal.Trim(p.mark.Low)
	}
	if err != nil {
		p.t.Log.Warn("the journal's checkpoint could not be renewed", "error", err)
	}
}
