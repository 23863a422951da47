package limit

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

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
