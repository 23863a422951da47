package db

import (
	"context"
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// used is what comes nearest to what an account of a measure counts.
func used(m ledger.Measure, t usage.Totals) ledger.Units {
	switch m {
	case ledger.Tokens:
		return ledger.Units(t.Input + t.Output)
	case ledger.Requests:
		return ledger.Units(t.Answered())
	}
	return ledger.Units(t.Cost)
}

// usesBy are the dimensions that scopes are told by; organizations have none.
var usesBy = map[org.ScopeKind]usage.Dim{org.OrgScope: "", org.DepartmentScope: usage.Department, org.TeamScope: usage.Team, org.PoolScope: usage.Team,
	org.MemberScope: usage.Member, org.KeyScope: usage.Key}

// Uses implements budget.GrantStore. Days that are over and have sheets are told as one use, at their first moment: a month of
// hours of a large organization takes a second to read. The last day's hours are told one by one.
func (s *BudgetStore) Uses(ctx context.Context, o id.Org, k org.ScopeKind, ids []string, m ledger.Measure, from time.Time) (map[string][]budget.Use, error) {
	out := make(map[string][]budget.Use, len(ids))
	dim, known := usesBy[k]
	if !known || len(ids) == 0 {
		return out, nil
	}
	ask := usage.Ask{Limit: mostSlots}
	if dim != "" {
		nodes := make([]string, len(ids))
		for i, n := range ids {
			nodes[i] = shown(dim, n)
		}
		ask.By, ask.Where = []usage.Dim{dim}, []usage.Filter{{Dim: dim, Values: nodes}}
	}
	if k == org.PoolScope {
		ask.Where = append(ask.Where, usage.Filter{Dim: usage.Member, Values: []string{""}})
	}
	var cells []usage.Cell
	for range 5 { // days are seldom taken away, and never twice within one question
		err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
			if ask.Steps, err = usesSteps(tx, o, from.UTC().Truncate(time.Hour)); err != nil || len(ask.Steps) == 0 {
				return err
			}
			sum := newFold(ask)
			sum.past = &s.db.past
			if err := addKept(tx, report.Reach{Org: o, All: true}, ask, "", sum); err != nil {
				return err
			}
			cells, err = sum.cells()
			return err
		})
		if err == nil {
			break
		}
		if !errors.Is(err, errGone) {
			return nil, err
		}
	}
	slices.SortFunc(cells, func(a, b usage.Cell) int { return a.Step - b.Step })
	for _, c := range cells {
		node := ids[0]
		if dim != "" {
			var err error
			if node, err = dim.Node(c.Values[0]); err != nil {
				return nil, err
			}
		}
		out[node] = append(out[node], budget.Use{Hour: ask.Steps[c.Step].From.UTC(), Used: used(m, c.Totals)})
	}
	return out, nil
}

// usesSteps are the days with sheets but the last, and hours around them, up to the newest hour that there is.
func usesSteps(tx *gorm.DB, o id.Org, from time.Time) (out []usage.Step, err error) {
	var newest []time.Time
	if err := tx.Table("usage_marks").Where("org_id = ? AND hour >= ?", o, from).Order("hour DESC").Limit(1).Pluck("hour", &newest).Error; err != nil || len(newest) == 0 {
		return nil, err
	}
	to := newest[0].UTC().Add(time.Hour)
	days, err := goodDays(tx, o, usage.Step{From: from, To: to})
	if err != nil {
		return nil, err
	}
	at := from
	hours := func(to time.Time) {
		for at.Before(to) {
			end := at.Truncate(usageQuarter).Add(usageQuarter)
			if end.After(to) {
				end = to
			}
			out = append(out, usage.Step{From: at, To: end})
			at = end
		}
	}
	for _, d := range days[:max(0, len(days)-1)] {
		if d.From.Before(at) {
			continue
		}
		hours(d.From)
		out = append(out, d)
		at = d.To
	}
	hours(to)
	return out, nil
}

// usageQuarter is the finest slot that sums are kept in.
const usageQuarter = 15 * time.Minute

// Used implements budget.GrantStore.
func (s *BudgetStore) Used(ctx context.Context, scope org.Scope, m ledger.Measure, from, to time.Time) (sum ledger.Units, err error) {
	err = s.db.scoped(ctx, scope.Org(), func(tx *gorm.DB) (err error) {
		sum, err = spentUnder(tx, scope, m, from, to)
		return err
	})
	return sum, err
}

// Statements implements budget.GrantStore.
func (s *BudgetStore) Statements(ctx context.Context, o id.Org, b id.Budget) ([]budget.Statement, error) {
	var rows []periodRow
	var zone *time.Location
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) (err error) {
		if zone, err = zoneOf(tx, o); err != nil {
			return err
		}
		return tx.Where("org_id = ? AND budget_id = ?", o, b).Order("starts_at DESC").Find(&rows).Error
	})
	out := make([]budget.Statement, len(rows))
	for i, r := range rows {
		out[i] = budget.Statement{From: r.StartsAt.In(zone), Limit: r.Limit, RolledOver: r.Rollover, Granted: r.Granted, Opening: r.Opening, Spent: r.Spent, Suspense: r.Suspense}
		if r.EndsAt != nil {
			out[i].To = r.EndsAt.In(zone)
		}
	}
	return out, err
}
