package db

import (
	"context"
	"errors"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// endGrants ends what has had its time in a locked period. What ends inside the period counts no longer; what ends with
// it stays part of what that period had.
func endGrants(tx *gorm.DB, b budget.Budget, row *periodRow, now time.Time) error {
	var over []grantRow
	err := tx.Where("org_id = ? AND budget_id = ? AND starts_at = ? AND state = ? AND until_at <= ?", b.Org, b.ID, row.StartsAt, budget.Active, now).Find(&over).Error
	if err != nil || len(over) == 0 {
		return err
	}
	for _, g := range over {
		state := budget.Ended
		if row.EndsAt != nil && !g.Until.Before(*row.EndsAt) {
			state = budget.Closed
		}
		if err := tx.Model(&grantRow{}).Where("org_id = ? AND id = ?", b.Org, g.ID).Update("state", state).Error; err != nil {
			return err
		}
	}
	row.Granted, err = granted(tx, b, row.StartsAt)
	return err
}

// moveGrants takes what is in force in a period over into the one that a changed calendar began in the middle of it. An
// increase ends when it was to end, or with the new period: it counts nowhere after that. What lasts as long as the period
// lasts as long as the new one, and a debt is due after that. The old row keeps its figures.
func moveGrants(tx *gorm.DB, b budget.Budget, old, row *periodRow) error {
	moving := tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ? AND state = ?", b.Org, b.ID, old.StartsAt, budget.Active)
	lasting := moving.Session(&gorm.Session{}).Where("kind <> ?", budget.Increase)
	if row.EndsAt != nil {
		lasting = moving.Session(&gorm.Session{}).Where("(kind <> ? OR until_at IS NULL OR until_at > ?)", budget.Increase, *row.EndsAt)
	}
	err := lasting.Update("until_at", row.EndsAt).Error
	if err != nil {
		return err
	}
	if err := moving.Session(&gorm.Session{}).Update("starts_at", row.StartsAt).Error; err != nil {
		return err
	}
	if row.EndsAt != nil {
		err := tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND state = ?", b.Org, b.ID, budget.Due).Update("starts_at", *row.EndsAt).Error
		if err != nil {
			return err
		}
	}
	row.Granted, err = granted(tx, b, row.StartsAt)
	return err
}

// reopenGrants settles what was closed since a period's beginning that goes on after all, or begins, around shorter ones: what was for a
// while ended with those. Their debts come along, so that a borrowing and its repayment both count.
func reopenGrants(tx *gorm.DB, b budget.Budget, row *periodRow) error {
	closed := tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND state = ? AND starts_at >= ?", b.Org, b.ID, budget.Closed, row.StartsAt)
	passing := []budget.GrantKind{budget.Increase, budget.Opened}
	err := closed.Session(&gorm.Session{}).Where("starts_at = ? AND kind IN ?", row.StartsAt, passing).Update("state", budget.Ended).Error
	if err != nil {
		return err
	}
	return closed.Session(&gorm.Session{}).Where("kind NOT IN ?", passing).Updates(map[string]any{"state": budget.Active, "starts_at": row.StartsAt, "until_at": row.EndsAt}).Error
}

// repay takes from a new period what earlier ones borrowed from it.
func repay(tx *gorm.DB, b budget.Budget, row *periodRow) error {
	res := tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND state = ? AND starts_at <= ?", b.Org, b.ID, budget.Due, row.StartsAt).
		Updates(map[string]any{"state": budget.Active, "starts_at": row.StartsAt, "until_at": row.EndsAt})
	if res.Error != nil || res.RowsAffected == 0 {
		return res.Error
	}
	var err error
	row.Granted, err = granted(tx, b, row.StartsAt)
	return err
}

// EndDue implements budget.GrantStore.
func (s *BudgetStore) EndDue(ctx context.Context, now time.Time) (changed bool, next time.Time, err error) {
	var over []struct {
		OrgID    id.Org    `gorm:"column:org_id"`
		BudgetID id.Budget `gorm:"column:budget_id"`
		StartsAt time.Time `gorm:"column:starts_at"`
	}
	var soonest []grantRow
	err = s.db.system(ctx, "find grants that end", func(tx *gorm.DB) error {
		err := tx.Model(&grantRow{}).Distinct("org_id", "budget_id", "starts_at").Where("state = ? AND until_at <= ?", budget.Active, now).
			Order("org_id, budget_id, starts_at").Find(&over).Error
		if err != nil {
			return err
		}
		return tx.Where("state = ? AND until_at > ?", budget.Active, now).Order("until_at").Limit(1).Find(&soonest).Error
	})
	if err != nil {
		return false, time.Time{}, err
	}
	for _, o := range over {
		if e := s.endIn(ctx, o.OrgID, o.BudgetID, o.StartsAt.UTC(), now); e != nil {
			err = errors.Join(err, e)
			continue
		}
		changed = true
	}
	if len(soonest) > 0 {
		next = soonest[0].Until.UTC()
	}
	return changed, next, err
}

func (s *BudgetStore) endIn(ctx context.Context, o id.Org, b id.Budget, start, now time.Time) error {
	return s.db.Do(ctx, func(ctx context.Context) error {
		return s.db.scoped(ctx, o, func(tx *gorm.DB) error {
			var stored budgetRow
			err := tx.Where("org_id = ? AND id = ?", o, b).Take(&stored).Error
			if errors.Is(err, gorm.ErrRecordNotFound) {
				return nil
			}
			if err != nil {
				return err
			}
			of, err := stored.budget()
			if err != nil {
				return err
			}
			row, err := lockPeriod(tx, of, start)
			if err != nil {
				return err
			}
			limit := row.Granted
			if err := endGrants(tx, of, row, now); err != nil || row.Granted == limit {
				return err
			}
			fired, err := settlePeriod(tx, of, row, now)
			s.db.tell(ctx, fired)
			return err
		})
	})
}
