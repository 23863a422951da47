package budget

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

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
		if !in.Seen.IsZero() && !in.Seen.Equal(old.UpdatedAt) {
			return fault.New(fault.Conflict, "changed", "Somebody changed this budget while you did, so nothing was saved. Load it again and repeat your change.")
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
