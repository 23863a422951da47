package batch

import (
	"context"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Worker works on batches: one in each process that works. It is a loop and no job of the queue, because the queue gives a job of a killed
// process to another one after eleven minutes.
type Worker struct {
	Parts
	Gateway Gateway
	Grants  Grants
	// Ended is told of each batch that came to its end or waits for somebody; it must not wait. nil tells nobody.
	Ended func(ctx context.Context, b Batch, t Tally)
	// Native hands lines over to providers; nil hands nothing over.
	Native *Native

	vault vault
	pulse *time.Ticker
	mu    sync.Mutex
	jobs  map[*job]struct{}
}

// NewWorker makes the worker of a process.
func NewWorker(p Parts, g Gateway, grants Grants) *Worker {
	return &Worker{Parts: p, Gateway: g, Grants: grants, vault: vault{p.Vault}, jobs: map[*job]struct{}{}}
}

// Run takes batches and works on them until ctx ends; then it breaks off what is under way, writes down how far that is, and leaves the
// batches to other nodes, or to itself when it is back. It never fails.
func (w *Worker) Run(ctx context.Context) error {
	if err := w.Store.Alone(ctx, w.Clock.Now()); err != nil && ctx.Err() == nil {
		w.Log.Warn("batches of the last process are taken up when their leases are over", "error", err)
	}
	topics := w.Bus.Subscribe(ctx)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	w.pulse = time.NewTicker(pulse)
	defer w.pulse.Stop()
	over := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	defer all.Wait()
	busy, swept := 0, time.Time{}
	for {
		for busy < atOnce && w.take(ctx, &all, over) {
			busy++
		}
		select {
		case <-ctx.Done():
			return nil
		case <-over:
			busy--
		case <-ticker.C:
			if now := w.Clock.Now(); now.Sub(swept) > sweep {
				swept = now
				w.sweep(ctx, now)
			}
			if busy == atOnce {
				w.makePlace(ctx)
			}
		case t, open := <-topics:
			if !open {
				topics = nil // ctx has ended
			} else if t == Topic || t == live.All {
				w.wake()
			}
		}
	}
}

func (w *Worker) sweep(ctx context.Context, now time.Time) {
	if err := w.Store.Sweep(ctx, now.UTC(), now.UTC().Add(-stray), now.UTC().Add(-Keep)); err != nil && ctx.Err() == nil {
		w.Log.Warn("old batches and files could not be deleted", "error", err)
	}
}

// take begins to work on a batch that nobody has; false where there is none.
func (w *Worker) take(ctx context.Context, all *sync.WaitGroup, over chan<- struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	now, token := w.Clock.Now(), id.NewBatch(w.IDs).UUID()
	b, ok, err := w.Store.Claim(ctx, token, w.busy(), now, now.Add(lease))
	if err != nil && ctx.Err() == nil {
		w.Log.Warn("batches cannot be looked for", "error", err)
	}
	if err != nil || !ok {
		return false
	}
	j := newJob(w, b, token)
	w.mu.Lock()
	w.jobs[j] = struct{}{}
	w.mu.Unlock()
	all.Go(func() {
		j.work(ctx)
		w.mu.Lock()
		delete(w.jobs, j)
		w.mu.Unlock()
		over <- struct{}{}
	})
	return true
}

// busy are the organizations that this node works for.
func (w *Worker) busy() (out []id.Org) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for j := range w.jobs {
		out = append(out, j.batch.Org)
	}
	return out
}

// makePlace lets the batch go that has had its turn for longest, where one of another organization waits: two that share a node get
// the same time, however many batches each has.
func (w *Worker) makePlace(ctx context.Context) {
	waits, err := w.Store.Rivals(ctx, w.busy(), w.Clock.Now())
	if err != nil || !waits {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	each := map[id.Org]int{}
	for j := range w.jobs {
		each[j.batch.Org]++
	}
	var out *job
	for j := range w.jobs {
		if w.Clock.Now().Sub(j.since) < turn {
			continue
		}
		if n := each[j.batch.Org]; out == nil || n > each[out.batch.Org] || n == each[out.batch.Org] && j.since.Before(out.since) {
			out = j
		}
	}
	if out != nil {
		out.yield()
	}
}

// wake has every job look whether its batch was changed.
func (w *Worker) wake() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for j := range w.jobs {
		select {
		case j.wake <- struct{}{}:
		default:
		}
	}
}
