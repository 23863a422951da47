package app

import (
	"context"
	"fmt"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/batch/batchweb"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/provider/nativebatch"
	"github.com/bodhi-gateway/bodhi/db"
)

// batching is what batches are kept and worked on with.
func (a *App) batching() batch.Parts {
	return batch.Parts{Store: db.NewBatchStore(a.db), Vault: a.keyring, Tx: a.db, Bus: a.bus, IDs: a.ids, Clock: a.clock, Log: a.log}
}

// batches is what people ask of batches.
func (a *App) batches() *batch.Service {
	return &batch.Service{Desk: *batch.NewDesk(a.batching()), Keys: a.keys, Purses: a.trial(), Grants: a.desk, Gateway: a.gateway, Audit: a.audit}
}

// batchPages are the pages and the API of batches.
func (a *App) batchPages() *batchweb.Handlers {
	return batchweb.New(batchweb.Parts{Batches: a.batches(), Keys: a.trial(), Models: a.aliasing, Catalog: a.shelf})
}

// batchNotice tells whoever's key a batch ran as that it is over, or waits for them.
func (c *core) batchNotice(ctx context.Context, b batch.Batch, t batch.Tally) {
	if b.Member.IsZero() { // a service's
		return
	}
	e := notify.Event{Org: b.Org, Members: []id.Member{b.Member}, Kind: notify.Batched, Href: "/batches/" + b.ID.String(), Body: b.Why,
		Title: fmt.Sprintf("The batch “%s” is %s: %s of %s requests answered, for %s", b.Label(), b.State, money.Grouped(int64(t.Steps[batch.Done])), money.Grouped(int64(b.Total)), budget.Amount(ledger.Money, t.Cost))}
	e.Once = b.ID.UUID() + e.Title + b.Why // with how far it is: one that was resumed may be paused again for the same reason
	if err := c.notices.Announce(ctx, e); err != nil {
		c.log.Warn("nobody was told that a batch ended", "batch", b.ID.String(), "error", err)
	}
}

// planner makes the batches of schedules.
func (a *App) planner() *batch.Planner {
	return &batch.Planner{Desk: *batch.NewDesk(a.batching()), Grants: a.desk, People: db.NewOrgStore(a.db), Audit: a.audit, Told: a.scheduleNotice}
}

// scheduleNotice tells whoever answers for a schedule that it made nothing, or is paused.
func (c *core) scheduleNotice(ctx context.Context, s batch.Schedule, title, why string) {
	if s.Owner.IsZero() {
		return
	}
	e := notify.Event{Org: s.Org, Members: []id.Member{s.Owner}, Kind: notify.Batched, Href: "/batches/schedules/" + s.ID.String(), Once: s.ID.UUID() + title + s.UpdatedAt.UTC().Format(time.RFC3339Nano), Title: title, Body: why}
	if err := c.notices.Announce(ctx, e); err != nil {
		c.log.Warn("nobody was told of a schedule", "schedule", s.ID.String(), "error", err)
	}
}

// workBatches makes the batches of schedules, and works on batches until ctx ends. wait returns when all that was under way is written down, as evaluate's does.
func (a *App) workBatches(ctx context.Context, running *errgroup.Group) (wait func()) {
	if !a.options.Worker {
		return func() {}
	}
	within, cease := context.WithCancel(ctx)
	over := make(chan struct{})
	running.Go(func() error { return a.planner().Run(within) })
	running.Go(func() error {
		defer close(over)
		w := batch.NewWorker(a.batching(), a.gateway, a.desk)
		w.Ended = a.batchNotice
		w.Native = &batch.Native{Store: db.NewBatchStore(a.db), Client: &nativebatch.Client{Adapters: a.adapters, Ask: a.upstreams.Ask}, Connections: a.table, Alone: !a.db.Postgres()}
		return w.Run(within)
	})
	return func() {
		cease()
		<-over
	}
}
