package limit

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Raise grants a temporary increase: the override of a soft limit's refusal, and the way to raise a hard one for a
// while. It binds within a second and ends by itself.
func (s *Service) Raise(ctx context.Context, actor org.Actor, l id.Limit, in Rise) (Entry, error) {
	err := s.change(ctx, actor, l, "raise", func(ctx context.Context, old Listed, now time.Time) (audit.Entry, error) {
		if slices.ContainsFunc(old.Increases, func(x Increase) bool { return x.ID == in.ID }) {
			return audit.Entry{}, errRaised
		}
		x, err := s.increase(ctx, actor.Org, old, in, actor.Label, now)
		if err != nil {
			return audit.Entry{}, err
		}
		return note("limit.raised", old.Limit, nil, granted(old.Limit, x)), nil
	})
	if err != nil && !errors.Is(err, errRaised) {
		return Entry{}, err
	}
	return s.Get(ctx, actor, l)
}

// errRaised says that the increase is in force: there is nothing left to do, and nothing to write down.
var errRaised = errors.New("raised already")

// increase checks and stores one, inside a transaction.
func (s *Service) increase(ctx context.Context, o id.Org, old Listed, in Rise, by string, now time.Time) (Increase, error) {
	in, err := in.checked(old.Limit, now)
	if err != nil {
		return Increase{}, err
	}
	if len(old.Increases) >= maxRises {
		return Increase{}, fault.Newf(fault.Conflict, "too_many", "A limit has at most %d increases at a time. End one first, or change the limit.", maxRises)
	}
	if in.ID.IsZero() {
		in.ID = id.NewIncrease(s.IDs)
	}
	x := Increase{ID: in.ID, Limit: old.ID, Add: in.Add, Percent: in.Percent, Until: in.Until, Reason: in.Reason, CreatedBy: by, CreatedAt: now}
	return x, s.Store.Raise(ctx, o, x)
}

// Lower ends an increase early.
func (s *Service) Lower(ctx context.Context, actor org.Actor, l id.Limit, x id.Increase) error {
	return s.change(ctx, actor, l, "lower", func(ctx context.Context, old Listed, _ time.Time) (audit.Entry, error) {
		for _, one := range old.Increases {
			if one.ID == x {
				err := s.Store.Lower(ctx, actor.Org, l, x)
				if errors.Is(err, ErrNotFound) {
					err = NoIncrease()
				}
				before := granted(old.Limit, one)
				delete(before, "reason") // the words of whoever raised it or asked for it, which stand in their entry
				return note("limit.lowered", old.Limit, before, nil), err
			}
		}
		return audit.Entry{}, NoIncrease()
	})
}

// NoIncrease refuses an id that names no increase in force.
func NoIncrease() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such increase; it may have ended.")
}

func granted(l Limit, x Increase) map[string]any {
	out := map[string]any{"increase": x.ID.String(), "until": x.Until.Format(time.RFC3339)}
	if x.Add > 0 {
		out["add"] = l.Unit.Count(x.Add)
	}
	if x.Percent > 0 {
		out["percent"] = x.Percent
	}
	if x.Reason != "" {
		out["reason"] = x.Reason
	}
	return out
}

// raises are increases as rules hold them.
func raises(all []Increase) []Raise {
	out := make([]Raise, 0, len(all))
	for _, x := range all {
		out = append(out, Raise{Add: x.Add, Percent: x.Percent, Until: x.Until})
	}
	return out
}
