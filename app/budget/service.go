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

// Create puts a limit on a scope. What was already spent there in the present period counts from the start. A scope may
// have several, also of one period, under names of their own: a soft one to warn, a hard one above it.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Entry, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Entry{}, err
	}
	return s.create(ctx, actor, in, may)
}

// CreateOnNewKey sets the budget of a key that the actor is making in the same transaction. Its member may be the actor: who makes
// a key may give it less than they have, but not change that later. For key creation only, which has checked the rest.
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
	now := s.now()
	var b Budget
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
			return archived()
		}
		if in, err = in.checked(place); err != nil {
			return err
		}
		n, err := s.Store.Count(ctx, actor.Org)
		if err != nil {
			return err
		}
		if n >= maxPerOrg {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d budgets. Delete one first.", maxPerOrg)
		}
		if err := reserving(actor, 0, in.Reserve); err != nil {
			return err
		}
		b = Budget{ID: id.NewBudget(s.IDs), Org: actor.Org, Scope: in.Scope, Measure: in.Measure, CreatedAt: now}
		in.fill(&b, now)
		if err := s.fits(ctx, actor, nil, b, place, now); err != nil {
			return err
		}
		if err := s.Store.Insert(ctx, b, now); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("budget.created", b, nil, stored(b, place)))
	})
	if err != nil {
		return Entry{}, public("create", in.Period, err)
	}
	s.changed(ctx)
	return s.reread(ctx, actor.Org, b.ID)
}

// Update changes name, limit, period and enforcement; the scope stays. A lower limit binds at once, whatever is spent.
func (s *Service) Update(ctx context.Context, actor org.Actor, b id.Budget, in Input) (Entry, error) {
	if err := actor.Require(org.Lead); err != nil {
		return Entry{}, err
	}
	now := s.now()
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor.Org, b)
		if err != nil {
			return err
		}
		if !sees(actor, old.Scope, old.Place) {
			return NotFound()
		}
		if err := may(actor, old.Scope, old.Place); err != nil {
			return err
		}
		in.Scope, in.Measure = old.Scope, old.Measure
		if in, err = in.checked(old.Place); err != nil {
			return err
		}
		if err := reserving(actor, old.Reserve, in.Reserve); err != nil {
			return err
		}
		if err := s.keepsOpened(ctx, old.Budget, in.Reserve, now); err != nil {
			return err
		}
		changed := old.Budget
		in.fill(&changed, now)
		if err := s.fits(ctx, actor, &old.Budget, changed, old.Place, now); err != nil {
			return err
		}
		if err := s.Store.Update(ctx, changed, now); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("budget.updated", changed, stored(old.Budget, old.Place), stored(changed, old.Place)))
	})
	if err != nil {
		return Entry{}, public("update", in.Period, err)
	}
	s.changed(ctx)
	return s.reread(ctx, actor.Org, b)
}

// Delete takes a limit away. What was spent stays in the facts.
func (s *Service) Delete(ctx context.Context, actor org.Actor, b id.Budget) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		old, err := s.find(ctx, actor.Org, b)
		if err != nil {
			return err
		}
		if !sees(actor, old.Scope, old.Place) {
			return NotFound()
		}
		if err := may(actor, old.Scope, old.Place); err != nil {
			return err
		}
		if err := s.Store.Delete(ctx, actor.Org, b); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, note("budget.deleted", old.Budget, stored(old.Budget, old.Place), nil))
	})
	if err != nil {
		return public("delete", "", err)
	}
	s.changed(ctx)
	return nil
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

func (s *Service) changed(ctx context.Context) {
	if err := s.Bus.Publish(ctx, Topic); err != nil { // readers poll as well
		s.Log.Warn("budgets changed, but listeners could not be told", "error", err)
	}
}

func note(action string, b Budget, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: b.ID.String(), TargetName: b.Name, Before: before, After: after}
}

func stored(b Budget, p Place) map[string]any {
	out := map[string]any{"scope": string(b.Scope.Kind()), "of": p.Label, "name": b.Name, "measure": b.Measure.String(),
		"limit": b.Measure.Plain(b.Limit), "period": string(b.Period), "enforce": string(b.Enforce), "thresholds": b.Thresholds}
	for field, v := range map[string]ledger.Units{"rollover": b.Rollover, "reserve": b.Reserve} {
		if v > 0 {
			out[field] = b.Measure.Plain(v)
		}
	}
	if b.Starts > 0 {
		out["starts"] = b.Starts
	}
	if b.Strict {
		out["strict"] = true
	}
	if b.Ladder != (Ladder{}) {
		out["from_percent"], out["downgrade_to"] = b.Ladder.From, b.Ladder.Model
	}
	return out
}

func public(op string, p Period, err error) error {
	if errors.Is(err, ErrTaken) {
		return &fault.Error{Kind: fault.Conflict, Code: "budget_exists", Field: "period",
			Public: fmt.Sprintf("There is a %s budget of this name here already. Change that one, or give this one another name or period.", p)}
	}
	var f *fault.Error
	if errors.As(err, &f) {
		return f
	}
	return fmt.Errorf("budget: %s: %w", op, err)
}
