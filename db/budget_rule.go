package db

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var depth = map[org.ScopeKind]int{org.OrgScope: 0, org.DepartmentScope: 1, org.TeamScope: 2, org.PoolScope: 3, org.MemberScope: 4, org.KeyScope: 5, org.TagScope: 6}

func (s *BudgetStore) listed(ctx context.Context, o id.Org, now time.Time, narrow func(*gorm.DB) *gorm.DB) ([]budget.Listed, error) {
	var out []budget.Listed
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		zone, err := zoneOf(tx, o)
		if err != nil {
			return err
		}
		var rows []budgetRow
		if err := narrow(tx.Where("org_id = ?", o)).Find(&rows).Error; err != nil || len(rows) == 0 {
			return err
		}
		var periods []periodRow
		ids := make([]id.Budget, len(rows))
		for i, r := range rows {
			ids[i] = r.ID
		}
		q := tx.Where("org_id = ? AND starts_at <= ? AND (ends_at IS NULL OR ends_at > ?)", o, now, now)
		if len(ids) < 100 {
			q = q.Where("budget_id IN ?", ids)
		}
		if err := q.Find(&periods).Error; err != nil {
			return err
		}
		if err := addReaped(tx, o, periods); err != nil {
			return err
		}
		labels, err := placesOf(tx, o, rows)
		if err != nil {
			return err
		}
		present := byKey(periods)
		for _, r := range rows {
			b, err := r.budget()
			if err != nil {
				return err
			}
			from, to := b.Calendar().Window(now, zone)
			p := present[periodKey{b.ID, from.Unix()}]
			l := budget.Listed{Budget: b, Place: labels[b.Scope], Present: p.limitOf(b), Spent: p.Spent + p.Suspense, Suspense: p.Suspense,
				RolledOver: p.Rollover, Granted: p.Granted}
			if !to.IsZero() {
				l.ResetsAt = to.In(zone)
			}
			out = append(out, l)
		}
		return nil
	})
	return out, err
}

type periodKey struct {
	budget id.Budget
	start  int64
}

func byKey(periods []periodRow) map[periodKey]periodRow {
	out := make(map[periodKey]periodRow, len(periods))
	for _, p := range periods {
		out[periodKey{p.BudgetID, p.StartsAt.Unix()}] = p
	}
	return out
}

// Rules implements budget.Store.
func (s *BudgetStore) Rules(ctx context.Context, now time.Time) ([]budget.Rule, error) {
	var rows []budgetRow
	var orgs []orgRow
	var periods []periodRow
	labels := map[org.Scope]budget.Place{}
	err := s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "compile budget rules", func(tx *gorm.DB) error {
			if err := tx.Order("org_id, id").Find(&rows).Error; err != nil || len(rows) == 0 {
				return err
			}
			if err := tx.Find(&orgs).Error; err != nil {
				return err
			}
			if err := tx.Where("starts_at <= ? AND (ends_at IS NULL OR ends_at > ?)", now, now).Find(&periods).Error; err != nil {
				return err
			}
			for o, own := range byOrg(rows) {
				places, err := placesOf(tx, o, own)
				if err != nil {
					return err
				}
				for scope, p := range places {
					labels[scope] = p
				}
			}
			return nil
		})
	})
	if err != nil {
		return nil, err
	}
	zones := make(map[id.Org]string, len(orgs))
	for _, o := range orgs {
		zones[o.ID] = o.Zone
	}
	present := byKey(periods)
	out := make([]budget.Rule, 0, len(rows))
	for _, r := range rows {
		if scope, err := org.ParseScope(r.OrgID, r.ScopeKind, r.ScopeNode); err == nil && labels[scope].Archived {
			continue
		}
		rule, err := r.rule(zones[r.OrgID], now, present, labels)
		if err != nil {
			return nil, err
		}
		out = append(out, rule)
	}
	return out, nil
}

func byOrg(rows []budgetRow) map[id.Org][]budgetRow {
	out := map[id.Org][]budgetRow{}
	for _, r := range rows {
		out[r.OrgID] = append(out[r.OrgID], r)
	}
	return out
}

func (r budgetRow) rule(zone string, now time.Time, present map[periodKey]periodRow, labels map[org.Scope]budget.Place) (budget.Rule, error) {
	b, err := r.budget()
	if err != nil {
		return budget.Rule{}, err
	}
	where, err := time.LoadLocation(zone)
	if err != nil {
		return budget.Rule{}, fmt.Errorf("zone of organization %s: %w", r.OrgID, err)
	}
	from, _ := b.Calendar().Window(now, where)
	p := present[periodKey{b.ID, from.Unix()}]
	label := cmp.Or(labels[b.Scope].Label, b.Name) // the node may be gone
	return budget.Rule{ID: b.ID, Org: b.Org, Kind: b.Scope.Kind(), Node: b.Scope.Node(), Label: label, Name: b.Name,
		Measure: b.Measure, Limit: max(0, b.Limit-b.Reserve), Period: b.Period, Starts: b.Starts, Enforce: b.Enforce, Ladder: b.Ladder,
		Zone: zone, Start: from.Unix(), Spent: p.Spent + p.Suspense, Present: p.limitOf(b)}, nil
}
