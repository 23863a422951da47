package batch

import (
	"context"
	"errors"
	"sync"
	"time"
)

// job is a batch that this node has.
type job struct {
	*Worker
	batch Batch
	token string
	since time.Time
	wake  chan struct{}
	input *reader
	pace  *pace
	purse *purse
	notes *scribe
	// cancelling says that the batch was cancelled when this node took it.
	cancelling bool

	mu    sync.Mutex
	why   string        // it is paused, for this reason
	lost  bool          // another node has it
	given bool          // it makes place for another organization's
	later time.Duration // nobody needs to look before
	hours Hours         // of one for off-peak hours
	until time.Time     // its hours begin again then; zero while they last
	stop  chan struct{}
	cut   context.CancelFunc
}

func newJob(w *Worker, b Batch, token string) *job {
	return &job{Worker: w, batch: b, token: token, since: w.Clock.Now(), wake: make(chan struct{}, 1), stop: make(chan struct{}), pace: newPace(), cancelling: b.State == Cancelling}
}

// work does the batch as far as that goes.
func (j *job) work(ctx context.Context) {
	within, cut := context.WithCancel(ctx)
	defer cut()
	j.cut = cut
	var beat sync.WaitGroup
	beat.Go(func() { j.beat(within) })
	err := j.further(within)
	broken := within.Err() != nil
	cut()
	beat.Wait()
	late, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer done()
	why, lost, given := j.ending()
	switch b := &j.batch; {
	case lost: // it is another node's
		return
	case why != "":
		moved, moveErr := j.Store.Move(late, b.Org, b.ID, []State{Running}, Paused, why, j.Clock.Now().UTC())
		if moveErr == nil && moved { // not one that somebody cancelled meanwhile
			b.State, b.Why = Paused, why
			j.told(late)
		}
		err = errors.Join(err, j.Store.Release(late, b.Org, b.ID, j.token, j.Clock.Now()))
	case !j.until.IsZero() && !broken:
		now, next := j.Clock.Now(), j.until
		if look := now.Add(j.later); j.later > 0 && look.Before(next) { // what its provider has comes back at any hour
			next = look
		}
		err = j.Store.Defer(late, j.batch.Org, j.batch.ID, j.token, now, next)
	case broken || given:
		err = errors.Join(err, j.Store.Release(late, b.Org, b.ID, j.token, j.Clock.Now().Add(j.wait(broken))))
	}
	if err != nil && !errors.Is(err, ErrLost) && !errors.Is(err, context.Canceled) { // taken up again when the lease is over
		j.Log.Warn("a batch broke off and will be tried again", "batch", j.batch.ID.String(), "error", err)
	}
}

// further reads the lines if nobody has, asks them, and ends the batch.
func (j *job) further(ctx context.Context) error {
	b := &j.batch
	f, err := j.Store.File(ctx, b.Org, b.Input)
	if errors.Is(err, ErrNotFound) {
		return j.fail(ctx, []Wrong{{0, "file_not_found", "The file of requests is not there any more.", "input_file_id"}})
	}
	if err != nil {
		return err
	}
	j.input = newReader(j.Store, j.vault, f)
	if b.State == Validating {
		wrong, err := j.index(ctx, f)
		if err != nil {
			return err
		}
		if len(wrong) > 0 {
			return j.fail(ctx, wrong)
		}
		total, err := j.Store.Tally(ctx, b.Org, b.ID)
		if err != nil {
			return err
		}
		b.Total, b.State, b.BeganAt = total.Steps[Waiting], Running, j.Clock.Now().UTC()
		if err := j.Store.Begin(ctx, b.Org, b.ID, j.token, b.Total, b.BeganAt); err != nil {
			return err
		}
	}
	j.notes = newScribe(j)
	defer j.notes.close()
	look := j.recover
	if b.State != Running {
		look = func(ctx context.Context) (Tally, error) { return j.Store.Tally(ctx, b.Org, b.ID) }
	}
	t, err := look(ctx)
	if err != nil {
		return err
	}
	if b.State == Running {
		if err := j.readHours(ctx); err != nil {
			return err
		}
	}
	j.purse = newPurse(b.Body.Cap, t.Spent(), t.Dearest)
	out, short, err := j.native(ctx)
	if err != nil {
		return err
	}
	if b.State == Running && !short {
		if all, err := j.ask(ctx); err != nil || !all {
			if !j.until.IsZero() { // its hours are over, but what is out is looked at
				j.later = out
			}
			return err
		}
	}
	if out > 0 {
		j.putOff(out)
		return nil
	}
	if b.State == Paused { // what was handed over is settled, and the rest waits for somebody
		j.yield()
		return nil
	}
	return j.end(ctx)
}

// beat says that this node has the batch, and looks whether somebody changed it.
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
		if err := j.readHours(ctx); err != nil && ctx.Err() == nil {
			j.Log.Warn("an organization's off-peak hours cannot be read", "batch", j.batch.ID.String(), "error", err)
		}
		state, err := j.Store.Hold(ctx, j.batch.Org, j.batch.ID, j.token, j.Clock.Now().Add(lease))
		switch {
		case errors.Is(err, ErrLost):
			j.lose()
		case err != nil && ctx.Err() == nil:
			j.Log.Warn("a batch's lease cannot be renewed", "batch", j.batch.ID.String(), "error", err)
		case err == nil && state == Paused: // what is under way comes to its end
			j.yield()
		case err == nil && (state.Over() || state == Cancelling && !j.cancelling):
			j.cut()
		}
	}
}

// yield lets what is under way come to its end and begins nothing more.
func (j *job) yield() {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !j.given {
		j.given = true
		close(j.stop)
	}
}

// readHours reads when a batch for off-peak hours may be worked on: they may be changed meanwhile.
func (j *job) readHours(ctx context.Context) error {
	if !j.batch.Body.OffPeak {
		return nil
	}
	h, _, err := j.Store.Hours(ctx, j.batch.Org)
	if err == nil {
		j.mu.Lock()
		j.hours = h
		j.mu.Unlock()
	}
	return err
}
