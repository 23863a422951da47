package db

import (
	"context"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

type alertRow struct {
	OrgID     id.Org       `gorm:"column:org_id;primaryKey"`
	BudgetID  id.Budget    `gorm:"column:budget_id;primaryKey"`
	StartsAt  time.Time    `gorm:"column:starts_at;primaryKey"`
	Threshold int          `gorm:"column:threshold;primaryKey"`
	Event     int          `gorm:"column:event"`
	Beside    []int        `gorm:"column:beside;serializer:json"`
	Spent     ledger.Units `gorm:"column:spent_nanos"`
	Limit     ledger.Units `gorm:"column:limit_nanos"`
	At        time.Time    `gorm:"column:at"`
	RearmedAt *time.Time   `gorm:"column:rearmed_at"`
	ToldAt    *time.Time   `gorm:"column:told_at"`
}

// TableName names the table.
func (alertRow) TableName() string { return "budget_alerts" }

func (r alertRow) alert(b budget.Budget) budget.Alert {
	return budget.Alert{Org: r.OrgID, Budget: r.BudgetID, Name: b.Name, Measure: b.Measure, Start: r.StartsAt.UTC(), Threshold: r.Threshold,
		With: r.Beside, Spent: r.Spent, Limit: r.Limit, At: r.At.UTC(), Rearmed: r.RearmedAt != nil}
}

// watch notes which thresholds a locked period has crossed, fires those that had not fired, and arms again those that are
// not crossed any more. The caller saves the row's AlertAt. At most one event comes of it: the highest.
func watch(tx *gorm.DB, b budget.Budget, row *periodRow, at time.Time) ([]budget.Alert, error) {
	crossed, next := budget.Crossed(b.Thresholds, row.Limit, row.Spent+row.Suspense)
	row.AlertAt = next
	var old []alertRow
	if err := tx.Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, row.StartsAt).Find(&old).Error; err != nil {
		return nil, err
	}
	var again []int
	fresh := slices.Clone(crossed)
	for _, o := range old {
		switch {
		case o.RearmedAt != nil: // may fire
		case slices.Contains(crossed, o.Threshold):
			fresh = slices.DeleteFunc(fresh, func(t int) bool { return t == o.Threshold })
		default:
			again = append(again, o.Threshold)
		}
	}
	if len(again) > 0 {
		err := tx.Model(&alertRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ? AND threshold IN ?", b.Org, b.ID, row.StartsAt, again).
			Update("rearmed_at", at).Error
		if err != nil {
			return nil, err
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	top := fresh[len(fresh)-1]
	rows := make([]alertRow, len(fresh))
	for i, t := range fresh {
		rows[i] = alertRow{OrgID: b.Org, BudgetID: b.ID, StartsAt: row.StartsAt, Threshold: t, Event: top, Beside: []int{}, Spent: row.Spent + row.Suspense, Limit: row.Limit, At: at}
	}
	event := &rows[len(rows)-1]
	event.Beside = append(event.Beside, fresh[:len(fresh)-1]...)
	// The row's lock has kept others out; the key is the second wall, and a rearmed row is taken over.
	err := tx.Clauses(clause.OnConflict{
		Columns:   []clause.Column{{Name: "org_id"}, {Name: "budget_id"}, {Name: "starts_at"}, {Name: "threshold"}},
		Where:     clause.Where{Exprs: []clause.Expression{clause.Expr{SQL: "budget_alerts.rearmed_at IS NOT NULL"}}},
		DoUpdates: clause.AssignmentColumns([]string{"event", "beside", "spent_nanos", "limit_nanos", "at", "rearmed_at", "told_at"}),
	}).Create(&rows).Error
	return []budget.Alert{event.alert(b)}, err
}

// watchAll is watch for the accounts of a posting that have come to their next threshold: hardly ever any.
func watchAll(tx *gorm.DB, locked map[ledger.Account]*lockedAccount, at time.Time) ([]budget.Alert, error) {
	var fired []budget.Alert
	for _, p := range locked {
		if p.period.Spent+p.period.Suspense < p.period.AlertAt {
			continue
		}
		var stored budgetRow
		if err := tx.Where("org_id = ? AND id = ?", p.period.OrgID, p.period.BudgetID).Take(&stored).Error; err != nil {
			return nil, err
		}
		b, err := stored.budget()
		if err != nil {
			return nil, err
		}
		some, err := watch(tx, b, &p.period, at)
		if err != nil {
			return nil, err
		}
		fired = append(fired, some...)
	}
	return fired, nil
}

// Untold are crossed thresholds of all organizations that nobody was told of yet, the oldest first. after is the last one of the
// page before; the zero Alert is before all.
func (s *BudgetStore) Untold(ctx context.Context, after budget.Alert, limit int) ([]budget.Alert, error) {
	var out []budget.Alert
	err := s.db.system(ctx, "find thresholds that nobody was told of", func(tx *gorm.DB) error {
		var rows []alertRow
		find := tx.Where("told_at IS NULL AND event = threshold")
		if !after.At.IsZero() {
			find = find.Where("(at, org_id, budget_id, starts_at, threshold) > (?, ?, ?, ?, ?)", after.At.UTC(), after.Org, after.Budget, after.Start.UTC(), after.Threshold)
		}
		if err := find.Order("at, org_id, budget_id, starts_at, threshold").Limit(limit).Find(&rows).Error; err != nil {
			return err
		}
		for _, r := range rows {
			var stored budgetRow
			if err := tx.Where("org_id = ? AND id = ?", r.OrgID, r.BudgetID).Take(&stored).Error; err != nil {
				return err
			}
			out = append(out, r.alert(budget.Budget{Name: stored.Name, Measure: stored.Measure}))
		}
		return nil
	})
	return out, err
}

// Told notes that people were told of a threshold, with those that it crossed beside it.
func (s *BudgetStore) Told(ctx context.Context, a budget.Alert, at time.Time) error {
	return s.db.scoped(ctx, a.Org, func(tx *gorm.DB) error {
		return tx.Model(&alertRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ? AND event = ?", a.Org, a.Budget, a.Start.UTC(), a.Threshold).Update("told_at", at.UTC()).Error
	})
}

// Alerts implements budget.GrantStore.
func (s *BudgetStore) Alerts(ctx context.Context, o id.Org, b id.Budget) ([]budget.Alert, error) {
	var rows []alertRow
	var stored budgetRow
	err := s.db.scoped(ctx, o, func(tx *gorm.DB) error {
		if err := tx.Where("org_id = ? AND id = ?", o, b).Take(&stored).Error; err != nil {
			return err
		}
		return tx.Where("org_id = ? AND budget_id = ? AND event = threshold", o, b).Order("at DESC, threshold DESC").Limit(500).Find(&rows).Error
	})
	if err != nil {
		return nil, err
	}
	out := make([]budget.Alert, len(rows))
	for i, r := range rows {
		out[i] = r.alert(budget.Budget{Name: stored.Name, Measure: stored.Measure})
	}
	return out, nil
}

// OnAlerts makes fn hear of thresholds that were crossed, after the transaction that found it has committed. It is called
// before the stores are used, and fn must not block for long. A crash may come in between: the rows are what counts.
func (d *DB) OnAlerts(fn func([]budget.Alert)) { d.alerted = fn }

// tell passes alerts on once they are committed.
func (d *DB) tell(ctx context.Context, fired []budget.Alert) {
	if len(fired) == 0 || d.alerted == nil {
		return
	}
	d.afterCommit(ctx, func() { d.alerted(fired) })
}
