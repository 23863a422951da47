package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

type grantRow struct {
	OrgID     id.Org            `gorm:"column:org_id;primaryKey"`
	ID        id.Allowance      `gorm:"column:id;primaryKey"`
	BudgetID  id.Budget         `gorm:"column:budget_id"`
	StartsAt  time.Time         `gorm:"column:starts_at"`
	Kind      budget.GrantKind  `gorm:"column:kind"`
	Amount    ledger.Units      `gorm:"column:amount_nanos"`
	State     budget.GrantState `gorm:"column:state"`
	Until     *time.Time        `gorm:"column:until_at"`
	Reason    string            `gorm:"column:reason"`
	AskedBy   string            `gorm:"column:asked_by"`
	DecidedBy string            `gorm:"column:decided_by"`
	RequestID id.Ask            `gorm:"column:request_id"`
	CreatedAt time.Time         `gorm:"column:created_at;autoCreateTime:false"`
}

// TableName names the table.
func (grantRow) TableName() string { return "budget_grants" }

// counting are the states of grants that are part of their period's limit.
var counting = []budget.GrantState{budget.Active, budget.Closed}

func (r grantRow) grant() budget.Grant {
	g := budget.Grant{ID: r.ID, Budget: r.BudgetID, Start: r.StartsAt.UTC(), Kind: r.Kind, Amount: r.Amount, State: r.State, Reason: r.Reason,
		AskedBy: r.AskedBy, DecidedBy: r.DecidedBy, Request: r.RequestID, CreatedAt: r.CreatedAt.UTC()}
	if r.Until != nil {
		g.Until = r.Until.UTC()
	}
	return g
}

func grantRowOf(o id.Org, g budget.Grant) grantRow {
	return grantRow{OrgID: o, ID: g.ID, BudgetID: g.Budget, StartsAt: g.Start, Kind: g.Kind, Amount: g.Amount, State: g.State, Until: ending(g.Until),
		Reason: g.Reason, AskedBy: g.AskedBy, DecidedBy: g.DecidedBy, RequestID: g.Request, CreatedAt: g.CreatedAt}
}

// Present implements budget.GrantStore.
func (s *BudgetStore) Present(ctx context.Context, b budget.Budget, now time.Time) (p budget.Present, err error) {
	err = s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error {
		row, err := present(tx, b, now)
		if err != nil {
			return err
		}
		if err := endGrants(tx, b, row, now); err != nil {
			return err
		}
		fired, err := settlePeriod(tx, b, row, now)
		if err != nil {
			return err
		}
		s.db.tell(ctx, fired)
		zone, err := zoneOf(tx, b.Org)
		if err != nil {
			return err
		}
		p = budget.Present{From: row.StartsAt, Limit: row.Limit}
		if row.EndsAt != nil {
			p.To = row.EndsAt.In(zone)
		}
		var rows []grantRow
		err = tx.Where("org_id = ? AND budget_id = ? AND (starts_at = ? AND state IN ? OR state = ?)", b.Org, b.ID, row.StartsAt, counting, budget.Due).Find(&rows).Error
		for _, g := range rows {
			p.Opened += map[bool]ledger.Units{true: g.Amount}[g.Kind == budget.Opened]
			p.Owes = p.Owes || g.State == budget.Due
		}
		return err
	})
	return p, err
}

// AddGrants implements budget.GrantStore.
func (s *BudgetStore) AddGrants(ctx context.Context, b budget.Budget, now time.Time, grants ...budget.Grant) error {
	return s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error {
		row, err := present(tx, b, now)
		if err != nil {
			return err
		}
		for _, g := range grants {
			r := grantRowOf(b.Org, g)
			if err := tx.Create(&r).Error; err != nil {
				return err
			}
		}
		if row.Granted, err = granted(tx, b, row.StartsAt); err != nil {
			return err
		}
		fired, err := settlePeriod(tx, b, row, now)
		s.db.tell(ctx, fired)
		return err
	})
}

// granted is what a period's grants come to.
func granted(tx *gorm.DB, b budget.Budget, start time.Time) (sum ledger.Units, err error) {
	err = tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ? AND state IN ?", b.Org, b.ID, start, counting).
		Select("COALESCE(SUM(amount_nanos), 0)").Scan(&sum).Error
	return sum, err
}

// Grants implements budget.GrantStore.
func (s *BudgetStore) Grants(ctx context.Context, o id.Org, b id.Budget) ([]budget.Grant, error) {
	var rows []grantRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		return tx.Where("org_id = ? AND budget_id = ?", o, b).Order("created_at DESC, id DESC").Limit(500).Find(&rows).Error
	})
	out := make([]budget.Grant, len(rows))
	for i, r := range rows {
		out[i] = r.grant()
	}
	return out, err
}
