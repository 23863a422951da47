package app

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
)

// Run serves until ctx ends, then drains: what has reached it is answered, streams up to grace, journal posted, leases returned. ready
// is told the URL once requests are taken.
func (a *App) Run(ctx context.Context, ready func(url string)) error {
	defer func() { _ = a.db.Close() }()
	doors, err := a.open()
	if err != nil {
		return errors.Join(err, a.treasury.Close(ctx))
	}
	// The machinery outlives ctx: it stops only when the last request is through.
	machinery, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	running, failed := errgroup.WithContext(machinery)
	running.Go(func() error { return a.bus.Run(machinery) })
	heard, err := a.reflect(ctx, machinery)
	if err != nil {
		stop()
		return errors.Join(err, running.Wait(), a.treasury.Close(ctx))
	}
	running.Go(func() error { return a.treasury.Run(machinery) })
	running.Go(func() error { return a.limiter.Run(machinery) })
	running.Go(func() error { return a.objects.Run(machinery) })
	running.Go(func() error { return a.gate.Run(machinery) })
	running.Go(func() error { return a.answers.Run(machinery) })
	running.Go(func() error { return a.answers.Learn(machinery) })
	if a.tracer != nil {
		running.Go(func() error { return a.tracer.Run(machinery) })
	}
	if a.pusher != nil {
		running.Go(func() error { return a.pusher.Run(machinery) })
	}
	running.Go(func() error { return a.texts.Run(machinery) })
	a.watched(machinery, running)
	running.Go(func() error { a.noteUses(machinery); return nil })
	running.Go(func() error { a.sealPrompts(machinery); return nil })
	running.Go(func() error { return a.budgets(a.treasury).Keep(machinery) })
	for i, m := range a.mirrors {
		running.Go(func() error { m.Run(machinery, heard[i]); return nil })
	}
	if a.queuePages != nil {
		if err := a.queuePages.Start(machinery); err != nil {
			return errors.Join(err, a.treasury.Close(ctx))
		}
	}
	if a.options.Worker {
		running.Go(func() error { return a.queue.Run(machinery) })
	}
	evaluated, batched := a.evaluate(ctx, running), a.workBatches(ctx, running)
	err = a.serve(ctx, doors, failed.Done(), ready)
	late, cancel := context.WithTimeout(context.WithoutCancel(ctx), 15*time.Second)
	defer cancel()
	soon, over := context.WithTimeout(late, 5*time.Second)
	a.gateway.Wait(soon)
	over()
	evaluated()
	batched()
	err = errors.Join(err, a.treasury.Close(late), a.keyUses(late))
	stop()
	return errors.Join(err, running.Wait())
}

// reflect reads every snapshot for the first time, and gives what each mirror is to follow from then on. Changes of other
// processes are listened for before, so that a snapshot need not be read a second time to miss none; if that takes long, the
// bus tells mirrors to read again once it listens.
func (a *App) reflect(ctx, machinery context.Context) ([]<-chan live.Topic, error) {
	select {
	case <-a.bus.Tried():
	case <-time.After(bookkeeping):
	case <-ctx.Done():
	}
	heard := make([]<-chan live.Topic, len(a.mirrors))
	for i, m := range a.mirrors {
		heard[i] = a.bus.Subscribe(machinery)
		if err := m.Start(ctx); err != nil {
			return nil, err
		}
	}
	return heard, nil
}

// sealPrompts encrypts what prompts said before it was encrypted; usually there is nothing to do.
func (a *App) sealPrompts(ctx context.Context) {
	switch n, err := a.library.SealOld(ctx); {
	case err != nil && ctx.Err() == nil:
		a.log.Warn("old versions of prompts not encrypted; the next start tries again", "error", err.Error())
	case n > 0:
		a.log.Info("old versions of prompts encrypted", "versions", n)
	}
}

// noteUses writes down about every half minute when keys were last used, for a page, and which were used after their end, for
// the audit log.
func (a *App) noteUses(ctx context.Context) {
	ticker := time.NewTicker(30 * time.Second)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if err := a.keyUses(ctx); err != nil {
				a.log.Warn("uses of keys not written down", "error", err.Error())
			}
		}
	}
}

func (a *App) keyUses(ctx context.Context) error {
	return errors.Join(a.desk.WriteUses(func(all []key.Use) error { return a.keyStore.Used(ctx, all) }),
		a.desk.WriteRefusals(func(all []key.Refusal) error { return a.keys.NoteRefusals(ctx, all) }), a.counts.Flush(ctx))
}
