package db

import (
	"errors"
	"slices"
	"time"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// stray is an account of a period that was never begun, and will not be: its budget's calendar, or the organization's zone, is
// another by now. The node that names it did not know that yet, or has something in its journal from before.
type stray struct {
	org     id.Org
	account ledger.Account
	of      budget.Calendar // today's
	zone    *time.Location
}

// booking is an amount on an account.
type booking struct {
	org     id.Org
	account ledger.Account
	amount  ledger.Units
}

// bringHome takes strays off a batch's attempts, and says in which periods of today's calendars what they cost counts instead. The
// batch that was given stays as it is: its posting may be tried again.
func bringHome(b budget.Batch, strays []stray) (budget.Batch, []booking) {
	var late []booking
	if len(strays) > 0 {
		b.Attempts = slices.Clone(b.Attempts)
	}
	for _, x := range strays {
		for i := range b.Attempts {
			p := &b.Attempts[i]
			n := slices.IndexFunc(p.Attempt.Stakes, func(s ledger.Stake) bool { return s.Account == x.account })
			if n < 0 {
				continue
			}
			from, _ := x.of.Window(p.Attempt.At, x.zone)
			late = append(late, booking{x.org, ledger.Account{Budget: x.account.Budget, Start: from.Unix()}, p.End.Booked().Of(p.Attempt.Stakes[n].Measure)})
			p.Attempt.Stakes = slices.Delete(slices.Clone(p.Attempt.Stakes), n, n+1)
		}
	}
	return b, late
}

// bookLate counts what came home. A period that nobody has begun needs nothing: it will open with the facts.
func bookLate(tx *gorm.DB, locked map[ledger.Account]*lockedAccount, late []booking) error {
	for _, l := range late {
		var row periodRow
		err := tx.Clauses(clause.Locking{Strength: "UPDATE"}).Where("org_id = ? AND budget_id = ? AND starts_at = ?", l.org, l.account.Budget, time.Unix(l.account.Start, 0).UTC()).
			Take(&row).Error
		if errors.Is(err, gorm.ErrRecordNotFound) {
			continue
		}
		if err == nil {
			err = raise(tx, locked, row, l.amount)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// isStray reports whether an account that is missing among the locked ones is a stray; else its budget is gone.
func isStray(tx *gorm.DB, o id.Org, a ledger.Account) (bool, error) {
	var there int64
	err := tx.Model(&budgetRow{}).Where("org_id = ? AND id = ?", o, a.Budget).Count(&there).Error
	return there > 0, err
}
