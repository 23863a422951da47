package db

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// inherit gives a new period what comes from those before it. They are locked.
func inherit(tx *gorm.DB, b budget.Budget, row *periodRow, before []periodRow) error {
	var last *periodRow
	for i := range before {
		p := &before[i]
		if !p.overlaps(row.StartsAt) {
			continue
		}
		last = p
		if err := bequeath(tx, b, p, row.StartsAt); err != nil {
			return err
		}
	}
	if last != nil {
		row.Rollover = min(last.Rollover, b.Rollover)
		return errors.Join(reopenGrants(tx, b, row), moveGrants(tx, b, last, row))
	}
	if b.Rollover > 0 {
		carried, err := carry(tx, b, row.StartsAt)
		if err != nil {
			return err
		}
		row.Rollover = carried
	}
	return repay(tx, b, row)
}

// bequeath makes a period the heir of one that an older calendar has under way: what nodes still post to that one is
// passed on (passOn).
func bequeath(tx *gorm.DB, b budget.Budget, p *periodRow, heir time.Time) error {
	return tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, p.StartsAt).Update("heir_at", heir).Error
}

// maxIdle bounds how many periods that nobody spent in are begun after the fact, to know what they carried.
const maxIdle = 400

// carry is what the period that ended at from leaves to the next one: what was neither spent nor lent out, at most the
// budget's rollover. What a lease still holds may be spent, so it is not carried, also if it comes back later. Temporary
// increases and opened reserves end with their period, so the unused rest of them is not carried either. As the rollover
// is part of what may be spent, the cap also bounds what comes through several periods.
func carry(tx *gorm.DB, b budget.Budget, from time.Time) (ledger.Units, error) {
	last, err := bridge(tx, b, from)
	if err != nil || last == nil {
		return 0, err
	}
	var leases []leaseRow
	if err := tx.Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, last.StartsAt).Find(&leases).Error; err != nil {
		return 0, err
	}
	left := (&lockedAccount{period: *last, leases: leases}).pool().Free()
	var passing ledger.Units
	err = tx.Model(&grantRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ? AND kind IN ? AND state IN ?", b.Org, b.ID, last.StartsAt,
		[]budget.GrantKind{budget.Increase, budget.Opened}, counting).Select("COALESCE(SUM(amount_nanos), 0)").Scan(&passing).Error
	return min(b.Rollover, max(0, left-passing)), err
}

// bridge is the period that ends at from, locked. Periods that nobody spent in have no row; those between the last row
// and from are begun now. nil when there is none, or when the calendar changed in between.
func bridge(tx *gorm.DB, b budget.Budget, from time.Time) (*periodRow, error) {
	var last periodRow
	err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND budget_id = ? AND starts_at < ?", b.Org, b.ID, from).
		Order("starts_at DESC").Limit(1).Take(&last).Error
	if errors.Is(err, gorm.ErrRecordNotFound) {
		return nil, nil
	}
	if err != nil || last.EndsAt == nil {
		return nil, err
	}
	if last.EndsAt.Equal(from) {
		return &last, nil
	}
	zone, err := zoneOf(tx, b.Org)
	if err != nil {
		return nil, err
	}
	type window struct{ from, to time.Time }
	var idle []window
	for at := from; len(idle) < maxIdle && at.After(*last.EndsAt); at = idle[len(idle)-1].from {
		start, end := b.Calendar().Window(at.Add(-time.Nanosecond), zone)
		if start.Before(*last.EndsAt) {
			break // another calendar's period ended in the middle of this one
		}
		idle = append(idle, window{start, end})
	}
	if n := len(idle); n > 0 && !idle[n-1].from.Equal(*last.EndsAt) { // nothing is carried into the first of them
		row := periodRow{OrgID: b.Org, BudgetID: b.ID, StartsAt: idle[n-1].from, EndsAt: ending(idle[n-1].to)}
		row.Limit = row.limitOf(b)
		if err := tx.Clauses(clause.OnConflict{DoNothing: true}).Create(&row).Error; err != nil {
			return nil, err
		}
	}
	for i := len(idle) - 1; i >= 0; i-- {
		if err := beginPeriod(tx, b, idle[i].from, idle[i].to); err != nil {
			return nil, err
		}
	}
	if len(idle) == 0 {
		return nil, nil
	}
	return lockPeriod(tx, b, idle[0].from)
}

// revive makes a period the present one again, after the calendar had been another for a while: what was spent meanwhile
// was booked on other rows.
func revive(tx *gorm.DB, b budget.Budget, row *periodRow, from, to time.Time) error {
	others, err := around(tx, b, from, to)
	if err != nil {
		return err
	}
	facts, err := spentUnder(tx, b.Scope, b.Measure, from, to)
	if err != nil {
		return err
	}
	if err := reopenGrants(tx, b, row); err != nil {
		return err
	}
	row.Opening += facts - row.Spent
	row.Spent, row.HeirAt, row.AlertAt = facts, nil, 0
	for i := range others {
		if p := &others[i]; p.overlaps(from) {
			if err := errors.Join(bequeath(tx, b, p, from), moveGrants(tx, b, p, row)); err != nil {
				return err
			}
		}
	}
	return tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", b.Org, b.ID, from).
		Updates(map[string]any{"opening_nanos": row.Opening, "spent_nanos": row.Spent, "heir_at": nil, "granted_nanos": row.Granted, "alert_nanos": 0}).Error
}
