package budget

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Cap is what requests of one tag pair may cost a day, as a setting of another room. It is a hard, daily budget of the pair like any
// other, so it is exact on all nodes, warns as budgets do, and is on their pages, too.
type Cap struct {
	Tag    string // "purpose=pii"
	Name   string // of the budget
	Action string // of the audit entry
}

// Capped gives the budget behind a cap; false where there is none. For admins: a tag is everybody's.
func (s *Service) Capped(ctx context.Context, actor org.Actor, c Cap) (Entry, bool, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Entry{}, false, err
	}
	l, there, err := s.capped(ctx, actor.Org, c)
	if err != nil || !there {
		return Entry{}, false, err
	}
	return s.entry(l), true, nil
}

func (s *Service) capped(ctx context.Context, o id.Org, c Cap) (Listed, bool, error) {
	all, err := s.Store.List(ctx, o, s.Clock.Now())
	if err != nil {
		return Listed{}, false, fmt.Errorf("budget: list: %w", err)
	}
	for _, l := range all {
		if l.Scope.Kind() == org.TagScope && l.Scope.Node() == c.Tag && l.Name == c.Name && l.Period == Daily && l.Measure == ledger.Money {
			return l, true, nil
		}
	}
	return Listed{}, false, nil
}

// SetCap sets a cap, or takes it away with 0.
func (s *Service) SetCap(ctx context.Context, actor org.Actor, c Cap, most money.USD) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	scope, err := org.OfTag(actor.Org, c.Tag)
	if err != nil {
		return err
	}
	now := s.now()
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		old, there, err := s.capped(ctx, actor.Org, c)
		if err != nil || most == 0 && !there {
			return err
		}
		place, err := s.Store.Place(ctx, scope)
		if err != nil {
			return err
		}
		b := old.Budget
		in := Input{Scope: scope, Name: c.Name, Measure: ledger.Money, Limit: ledger.Units(most), Period: Daily, Enforce: Hard}
		if in, err = in.checked(place); err != nil {
			return err
		}
		switch {
		case most == 0:
			err = s.Store.Delete(ctx, actor.Org, b.ID)
		case there:
			b.Limit, b.Enforce, b.UpdatedAt = in.Limit, Hard, now
			err = s.Store.Update(ctx, b, now)
		default:
			b = Budget{ID: id.NewBudget(s.IDs), Org: actor.Org, Scope: scope, Measure: ledger.Money, CreatedAt: now}
			in.fill(&b, now)
			err = s.Store.Insert(ctx, b, now)
		}
		if err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: c.Action, Target: b.ID.String(), TargetName: c.Name,
			Before: map[string]any{"usd_per_day": ledger.Money.Plain(old.Limit)}, After: map[string]any{"usd_per_day": ledger.Money.Plain(ledger.Units(most))}})
	})
	if err != nil {
		return public("cap", Daily, err)
	}
	s.changed(ctx)
	return nil
}
