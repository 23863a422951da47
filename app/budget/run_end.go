package budget

import (
	"cmp"
	"context"
	"errors"
	"fmt"
)

// Close ends the session: new holds are refused, what is journaled goes into the books, and leases are given back. It
// takes as long as the bank needs, or until ctx ends; then everything is still in the journal, and the next start
// brings it into the books. Attempts that are still open stay open and count as interrupted at the next start, so the
// caller drains its requests first.
func (t *Treasury) Close(ctx context.Context) error {
	if t.closing.Swap(true) {
		return nil
	}
	close(t.stop)
	err := t.lastPost(ctx)
	return errors.Join(err, t.Journal.Close())
}

// lastTries is how often the end of the journal is posted before it is left to the next start.
const lastTries = 5

func (t *Treasury) lastPost(ctx context.Context) error {
	if !t.started.Load() {
		return nil
	}
	select {
	case <-t.stopped:
	case <-ctx.Done():
		return ctx.Err()
	}
	t.flushLate()
	idle, err := t.idle(ctx)
	if err != nil {
		return err
	}
	p := &poster{t: t}
	defer p.close()
	all := false
	for try := 0; !all && try < lastTries && ctx.Err() == nil; try++ {
		all, err = p.drain(ctx, t.Journal.End())
	}
	p.note(p.noted.Add(2 * checkpointEvery))
	if !all {
		return fmt.Errorf("budget: the journal's end is not in the books yet; the next start posts it: %w", cmp.Or(err, ctx.Err(), ErrMoved))
	}
	if !idle || !t.isReady() || t.late.len() > 0 {
		return nil // leases with money in flight stay until their journal says how it ended
	}
	if err := t.Bank.Surrender(ctx, t.node, p.damaged); err != nil {
		return err
	}
	return t.Bank.Leave(ctx, t.node, t.epoch.Load(), t.Clock.Now())
}

// idle waits for trips to end and reports whether nothing is held any more.
func (t *Treasury) idle(ctx context.Context) (bool, error) {
	idle := true
	var err error
	t.desks.Range(func(_, v any) bool {
		d := v.(*desk)
		d.mu.Lock()
		running := d.running
		for _, p := range d.purses {
			idle = idle && d.book.Balance(p.account).Held == 0
		}
		d.mu.Unlock()
		if running == nil {
			return true
		}
		select {
		case <-running.done:
			return true
		case <-ctx.Done():
			err = ctx.Err()
			return false
		}
	})
	return idle, err
}
