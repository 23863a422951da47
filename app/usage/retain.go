package usage

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Requests and their attempts are kept DefaultDays days, or as many as the operator says, unless an organization sets another number
// within these bounds, and their sums for good. The least leaves time to find out what went wrong last week; 0 is for ever.
const (
	DefaultDays = 30
	LeastDays   = 7
	MostDays    = 3650
)

// Kept is how long an organization keeps single requests.
type Kept struct {
	Org  id.Org
	Days int // 0 for ever
}

// RetentionStore keeps the setting and deletes what is too old. *db.UsageStore implements it.
type RetentionStore interface {
	// KeepFacts is how many days requests are kept; ok is false where nobody has set it.
	KeepFacts(ctx context.Context, o id.Org) (days int, ok bool, err error)
	SetKeepFacts(ctx context.Context, o id.Org, days int) error
	// Kept are all organizations; one under a legal hold keeps for ever.
	Kept(ctx context.Context, otherwise int) ([]Kept, error)
	// Going says that facts before a moment, which begins a day in UTC, are about to go: from then on sums answer for them.
	Going(ctx context.Context, o id.Org, days int, before time.Time) error
	// Forget deletes some facts before a moment, in a short transaction, and what budgets counted of them stays counted;
	// more says that there are others. A legal hold set meanwhile keeps them. Requests before whole may be left to DropDays.
	Forget(ctx context.Context, o id.Org, before, whole time.Time) (more bool, err error)
	// DropDays takes away the partitions of whole days before a moment that have no attempts left. On SQLite there are none.
	DropDays(ctx context.Context, before time.Time) error
}

// Retention is the setting and the job of how long single requests are kept. Sums, and so every total, stay.
type Retention struct {
	store RetentionStore
	tx    work.Tx
	audit audit.Log
	// Otherwise is how many days hold where an organization has set nothing; nil is DefaultDays.
	Otherwise func(ctx context.Context) (int, error)
}

// NewRetention makes it.
func NewRetention(s RetentionStore, tx work.Tx, log audit.Log) *Retention {
	return &Retention{store: s, tx: tx, audit: log}
}

// Days is how long the organization keeps requests, 0 for ever.
func (r *Retention) Days(ctx context.Context, a org.Actor) (int, error) {
	if err := a.Require(org.Admin); err != nil {
		return 0, err
	}
	return r.days(ctx, a.Org)
}

func (r *Retention) days(ctx context.Context, o id.Org) (int, error) {
	days, ok, err := r.store.KeepFacts(ctx, o)
	if err == nil && !ok {
		return r.otherwise(ctx)
	}
	return days, err
}

func (r *Retention) otherwise(ctx context.Context) (int, error) {
	if r.Otherwise == nil {
		return DefaultDays, nil
	}
	return r.Otherwise(ctx)
}

// SetDays changes it, from the next hourly run on. What is deleted does not come back when days grow.
func (r *Retention) SetDays(ctx context.Context, a org.Actor, days int) error {
	if err := a.Require(org.Admin); err != nil {
		return err
	}
	if days != 0 && (days < LeastDays || days > MostDays) {
		return fault.Field("keep_days", fmt.Sprintf("Keep requests for %d to %d days, or 0 for ever.", LeastDays, MostDays))
	}
	return r.tx.Do(ctx, func(ctx context.Context) error {
		was, err := r.days(ctx, a.Org)
		if err != nil {
			return err
		}
		if err := r.store.SetKeepFacts(ctx, a.Org, days); err != nil {
			return err
		}
		return r.audit.Append(ctx, a, audit.Entry{Action: "usage.retention_set", Target: a.Org.String(),
			Before: map[string]any{"keep_days": was}, After: map[string]any{"keep_days": days}})
	})
}

// ForgetAll deletes what is older than each organization keeps. For an hourly job, which may die in the middle and run twice.
func (r *Retention) ForgetAll(ctx context.Context, now time.Time) error {
	all, whole, err := r.kept(ctx, now)
	if err != nil {
		return err
	}
	var errs []error
	for _, k := range all {
		if k.Days == 0 {
			continue
		}
		if err := r.forget(ctx, k, k.before(now), whole); err != nil {
			errs = append(errs, fmt.Errorf("organization %s: %w", k.Org, err))
		}
	}
	if len(errs) == 0 && len(all) > 0 { // it took a while: somebody may have set a hold, or more days
		_, since, err := r.kept(ctx, now)
		if since.Before(whole) {
			whole = since
		}
		if err == nil {
			err = r.store.DropDays(ctx, whole)
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// kept are all organizations, and the moment before which none of them keeps anything.
func (r *Retention) kept(ctx context.Context, now time.Time) ([]Kept, time.Time, error) {
	days, err := r.otherwise(ctx)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("usage: retention: %w", err)
	}
	all, err := r.store.Kept(ctx, days)
	if err != nil {
		return nil, time.Time{}, fmt.Errorf("usage: retention: %w", err)
	}
	whole := now.UTC()
	for _, k := range all {
		if b := k.before(now); b.Before(whole) {
			whole = b
		}
	}
	return all, whole, nil
}

// before is when the days begin that are kept; zero where all are.
func (k Kept) before(now time.Time) time.Time {
	if k.Days == 0 {
		return time.Time{}
	}
	return now.UTC().Truncate(24*time.Hour).AddDate(0, 0, -k.Days)
}

func (r *Retention) forget(ctx context.Context, k Kept, before, whole time.Time) error {
	if err := r.store.Going(ctx, k.Org, k.Days, before); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = r.store.Forget(ctx, k.Org, before, whole); err != nil {
			return err
		}
	}
	return nil
}
