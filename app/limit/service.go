package limit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic is published after every change of limits: read the rules again and Load them.
const Topic live.Topic = "limits"

// Parts are what Service works with. All are required, except Desk and Herald.
type Parts struct {
	Store Store
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
	// Desk knows what is used right now; without it, nothing shows as used.
	Desk Desk
	// Herald calls who may decide requests by mail; without it they find them in the inbox only.
	Herald Herald
}

// Desk is what a page asks of the data plane. *Limiter implements it.
type Desk interface {
	// Now is where an organization's limits stand; those that this node does not know yet are missing.
	Now(ctx context.Context, o id.Org) map[id.Limit]Standing
}

// Service is the control plane of limits. Who is bound by one does not set or raise it: see org.Actor.MayLimit.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// maxPerOrg bounds one tenant's share of the compiled index.
const maxPerOrg = 10_000

// Entry is a limit with what pages show around it.
type Entry struct {
	Limit
	Label     string // the scope in words: "Team Payments"
	place     Place
	Increases []Increase
	Standing  Standing
}

// Named reports whether people gave the limit a name of its own.
func (e Entry) Named() bool { return e.Name != e.words(Place{Label: e.Label}) }

// NotFound refuses an id that names no limit, or another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such limit.")
}

func noScope() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
}

// List gives the limits that the actor may see (org.Actor.Sees), outermost scopes first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Entry, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org, s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("limit: list: %w", err)
	}
	now := s.now(ctx, actor.Org)
	out := make([]Entry, 0, len(all))
	for _, l := range all {
		if sees(actor, l.Scope, l.Place) {
			out = append(out, s.entry(l, now))
		}
	}
	return out, nil
}

// Get gives one limit that the actor may see.
func (s *Service) Get(ctx context.Context, actor org.Actor, l id.Limit) (Entry, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Entry{}, err
	}
	found, err := s.find(ctx, actor, l)
	if err != nil {
		return Entry{}, err
	}
	return s.entry(found, s.now(ctx, actor.Org)), nil
}

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

// find gives a limit that the actor may see; any other is not found.
func (s *Service) find(ctx context.Context, actor org.Actor, l id.Limit) (Listed, error) {
	found, err := s.Store.Get(ctx, actor.Org, l, s.Clock.Now())
	if errors.Is(err, ErrNotFound) || err == nil && !sees(actor, found.Scope, found.Place) {
		return Listed{}, NotFound()
	}
	if err != nil {
		return Listed{}, fmt.Errorf("limit: get: %w", err)
	}
	return found, nil
}

func (s *Service) now(ctx context.Context, o id.Org) map[id.Limit]Standing {
	if s.Desk == nil {
		return nil
	}
	return s.Desk.Now(ctx, o)
}

// entry joins what is stored with what is used right now.
func (s *Service) entry(l Listed, now map[id.Limit]Standing) Entry {
	e := Entry{Limit: l.Limit, Label: l.Place.Label, place: l.Place, Increases: l.Increases}
	known, ok := now[l.ID]
	e.Standing = known
	if !ok || !known.Bursting { // a change may not have reached the data plane yet
		r := rule{Rule: Rule{Amount: l.Amount, Raises: raises(l.Increases)}}
		e.Standing.Amount = r.raise(s.Clock.Now())
	}
	e.Standing.Limit, e.Standing.Scope, e.Standing.Tag, e.Standing.Name = l.ID, l.Scope, l.Tag, l.Name
	e.Standing.Unit, e.Standing.Window, e.Standing.Soft = l.Unit, l.Window, l.Soft
	return e
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
