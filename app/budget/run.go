package budget

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
)

// Run keeps the treasury going until ctx ends: it ends what the last process left in flight, brings its journal into
// the books, and then posts, sweeps and recovers by itself for as long as it takes. It returns an error only if the
// journal cannot be read or written at all. Requests may come before and while it runs; it runs once.
func (t *Treasury) Run(ctx context.Context) error {
	if t.started.Swap(true) {
		return errors.New("budget: the treasury runs already")
	}
	defer close(t.stopped)
	if t.closing.Load() {
		return nil
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		select {
		case <-t.stop:
			cancel()
		case <-ctx.Done():
		}
	}()
	if err := t.endInterrupted(); err != nil {
		return err
	}
	boot := t.Journal.End() // what comes later is this session's
	t.counted = boot
	var sweeping sync.WaitGroup
	sweeping.Go(func() { t.keep(ctx) })
	sweeping.Go(func() { t.answerRecalls(ctx) })
	sweeping.Go(func() { every(ctx, sweepEvery, func() { t.sweep(ctx); t.flushLate() }) })
	defer sweeping.Wait()

	p := &poster{t: t}
	t.postFor(ctx, p, func(ctx context.Context) (bool, error) {
		if all, err := p.drain(ctx, boot); err != nil || !all {
			return false, err
		}
		return true, t.open(ctx, p)
	})
	if ctx.Err() == nil {
		close(t.ready)
		t.postFor(ctx, p, func(ctx context.Context) (bool, error) {
			if err := t.reopen(ctx, p); err != nil {
				return false, err
			}
			_, err := p.drain(ctx, t.Journal.End())
			return false, err
		})
	}
	p.close()
	return nil
}

// Ready is closed once the last session is in the books. Until then hard budgets lend nothing, so whoever starts a node
// waits for it a moment; it may take as long as the database is away.
func (t *Treasury) Ready() <-chan struct{} { return t.ready }

// postFor calls step every postEvery until it is done or ctx ends, and backs off while it fails.
func (t *Treasury) postFor(ctx context.Context, p *poster, step func(context.Context) (bool, error)) {
	wait := time.NewTimer(0)
	defer wait.Stop()
	backoff := backoffMin
	for {
		select {
		case <-ctx.Done():
			return
		case <-wait.C:
		}
		done, err := step(ctx)
		p.note(t.Clock.Now())
		switch {
		case err == nil && done:
			return
		case err == nil:
			backoff = backoffMin
			wait.Reset(postEvery)
		case ctx.Err() != nil:
			return
		default:
			t.Log.Warn("the journal could not be posted; it is kept and tried again", "error", err, "again_in", backoff)
			wait.Reset(backoff)
			backoff = min(2*backoff, backoffMax)
		}
	}
}

func every(ctx context.Context, d time.Duration, fn func()) {
	tick := time.NewTicker(d)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			fn()
		}
	}
}

// flushLate writes what had to wait for the journal.
func (t *Treasury) flushLate() {
	t.late.flush(
		func(r journal.Record) error { _, err := t.Journal.Append(r); return err },
		func(r lateRecord) {
			if r.hold != nil {
				t.book(t.desk(r.hold.Org()), r.hold, *r.rec.Settlement)
			}
		})
}

// endInterrupted ends what an earlier process left in flight: it may have been sent, so it costs the whole hold until
// somebody reconciles it. The ends are journaled like any other, so a crash in here is harmless.
func (t *Treasury) endInterrupted() error {
	note, err := t.Journal.LoadCheckpoint()
	if err != nil {
		return err
	}
	t.lastEpoch = note.Epoch
	k, err := t.replay(note.Low)
	if err != nil {
		return err
	}
	now := t.Clock.Now()
	for _, f := range k.unfinished() {
		cost := f.cost
		for _, a := range f.open {
			s := ledger.Settlement{Attempt: a.ID, State: ledger.Interrupted, Cost: a.Held.Money, Tokens: a.Held.Tokens, Requests: a.Held.Requests,
				At: now, Note: "the gateway stopped while this was in flight: the whole hold is booked until it is reconciled"}
			if _, err := t.Journal.Append(journal.Record{Settlement: &s}); err != nil {
				return err
			}
			cost += a.Held.Money
		}
		if f.recorded {
			continue
		}
		r := ledger.Request{ID: f.request, Chain: f.last.Chain, At: f.at, Model: f.last.Model, Provider: f.last.Provider,
			Attempts: f.number, Code: "interrupted", Message: "The gateway stopped while this request was in flight.", Cost: cost}
		if _, err := t.Journal.Append(journal.Record{Request: &r}); err != nil {
			return err
		}
	}
	return nil
}

// replay follows what earlier processes wrote from low on.
func (t *Treasury) replay(low journal.Position) (*tracker, error) {
	k := newTracker()
	r := t.Journal.ReadFrom(low)
	defer r.Close()
	for {
		at := r.At()
		rec, err := r.Next()
		if errors.Is(err, io.EOF) || err == nil && r.At().Segment >= t.Journal.Boot().Segment {
			return k, nil
		}
		var damage *journal.CorruptError
		if errors.As(err, &damage) {
			t.Log.Error("the journal is damaged", "error", err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("budget: replay the journal: %w", err)
		}
		switch {
		case rec.Attempt != nil:
			k.attempt(rec.Attempt, at)
		case rec.Settlement != nil:
			k.settle(rec.Settlement)
		case rec.Request != nil:
			k.record(rec.Request)
		}
	}
}

func (t *Treasury) isReady() bool {
	select {
	case <-t.ready:
		return true
	default:
		return false
	}
}
