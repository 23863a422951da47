package db

import (
	"errors"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// refresh brings locked accounts up to the askers' clock before anything is lent: increases that have ended lend no more,
// also if the keeper has not come by yet, and a period that a changed calendar had left is caught up with when the
// calendar is back. It costs a query only where one of the two may be.
func (s *LedgerStore) refresh(tx *gorm.DB, locked map[ledger.Account]*lockedAccount, asks []budget.LeaseAsk) error {
	for _, a := range asks {
		p := locked[a.Account]
		if p == nil || a.Now.IsZero() || p.period.Granted == 0 && p.period.HeirAt == nil {
			continue
		}
		var stored budgetRow
		err := tx.Where("org_id = ? AND id = ?", a.Org, a.Account.Budget).Take(&stored).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		b, err := stored.budget()
		if err != nil {
			return err
		}
		if err := catchUp(tx, b, &p.period, a.Now); err != nil {
			return err
		}
		before := p.period.Granted
		if err := endGrants(tx, b, &p.period, a.Now); err != nil {
			return err
		}
		if p.period.Granted == before {
			continue
		}
		fired, err := settlePeriod(tx, b, &p.period, a.Now)
		if err != nil {
			return err
		}
		s.db.tell(tx.Statement.Context, fired)
	}
	return nil
}

// catchUp revives a period if it has an heir and is the present one all the same.
func catchUp(tx *gorm.DB, b budget.Budget, row *periodRow, now time.Time) error {
	if row.HeirAt == nil {
		return nil
	}
	zone, err := zoneOf(tx, b.Org)
	if err != nil {
		return err
	}
	from, to := b.Calendar().Window(now, zone)
	if !from.Equal(row.StartsAt) {
		return nil // a node that does not know the new calendar yet
	}
	if err := revive(tx, b, row, from, to); err != nil {
		return err
	}
	row.Limit = row.limitOf(b)
	return nil
}

// passOn counts what a batch books on a period that has an heir there as well, as far as it happened in the heir's time:
// the heir opened with the facts of that moment, and these came later.
func passOn(tx *gorm.DB, locked map[ledger.Account]*lockedAccount, b budget.Batch) error {
	for a, p := range locked {
		if p.period.HeirAt == nil {
			continue
		}
		start := p.period.HeirAt.UTC()
		var heir periodRow
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", p.period.OrgID, a.Budget, start).Take(&heir).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		late := lateFor(b, a, start, heir.EndsAt)
		if late == 0 {
			continue
		}
		if err := raise(tx, locked, heir, late); err != nil {
			return err
		}
	}
	return nil
}

// raise counts in a period, whose row is locked, what came too late to be among the facts that it opened with.
func raise(tx *gorm.DB, locked map[ledger.Account]*lockedAccount, row periodRow, late ledger.Units) error {
	if own := locked[ledger.Account{Budget: row.BudgetID, Start: row.StartsAt.Unix()}]; own != nil {
		own.period.Opening, own.period.Spent = own.period.Opening+late, own.period.Spent+late
		return nil
	}
	return tx.Model(&periodRow{}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", row.OrgID, row.BudgetID, row.StartsAt.UTC()).
		Updates(map[string]any{"opening_nanos": row.Opening + late, "spent_nanos": row.Spent + late, "alert_nanos": 0}).Error
}

// lateFor is what a batch books on an account within [from, to).
func lateFor(b budget.Batch, a ledger.Account, from time.Time, to *time.Time) (sum ledger.Units) {
	for _, p := range b.Attempts {
		if at := p.Attempt.At; at.Before(from) || to != nil && !at.Before(*to) {
			continue
		}
		for _, s := range p.Attempt.Stakes {
			if s.Account == a {
				sum += p.End.Booked().Of(s.Measure)
			}
		}
	}
	return sum
}
