package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// begin makes the row of the period that now lies in, or takes the budget's new limit over into it.
func (s *BudgetStore) begin(ctx context.Context, b budget.Budget, now time.Time) error {
	return s.db.scoped(ctx, b.Org, func(tx *gorm.DB) error {
		row, err := present(tx, b, now)
		if err != nil {
			return err
		}
		fired, err := settlePeriod(tx, b, row, now)
		s.db.tell(ctx, fired)
		return err
	})
}

// present begins the period that now lies in, if need be, and locks its row.
func present(tx *gorm.DB, b budget.Budget, now time.Time) (*periodRow, error) {
	zone, err := zoneOf(tx, b.Org)
	if err != nil {
		return nil, err
	}
	from, to := b.Calendar().Window(now, zone)
	if err := beginPeriod(tx, b, from, to); err != nil {
		return nil, err
	}
	row, err := lockPeriod(tx, b, from)
	if err != nil {
		return nil, err
	}
	over := row.EndsAt != nil && !row.EndsAt.After(now)
	if end := ending(to); (row.EndsAt == nil) != (end == nil) || end != nil && !row.EndsAt.Equal(*end) { // another calendar's, which began in the same moment
		row.EndsAt = end
		if err := tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, row.StartsAt).Update("ends_at", end).Error; err != nil {
			return nil, err
		}
		if err := errors.Join(reopenGrants(tx, b, row), moveGrants(tx, b, row, row)); err != nil {
			return nil, err
		}
	}
	if over || row.HeirAt != nil { // the calendar went to longer periods, or to another one and came back: what was spent since is on other rows
		if err := revive(tx, b, row, from, to); err != nil {
			return nil, err
		}
	}
	return row, nil
}

func lockPeriod(tx *gorm.DB, b budget.Budget, from time.Time) (*periodRow, error) {
	var row periodRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, from).Take(&row).Error
	row.StartsAt = row.StartsAt.UTC()
	return &row, err
}

// settlePeriod works a locked period's limit out again, fires what it has crossed by that, and saves it.
func settlePeriod(tx *gorm.DB, b budget.Budget, row *periodRow, at time.Time) ([]budget.Alert, error) {
	row.Limit = row.limitOf(b)
	fired, err := watch(tx, b, row, at)
	if err != nil {
		return nil, err
	}
	return fired, tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, row.StartsAt).
		Updates(map[string]any{"limit_nanos": row.Limit, "granted_nanos": row.Granted, "rollover_nanos": row.Rollover, "alert_nanos": row.AlertAt}).Error
}

// beginPeriod makes a period's row if it is missing. It opens with what the facts say was spent there since the period
// began: nothing at a true beginning, something for a budget that is made, or changed, in the middle. What the period
// before it left over is carried in, and what that one borrowed is taken.
func beginPeriod(tx *gorm.DB, b budget.Budget, from, to time.Time) error {
	var there int64
	err := tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, from).Count(&there).Error
	if err != nil || there > 0 {
		return err
	}
	before, err := around(tx, b, from, to)
	if err != nil {
		return err
	}
	row := periodRow{OrgID: b.Org, BudgetID: b.ID, StartsAt: from, EndsAt: ending(to)}
	if row.Opening, err = spentUnder(tx, b.Scope, b.Measure, from, to); err != nil {
		return err
	}
	row.Spent = row.Opening
	if err := inherit(tx, b, &row, before); err != nil {
		return err
	}
	row.Limit = row.limitOf(b)
	return tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error
}

// around locks the periods of a budget that touch [from, to): the one that ends where this begins and, where the calendar
// was changed in the middle of one, those that overlap. What nodes still post to them waits, or is in the facts already.
func around(tx *gorm.DB, b budget.Budget, from, to time.Time) ([]periodRow, error) {
	q := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND budget_id = ? AND starts_at <> ? AND (ends_at IS NULL OR ends_at >= ?)", b.Org, b.ID, from, from)
	if !to.IsZero() {
		q = q.Where("starts_at < ?", to)
	}
	var rows []periodRow
	err := q.Order("starts_at").Find(&rows).Error
	return rows, err
}

// overlaps reports whether the period was under way, by an older calendar, when another began at from.
func (r periodRow) overlaps(from time.Time) bool { return r.EndsAt == nil || r.EndsAt.After(from) }

// BeginDue implements budget.GrantStore. What could not be begun is not begun: the keeper tells nobody of it, and so waits before it tries again.
func (s *BudgetStore) BeginDue(ctx context.Context, now time.Time) (begun bool, err error) {
	rules, err := s.heirs(ctx, now)
	for _, b := range rules {
		if e := s.db.Do(ctx, func(ctx context.Context) error { return s.begin(ctx, b, now) }); e != nil {
			err = errors.Join(err, e)
			continue
		}
		begun = true
	}
	return begun, err
}

// heirs are the budgets that carry something into a period that now lies in and has no row yet.
func (s *BudgetStore) heirs(ctx context.Context, now time.Time) ([]budget.Budget, error) {
	var out []budget.Budget
	err := s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.system(ctx, "find periods that inherit something", func(tx *gorm.DB) error {
			out = nil
			var rows []budgetRow
			owing := tx.Model(&grantRow{}).Select("budget_id").Where("state = ? AND starts_at <= ?", budget.Due, now)
			if err := tx.Where("rollover_nanos > 0 OR id IN (?)", owing).Order("org_id, id").Find(&rows).Error; err != nil || len(rows) == 0 {
				return err
			}
			var periods []periodRow
			inheriting := tx.Model(&budgetRow{}).Select("id").Where("rollover_nanos > 0 OR id IN (?)", owing)
			if err := tx.Where("starts_at <= ? AND (ends_at IS NULL OR ends_at > ?) AND budget_id IN (?)", now, now, inheriting).Find(&periods).Error; err != nil {
				return err
			}
			present, zones := byKey(periods), map[id.Org]*time.Location{}
			for _, r := range rows {
				b, err := r.budget()
				if err != nil {
					return err
				}
				if zones[b.Org] == nil {
					if zones[b.Org], err = zoneOf(tx, b.Org); err != nil {
						return err
					}
				}
				from, _ := b.Calendar().Window(now, zones[b.Org])
				if _, ok := present[periodKey{b.ID, from.Unix()}]; !ok {
					out = append(out, b)
				}
			}
			return nil
		})
	})
	return out, err
}

// ending is a period's end as its column holds it.
func ending(to time.Time) *time.Time {
	if to.IsZero() {
		return nil
	}
	return &to
}
