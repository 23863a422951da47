package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// usedBy is the sum over usage_hours that comes nearest to what an account of a measure counts.
var usedBy = map[ledger.Measure]string{ledger.Money: "SUM(cost_nanos)", ledger.Tokens: "SUM(input_tokens + output_tokens)", ledger.Requests: "SUM(requests - errors)"}

// Uses implements budget.GrantStore.
func (s *BudgetStore) Uses(ctx context.Context, o id.Org, k org.ScopeKind, ids []string, m ledger.Measure, from time.Time) (map[string][]budget.Use, error) {
	column := map[org.ScopeKind]string{org.OrgScope: "org_id", org.DepartmentScope: "department_id", org.TeamScope: "team_id", org.PoolScope: "team_id",
		org.MemberScope: "member_id", org.KeyScope: "key_id"}[k]
	out := make(map[string][]budget.Use, len(ids))
	if column == "" || len(ids) == 0 {
		return out, nil
	}
	var rows []struct {
		Node string       `gorm:"column:node"`
		Hour time.Time    `gorm:"column:hour"`
		Used ledger.Units `gorm:"column:used"`
	}
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		table := "usage_hours"
		if k == org.OrgScope {
			table = "usage_totals"
		}
		q := tx.Table(table).Select(column+" AS node, hour, "+usedBy[m]+" AS used").Where("org_id = ? AND hour >= ?", o, from.UTC().Truncate(time.Hour))
		if k != org.OrgScope {
			q = q.Where(column+" IN ?", ids)
		}
		if k == org.PoolScope {
			q = q.Where("member_id = ?", id.Member{}.UUID())
		}
		return q.Group(column + ", hour").Order("hour").Find(&rows).Error
	})
	for _, r := range rows {
		out[r.Node] = append(out[r.Node], budget.Use{Hour: r.Hour.UTC(), Used: r.Used})
	}
	return out, err
}

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
		return tx.Where("org_id = ? AND budget_id = ?", o, b).Order("starts_at DESC").Limit(100).Find(&rows).Error
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
