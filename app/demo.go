package app

import (
	"context"
	"errors"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/onboard"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
)

// MakeDemo fills a database with a company and its history; an empty one is migrated first. report is told how far it is.
func MakeDemo(ctx context.Context, cfg Config, log *slog.Logger, in onboard.Demo, report func(done, all int)) (onboard.Shown, error) {
	if err := in.Validate(); err != nil {
		return onboard.Shown{}, err
	}
	d, err := openDB(ctx, cfg, log)
	if err != nil {
		return onboard.Shown{}, err
	}
	defer func() { _ = d.Close() }()
	if err := d.Migrate(ctx); err != nil {
		return onboard.Shown{}, err
	}
	now := in.Until
	if now.IsZero() {
		now = clock.System{}.Now()
	}
	past := clock.NewFake(now)
	c, err := newCoreAt(ctx, cfg, d, log, past)
	if err != nil {
		return onboard.Shown{}, err
	}
	shown, err := c.onboard().Demo(ctx, in, onboard.DemoParts{Clock: past, IDs: c.ids, Books: c.ledgerStore, Quote: c.prices.Quote, Used: c.keyStore.Used, Furnish: c.furnish, Report: report}, now)
	return shown, errors.Join(err, usage.KeepDays(ctx, db.NewUsageStore(d), now))
}
