package price

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Create adds an override. It binds from the next request on, or from its beginning.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Override, error) {
	if err := actor.Require(MayChange); err != nil {
		return Override{}, err
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	in, err := in.checked(now, s.Shelf.Knows)
	if err == nil {
		err = s.whole(in, now)
	}
	if err != nil {
		return Override{}, err
	}
	o := Override{ID: id.NewOverride(s.IDs), Org: actor.Org, Provider: in.Provider, Connection: in.Connection, Model: in.Model,
		From: in.From, Until: in.Until, Prices: in.Prices, Note: in.Note, Version: 1, CreatedAt: now, UpdatedAt: now}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.fits(ctx, &o); err != nil {
			return err
		}
		if err := s.Store.Insert(ctx, o); err != nil {
			return err
		}
		if err := s.tell(ctx, actor, nil, &o); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("price.created", &o, nil, facts(&o)))
	})
	if err != nil {
		return Override{}, public("create", err)
	}
	s.changed(ctx)
	return o, nil
}

// Update changes an override's dates, prices and note; what it is for stays. What was priced before keeps its price and
// names the version it was priced by.
func (s *Service) Update(ctx context.Context, actor org.Actor, which id.Override, in Input) (Override, error) {
	if err := actor.Require(MayChange); err != nil {
		return Override{}, err
	}
	return s.change(ctx, actor, which, "price.updated", func(o *Override) error {
		if !in.Seen.IsZero() && !in.Seen.Equal(o.UpdatedAt) {
			return ErrChanged
		}
		in.Provider, in.Connection, in.Model = o.Provider, o.Connection, o.Model
		if in.From.IsZero() {
			in.From = o.From
		}
		in, err := in.checked(o.From, func(string) bool { return true })
		if err == nil && !maps.Equal(in.Prices, o.Prices) { // an older one that is not whole can still be ended
			err = s.whole(in, o.From)
		}
		if err != nil {
			return err
		}
		o.From, o.Until, o.Prices, o.Note = in.From, in.Until, in.Prices, in.Note
		return nil
	})
}

// End lets an override hold no longer. One that never held is deleted; one that is over stays as it is.
func (s *Service) End(ctx context.Context, actor org.Actor, which id.Override) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	o, err := s.get(ctx, actor.Org, which)
	if err != nil {
		return err
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	if o.From.Before(now) {
		_, err = s.change(ctx, actor, which, "price.ended", func(o *Override) error {
			if o.Until.IsZero() || o.Until.After(now) {
				o.Until = now
			}
			return nil
		})
		return err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Store.Delete(ctx, actor.Org, which); err != nil {
			return err
		}
		if err := s.tell(ctx, actor, &o, nil); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("price.ended", &o, facts(&o), nil))
	})
	if err != nil {
		return public("end", err)
	}
	s.changed(ctx)
	return nil
}

func (s *Service) change(ctx context.Context, actor org.Actor, which id.Override, action string, edit func(*Override) error) (o Override, err error) {
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if o, err = s.get(ctx, actor.Org, which); err != nil {
			return err
		}
		old, before := o, facts(&o)
		if err := edit(&o); err != nil {
			return err
		}
		o.UpdatedAt = s.Clock.Now().UTC().Truncate(time.Microsecond)
		if err := s.fits(ctx, &o); err != nil {
			return err
		}
		if err := s.Store.Update(ctx, o); err != nil {
			return err
		}
		o.Version++
		if err := s.tell(ctx, actor, &old, &o); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry(action, &o, before, facts(&o)))
	})
	if err != nil {
		return Override{}, public("change", err)
	}
	s.changed(ctx)
	return o, nil
}

// fits refuses an override whose connection is not the organization's, or that another one contradicts.
func (s *Service) fits(ctx context.Context, o *Override) error {
	if !o.Connection.IsZero() && o.Version == 1 {
		there, err := s.Connections.Has(ctx, o.Org, o.Connection)
		if err != nil {
			return err
		}
		if !there {
			return fault.New(fault.NotFound, "not_found", "There is no such connection.")
		}
	}
	all, err := s.Store.List(ctx, o.Org)
	if err != nil {
		return err
	}
	if len(all) >= maxPerOrg && o.Version == 1 {
		return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d prices of its own, those that ended included.", maxPerOrg)
	}
	for i := range all {
		if all[i].ID != o.ID && all[i].rivals(o) {
			taken := fault.New(fault.Conflict, "overlap", "Another price for the same model holds at that time. End it first, or choose other dates.")
			taken.Field = "model"
			return taken
		}
	}
	return nil
}

func (s *Service) tell(ctx context.Context, by org.Actor, before, after *Override) error {
	if s.Changed == nil {
		return nil
	}
	return s.Changed(ctx, by, before, after)
}

// changed tells the data planes. A lost message costs a few minutes: readers poll as well.
func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil {
		s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(Topic), "error", err)
	}
}

// public turns a store's error into a refusal.
func public(op string, err error) error {
	switch {
	case errors.Is(err, ErrChanged):
		return fault.New(fault.Conflict, "changed", "Somebody changed this price while you did. Load it again and repeat your change.").Because(err)
	case errors.Is(err, ErrNotFound):
		return NotFound()
	case fault.From(err).Kind != fault.Internal:
		return err
	}
	return fmt.Errorf("price: %s override: %w", op, err)
}

func entry(action string, o *Override, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: o.ID.String(), TargetName: o.Model, Before: before, After: after}
}

// facts are what the audit log keeps: prices are dollars per million tokens, or per request or search.
func facts(o *Override) map[string]any {
	until := "open"
	if !o.Until.IsZero() {
		until = o.Until.Format(time.RFC3339)
	}
	out := map[string]any{"model": o.Model, "from": o.From.Format(time.RFC3339), "until": until, "note": o.Note}
	if o.Provider != "" {
		out["provider"] = o.Provider
	}
	if !o.Connection.IsZero() {
		out["connection"] = o.Connection.String()
	}
	for class, p := range o.Prices {
		out[string(class)+"_usd"] = class.USD(p).String()
	}
	return out
}
