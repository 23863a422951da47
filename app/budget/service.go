package budget

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic is published after every change of budgets: read the rules again and Load them.
const Topic live.Topic = "budgets"

// Parts are what Service works with. All are required, except Desk.
type Parts struct {
	Store Store
	Tx    work.Tx
	Audit audit.Log
	Bus   live.Bus
	IDs   *id.Source
	Clock clock.Clock
	Log   *slog.Logger
	// Desk knows what is held on this node right now; without it, held shows as 0.
	Desk Desk
	// Held keeps what lost nodes left behind; without it there is nothing.
	Held SuspenseStore
	// Herald tells people of requests; without it nobody is told.
	Herald Herald
}

// Herald writes to those whom a request concerns, inside its transaction. *approval.Herald implements it.
type Herald interface {
	// Asked calls those who may decide.
	Asked(ctx context.Context, o id.Org, r Request, may func(org.Actor) bool) error
	// Decided tells the asker.
	Decided(ctx context.Context, o id.Org, r Request) error
}

// Desk is what a page asks of the data plane. *Treasury implements it.
type Desk interface {
	// Now is where a budget stands on this node; false if this node has not seen it in its present period.
	Now(o id.Org, b id.Budget) (Standing, bool)
}

// Service is the control plane of budgets. Who is bound by a limit does not set it (org.Actor.MayLimit): admins set the
// organization's and departments', managers those of their department's teams, leads those of their teams' members and
// keys. Nobody sets their own.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

// maxPerOrg bounds one tenant's share of the compiled index.
const maxPerOrg = 100_000

// Entry is a budget with what pages show around it.
type Entry struct {
	Budget
	Label    string // the scope in words: "Team Payments"
	place    Place
	Standing Standing
	// RolledOver and Granted are part of Standing.Limit: what came from the last period, and the grants that count now.
	RolledOver, Granted ledger.Units
	Suspense            ledger.Units // part of Standing.Spent
}

// Team is the team that a team, pool, member or key belongs to, the default one of a member of several; zero for all other
// scopes.
func (e Entry) Team() id.Team {
	if k := e.Scope.Kind(); len(e.place.Teams) == 0 || k == org.DepartmentScope || k == org.OrgScope {
		return id.Team{}
	}
	return e.place.Teams[0]
}

// Place is a scope as the tree knows it.
type Place struct {
	Label string
	Teams []id.Team // the teams that a department has, or that a team, pool, member or key belongs to
	Owner id.Member // who a member is, or whose key it is; zero for a service account's
	// Archived nodes keep their budgets, which bind nobody until the node is restored.
	Archived bool
}

func (p Place) place() org.Place { return org.Place{Teams: p.Teams, Owner: p.Owner} }

// NotFound refuses an id that names no budget, or another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such budget.")
}

func archived() *fault.Error {
	return fault.Field("scope", "This is archived. Restore it first, or choose another.")
}

func noScope() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
}

// List gives the budgets that the actor may see (org.Actor.Sees), outermost scopes first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Entry, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org, s.Clock.Now())
	if err != nil {
		return nil, fmt.Errorf("budget: list: %w", err)
	}
	out := make([]Entry, 0, len(all))
	for _, l := range all {
		if sees(actor, l.Scope, l.Place) {
			out = append(out, s.entry(l))
		}
	}
	return out, nil
}

// Get gives one budget that the actor may see.
func (s *Service) Get(ctx context.Context, actor org.Actor, b id.Budget) (Entry, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Entry{}, err
	}
	l, err := s.find(ctx, actor.Org, b)
	if err != nil {
		return Entry{}, err
	}
	if !sees(actor, l.Scope, l.Place) {
		return Entry{}, NotFound()
	}
	return s.entry(l), nil
}

func (s *Service) find(ctx context.Context, o id.Org, b id.Budget) (Listed, error) {
	l, err := s.Store.Get(ctx, o, b, s.Clock.Now())
	if errors.Is(err, ErrNotFound) {
		return Listed{}, NotFound()
	}
	if err != nil {
		return Listed{}, fmt.Errorf("budget: get: %w", err)
	}
	return l, nil
}

func (s *Service) reread(ctx context.Context, o id.Org, b id.Budget) (Entry, error) {
	l, err := s.find(ctx, o, b)
	return s.entry(l), err
}

// entry joins what the books say with what is in flight on this node.
func (s *Service) entry(l Listed) Entry {
	e := Entry{Budget: l.Budget, Label: l.Place.Label, place: l.Place, Standing: Standing{Budget: l.ID, Scope: l.Scope, Name: l.Name,
		Measure: l.Measure, Period: l.Period, Enforce: l.Enforce, Limit: l.Present, Spent: l.Spent, ResetsAt: l.ResetsAt},
		RolledOver: l.RolledOver, Granted: l.Granted, Suspense: l.Suspense}
	if s.Desk != nil {
		if now, ok := s.Desk.Now(l.Org, l.ID); ok {
			e.Standing.Held = now.Held
			e.Standing.Spent = max(e.Standing.Spent, now.Spent)
		}
	}
	e.Standing.Left = e.Standing.Limit - e.Standing.Spent - e.Standing.Held
	return e
}
