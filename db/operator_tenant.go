package db

import (
	"context"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/operator"
)

// Tenants implements operator.Store: one page of organizations, and four sums over that page's alone.
func (s *OperatorStore) Tenants(ctx context.Context, in operator.Query, month, day time.Time) (out []operator.Tenant, err error) {
	err = s.db.console(ctx, "list organizations for their operator", func(tx *gorm.DB) error {
		rows, err := tenantRows(tx, in)
		if err != nil || len(rows) == 0 {
			return err
		}
		at, which := map[id.Org]*operator.Tenant{}, make([]id.Org, len(rows))
		out = make([]operator.Tenant, len(rows))
		for i, r := range rows {
			out[i] = operator.Tenant{ID: r.ID, Name: r.Name, Slug: r.Slug, CreatedAt: r.CreatedAt.UTC(), DeletedAt: fromNull(r.DeletedAt), SuspendedAt: fromNull(r.SuspendedAt), SuspendedWhy: r.SuspendedWhy}
			at[r.ID], which[i] = &out[i], r.ID
		}
		return addFigures(tx, at, which, month, day)
	})
	return out, err
}

// tenantRows are the organizations that a query matches, newest first.
func tenantRows(tx *gorm.DB, in operator.Query) (rows []orgRow, err error) {
	q := tx.Order("id DESC").Limit(in.Limit)
	if !in.Only.IsZero() {
		q = q.Where("id = ?", in.Only)
	}
	if !in.Before.IsZero() {
		q = q.Where("id < ?", in.Before)
	}
	if in.Text != "" {
		q = q.Where("(lower(name) LIKE ? ESCAPE '!' OR slug LIKE ? ESCAPE '!')", like(in.Text), like(in.Text))
	}
	switch in.State {
	case "active":
		q = q.Where("deleted_at IS NULL AND suspended_at IS NULL")
	case "suspended":
		q = q.Where("deleted_at IS NULL AND suspended_at IS NOT NULL")
	case "deleted":
		q = q.Where("deleted_at IS NOT NULL")
	}
	return rows, q.Find(&rows).Error
}

// addFigures fills in people, plan, spend, and requests of the last day.
func addFigures(tx *gorm.DB, at map[id.Org]*operator.Tenant, which []id.Org, month, day time.Time) error {
	type figure struct {
		Org                    id.Org `gorm:"column:org_id"`
		N, Cost, Asked, Failed int64
		Plan, Status           string
		TrialEndsAt            time.Time
		Hour                   time.Time
	}
	read := func(q *gorm.DB, take func(t *operator.Tenant, f figure)) error {
		var all []figure
		err := q.Scan(&all).Error
		for _, f := range all {
			if t := at[f.Org]; t != nil {
				take(t, f)
			}
		}
		return err
	}
	if err := read(tx.Table("members").Select("org_id, COUNT(*) AS n").Where("org_id IN ? AND removed_at IS NULL AND disabled_at IS NULL", which).Group("org_id"),
		func(t *operator.Tenant, f figure) { t.People = f.N }); err != nil {
		return err
	}
	if err := read(tx.Table("billing_accounts").Select("org_id, plan, status, trial_ends_at").Where("org_id IN ?", which), func(t *operator.Tenant, f figure) {
		t.Plan, t.PlanStatus, t.TrialEnds = f.Plan, f.Status, f.TrialEndsAt.UTC()
	}); err != nil {
		return err
	}
	hours := func(from time.Time) *gorm.DB {
		return tx.Table("usage_hours").Select("org_id, CAST(SUM(usage_hours.cost_nanos) AS BIGINT) AS cost, CAST(SUM(usage_hours.requests) AS BIGINT) AS asked, CAST(SUM(usage_hours.errors) AS BIGINT) AS failed").
			Where("org_id IN ? AND hour >= ?", which, from.UTC()).Group("org_id")
	}
	if err := read(hours(month), func(t *operator.Tenant, f figure) { t.Spent, t.Requests = money.USD(f.Cost), f.Asked }); err != nil {
		return err
	}
	if err := read(hours(day), func(t *operator.Tenant, f figure) { t.Recent, t.Failed = f.Asked, f.Failed }); err != nil {
		return err
	}
	for o, t := range at { // the newest hour, from the primary key: one look each
		if err := read(tx.Table("usage_hours").Select("org_id, hour").Where("org_id = ?", o).Order("hour DESC").Limit(1), func(_ *operator.Tenant, f figure) { t.Used = f.Hour.UTC() }); err != nil {
			return err
		}
	}
	return nil
}
