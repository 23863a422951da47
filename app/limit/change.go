package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Create puts a limit on a scope. Counting begins when it binds, within a second.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Entry, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Entry{}, err
	}
	return s.create(ctx, actor, in, may)
}

// CreateOnNewKey sets a limit of a key that the actor is making in the same transaction. Its member may be the actor: who makes a
// key may let it do less than they may, but not change that later. For key creation only, which has checked the rest.
func (s *Service) CreateOnNewKey(ctx context.Context, actor org.Actor, in Input) (Entry, error) {
	if err := actor.Require(org.Developer); err != nil {
		return Entry{}, err
	}
	return s.create(ctx, actor, in, func(org.Actor, org.Scope, Place) error { return nil })
}

func (s *Service) create(ctx context.Context, actor org.Actor, in Input, may func(org.Actor, org.Scope, Place) error) (Entry, error) {
	if in.Scope.IsZero() || in.Scope.Org() != actor.Org {
		return Entry{}, noScope()
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	var l Limit
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		place, err := s.Store.Place(ctx, in.Scope)
		if errors.Is(err, ErrNotFound) {
			return noScope()
		}
		if err != nil {
			return err
		}
		if in.Scope.Kind() != org.TagScope && !sees(actor, in.Scope, place) {
			return noScope()
		}
		if err := may(actor, in.Scope, place); err != nil {
			return err
		}
		if place.Archived {
			return fault.Field("scope", "This is archived. Restore it first, or choose another.")
		}
		if in, err = in.checked(place); err != nil {
			return err
		}
		n, err := s.Store.Count(ctx, actor.Org)
		if err != nil {
			return err
		}
		if n >= maxPerOrg {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d rate limits. Delete one first.", maxPerOrg)
		}
		l = Limit{ID: id.NewLimit(s.IDs), Org: actor.Org, Scope: in.Scope, Tag: in.Tag, CreatedAt: now}
		l.become(in, now)
		if err := s.Store.Insert(ctx, l); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("limit.created", l, nil, stored(l, place)))
	})
	if err != nil {
		return Entry{}, public("create", err)
	}
	s.changed(ctx)
	return s.Get(ctx, actor, l.ID)
}

// become takes over what may change.
func (l *Limit) become(in Input, now time.Time) {
	l.Model, l.Endpoint, l.Name, l.Unit, l.Amount = in.Model, in.Endpoint, in.Name, in.Unit, in.Amount
	l.Window, l.Soft, l.Burst, l.UpdatedAt = in.Window, in.Soft, in.Burst, now
}

// Update changes a limit; where it sits and its tag stay. A lower one binds at once, whatever is counted already.
func (s *Service) Update(ctx context.Context, actor org.Actor, l id.Limit, in Input) (Entry, error) {
	err := s.change(ctx, actor, l, "update", func(ctx context.Context, old Listed, now time.Time) (audit.Entry, error) {
		in.Scope, in.Tag = old.Scope, old.Tag
		if in.Name == old.words(old.Place) { // it names the old figures
			in.Name = ""
		}
		in, err := in.checked(old.Place)
		if err != nil {
			return audit.Entry{}, err
		}
		if !in.Seen.IsZero() && !in.Seen.Equal(old.UpdatedAt) {
			return audit.Entry{}, fault.New(fault.Conflict, "changed", "Somebody changed this limit while you did, so nothing was saved. Load it again and repeat your change.")
		}
		changed := old.Limit
		changed.become(in, now)
		return note("limit.updated", changed, stored(old.Limit, old.Place), stored(changed, old.Place)), s.Store.Update(ctx, changed)
	})
	if err != nil {
		return Entry{}, err
	}
	return s.Get(ctx, actor, l)
}

// Delete takes a limit away, with its increases.
func (s *Service) Delete(ctx context.Context, actor org.Actor, l id.Limit) error {
	return s.change(ctx, actor, l, "delete", func(ctx context.Context, old Listed, _ time.Time) (audit.Entry, error) {
		return note("limit.deleted", old.Limit, stored(old.Limit, old.Place), nil), s.Store.Delete(ctx, actor.Org, l)
	})
}

// change is a change of a limit that the actor may make, with its audit entry and its message.
func (s *Service) change(ctx context.Context, actor org.Actor, l id.Limit, op string, do func(ctx context.Context, old Listed, now time.Time) (audit.Entry, error)) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	now := s.Clock.Now().UTC().Truncate(time.Microsecond)
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor, l)
		if err != nil {
			return err
		}
		if err := may(actor, old.Scope, old.Place); err != nil {
			return err
		}
		entry, err := do(ctx, old, now)
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry)
	})
	if err != nil {
		return public(op, err)
	}
	s.changed(ctx)
	return nil
}

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("limits changed, but listeners could not be told", "error", err)
	}
}

func note(action string, l Limit, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: l.ID.String(), TargetName: l.Name, Before: before, After: after}
}

func stored(l Limit, p Place) map[string]any {
	out := map[string]any{"scope": string(l.Scope.Kind()), "of": p.Label, "name": l.Name, "limit": l.Unit.Count(l.Amount), "window": l.Window.String(), "soft": l.Soft}
	for name, v := range map[string]string{"tag": l.Tag, "model": l.Model, "endpoint": string(l.Endpoint)} {
		if v != "" {
			out[name] = v
		}
	}
	if l.Burst.Any() {
		out["burst_percent"], out["burst_duration"], out["burst_cooldown"] = l.Burst.Percent, l.Burst.Duration.String(), l.Burst.Cool.String()
	}
	return out
}

func public(op string, err error) error {
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "limit_exists", Field: "window",
			Public: "There is a limit of this kind with this window here already. Change that one, or choose another window."}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return err // joined refusals of fields stay joined
	}
	return fmt.Errorf("limit: %s: %w", op, err)
}
