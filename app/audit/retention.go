package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Entries are kept KeepDays days, or as many as the operator says, unless an organization sets another number within these bounds. The least keeps somebody
// who may set it from hiding what they did last week; 0 is for ever.
const (
	KeepDays  = 90
	LeastDays = 30
	MostDays  = 3650
)

// Retention is how many days entries are kept, 0 for ever.
func (c *Chain) Retention(ctx context.Context, actor org.Actor) (int, error) {
	if err := actor.Require(org.Admin); err != nil {
		return 0, err
	}
	return c.keepDays(ctx, actor.Org)
}

func (c *Chain) keepDays(ctx context.Context, o id.Org) (int, error) {
	days, ok, err := c.store.KeepDays(ctx, o)
	if err == nil && !ok {
		if c.Otherwise != nil {
			return c.Otherwise(ctx)
		}
		days = KeepDays
	}
	return days, err
}

// SetRetention changes it, from the next nightly run on.
func (c *Chain) SetRetention(ctx context.Context, actor org.Actor, days int) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if days != 0 && (days < LeastDays || days > MostDays) {
		return fault.Field("keep_days", fmt.Sprintf("Keep entries for %d to %d days, or 0 for ever.", LeastDays, MostDays))
	}
	return c.tx.Do(ctx, func(ctx context.Context) error {
		was, err := c.keepDays(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := c.store.SetKeepDays(ctx, actor.Org, days); err != nil {
			return err
		}
		return c.Append(ctx, actor, Entry{Action: "audit.retention_set", Target: actor.Org.String(),
			Before: map[string]any{"keep_days": was}, After: map[string]any{"keep_days": days}})
	})
}

// PruneAll removes what is older than each organization keeps. For a nightly job; one organization's broken chain does not
// stop the others.
func (c *Chain) PruneAll(ctx context.Context) error {
	all, err := c.store.Organizations(ctx)
	if err != nil {
		return fmt.Errorf("audit: prune: %w", err)
	}
	var errs []error
	for _, o := range all {
		if _, err := c.Prune(ctx, o); err != nil {
			errs = append(errs, fmt.Errorf("organization %s: %w", o, err))
		}
	}
	return errors.Join(errs...)
}

// Prune removes an organization's old entries and signs where the chain begins from then on. It proves what it removes
// first, because afterwards nobody can: a broken chain keeps everything, and so does a legal hold. It returns how many went.
func (c *Chain) Prune(ctx context.Context, o id.Org) (gone int64, err error) {
	days, err := c.keepDays(ctx, o)
	if err != nil || days == 0 {
		return 0, err
	}
	if held, err := c.store.Held(ctx, o); err != nil || held {
		return 0, err
	}
	before := c.clock.Now().UTC().AddDate(0, 0, -days)
	err = c.tx.Do(ctx, func(ctx context.Context) error {
		head, err := c.store.Lock(ctx, o)
		if err != nil {
			return err
		}
		first, err := c.store.Since(ctx, o, before)
		if err != nil {
			return err
		}
		cut := first - 1
		if first == 0 {
			cut = head.Seq - 1 // the last one stays: an empty log would look like a deleted one
		}
		seq, prev, err := c.start(ctx, o)
		if err != nil || cut <= seq {
			return err
		}
		a := Anchor{Seq: cut, At: c.clock.Now().UTC().Truncate(time.Microsecond)}
		if _, a.Hash, err = c.follow(ctx, o, seq, prev, cut); err != nil {
			return err
		}
		a.KeyID, a.MAC = c.mac.Sum(anchorMessage(o, a))
		if err := c.store.Cut(ctx, o, a); err != nil {
			return err
		}
		gone = cut - seq
		return c.Append(ctx, org.System(o, "retention"), Entry{Action: "audit.pruned", Target: o.String(),
			After: map[string]any{"entries": gone, "up_to": cut, "older_than_days": days}})
	})
	if err != nil {
		return 0, fmt.Errorf("audit: prune: %w", err)
	}
	return gone, nil
}
