package app

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/jobs"
)

// chores are what the schedule calls.
func (c *core) chores(courier *mail.Courier, events *notify.Courier) jobs.Chores {
	return jobs.Chores{
		ExpireSessions: func(ctx context.Context) error {
			_, err := c.sessions.Sweep(ctx)
			return errors.Join(err, c.sso.Sweep(ctx))
		},
		EnsureDays: func(ctx context.Context) error {
			now := c.clock.Now()
			return c.ledgerStore.EnsureDays(ctx, now, now.AddDate(0, 0, 2))
		},
		RefreshPrices: c.refresher.Run,
		Reconcile:     c.reconciling.Nightly,
		PruneAudit:    c.audit.PruneAll,
		ForgetReplays: c.replays.Sweep,
		SweepMail:     courier.Sweep,
		SweepFeedback: c.feedback.Sweep,
		SweepTexts:    c.transcripts().Sweep,
		EndErasures:   c.compliant().Finish,
		SweepNotices:  func(ctx context.Context) error { return errors.Join(c.inbox.Sweep(ctx), events.Sweep(ctx)) },
		SendEvents:    c.sendEvents(events),
		WarnOfKeys:    c.keyNotices,
		WarnOfBudgets: c.forecastNotices,
		LookAtSpend:   c.anomalyNotices,
		CheckDomains:  c.letters.joining.Recheck,
		RefreshModels: c.providers.RefreshModels,
		ForgetFacts:   func(ctx context.Context) error { return c.retention.ForgetAll(ctx, c.clock.Now()) },
		SendReports:   c.bulletins().Due,
		SyncBilling:   c.billing.SyncAll,
		Judge:         c.experiments.JudgeAll,
		KeepDays:      func(ctx context.Context) error { return usage.KeepDays(ctx, db.NewUsageStore(c.db), c.clock.Now()) },
	}
}

// CatchUp runs every row of the schedule that came due since a moment, once, and says how many those were. The queue goes by the
// machine's clock; this is for whoever leads another one (Options.Clock).
func (a *App) CatchUp(ctx context.Context, since time.Time) (ran int, err error) {
	now := a.clock.Now()
	var failed []error
	for _, p := range a.schedule {
		due, err := p.Due(since, now)
		if err == nil && due && p.Run != nil {
			ran++
			err = p.Run(ctx)
		}
		if err != nil {
			failed = append(failed, fmt.Errorf("%s at %s: %w", p.Name, now.Format(time.RFC3339), err))
		}
	}
	return ran, errors.Join(failed...)
}
