package evaluation

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Worker works on runs: one in each process that works. It is a loop and no job of the queue, because the queue gives a job of a killed
// process to another one after eleven minutes, and a run is waited for.
type Worker struct {
	Parts
	vault  vault
	caller caller

	mu   sync.Mutex
	jobs map[*job]struct{}
}

// NewWorker makes the worker of a process.
func NewWorker(p Parts) *Worker {
	return &Worker{Parts: p, vault: vault{p.Vault}, caller: caller{p.Gateway, p.Clock}, jobs: map[*job]struct{}{}}
}

// Run takes runs and works on them until ctx ends; then it breaks off what is under way, writes down how far that is, and leaves the
// runs to other nodes, or to itself when it is back. It never fails.
func (w *Worker) Run(ctx context.Context) error {
	topics := w.Bus.Subscribe(ctx)
	ticker := time.NewTicker(poll)
	defer ticker.Stop()
	over := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	defer all.Wait()
	for busy := 0; ; {
		for busy < atOnce && w.take(ctx, &all, over) {
			busy++
		}
		select {
		case <-ctx.Done():
			return nil
		case <-over:
			busy--
		case <-ticker.C:
		case t, open := <-topics:
			if !open {
				topics = nil // ctx has ended
			} else if t == Topic || t == live.All {
				w.wake()
			}
		}
	}
}

// take begins to work on a run that nobody has; false where there is none.
func (w *Worker) take(ctx context.Context, all *sync.WaitGroup, over chan<- struct{}) bool {
	if ctx.Err() != nil {
		return false
	}
	now, token := w.Clock.Now(), id.NewEvaluation(w.IDs).UUID()
	run, ok, err := w.Store.Claim(ctx, token, now, now.Add(lease))
	if err != nil && ctx.Err() == nil {
		w.Log.Warn("evaluations cannot be looked for", "error", err)
	}
	if err != nil || !ok {
		return false
	}
	j := &job{Worker: w, run: run, token: token, wake: make(chan struct{}, 1)}
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

// wake has every job look whether its run was cancelled.
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

// job is a run that this node has.
type job struct {
	*Worker
	run   Run
	token string
	wake  chan struct{}

	rows    []Row
	markers []*marker
	answers *purse
	judges  *purse

	mu   sync.Mutex
	why  string // the run is stopped, for this reason
	lost bool   // another node has it
	cut  context.CancelFunc
}

// work does the run as far as that goes.
func (j *job) work(ctx context.Context) {
	within, cut := context.WithCancel(ctx)
	defer cut()
	j.cut = cut
	var beat sync.WaitGroup
	beat.Go(func() { j.beat(within) })
	err := j.ask(within)
	broken := within.Err() != nil
	cut()
	beat.Wait()
	late, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	switch why, lost := j.ending(); {
	case lost: // it is another node's
	case err != nil && !broken: // taken up again when the lease is over, so that what cannot work does not do so without a pause
		j.Log.Warn("an evaluation broke off and will be tried again", "evaluation", j.run.ID.String(), "error", err)
	case broken:
		err = j.Store.Release(late, j.run.Org, j.run.ID, j.token, j.Clock.Now())
	case why != "":
		_, err = j.Store.End(late, j.run.Org, j.run.ID, Stopped, why, j.Clock.Now().UTC())
	default:
		_, err = j.Store.End(late, j.run.Org, j.run.ID, Finished, "", j.Clock.Now().UTC())
	}
	if err != nil && !errors.Is(err, ErrLost) && broken {
		j.Log.Warn("an evaluation could not be left to others", "evaluation", j.run.ID.String(), "error", err)
	}
}

// beat says that this node has the run, and looks whether somebody cancelled it.
func (j *job) beat(ctx context.Context) {
	ticker := time.NewTicker(lease / 3)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		case <-j.wake:
		}
		state, err := j.Store.Keep(ctx, j.run.Org, j.run.ID, j.token, j.Clock.Now().Add(lease))
		switch {
		case errors.Is(err, ErrLost):
			j.lose()
		case err != nil && ctx.Err() == nil:
			j.Log.Warn("an evaluation's lease cannot be renewed", "evaluation", j.run.ID.String(), "error", err)
		case err == nil && state != Running:
			j.cut()
		}
	}
}

// stop lets what is under way come to its end and begins nothing more.
func (j *job) stop(why string) {
	j.mu.Lock()
	if j.why == "" {
		j.why = why
	}
	j.mu.Unlock()
	j.answers.close()
}

// lose breaks off: another node has the run, or the database takes nothing any more.
func (j *job) lose() {
	j.mu.Lock()
	j.lost = true
	j.mu.Unlock()
	j.cut()
}

func (j *job) ending() (why string, lost bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.why, j.lost
}
