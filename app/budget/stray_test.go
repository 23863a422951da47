package budget_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// The first request of a day is under way, on a budget that only warns, so nobody has begun the day in the books; somebody makes
// weeks of the days. What it cost is booked where it is counted now, and the node's journal goes on.
func TestACalendarThatChangesBeforeItsPeriodIsInTheBooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(10*money.Dollar, func(b *budget.Budget) { b.Period, b.Enforce = budget.Daily, budget.Soft })
		tr, stop := o.treasury(t.TempDir(), o.books)
		o.load(tr)
		ready(t, tr)
		o.clock.Set(at(t, "2026-11-19 09:00")) // a Thursday
		hold := o.reserve(tr, money.Dollar)
		o.must(tr.Open(hold, &ledger.Attempt{Request: id.NewRequest(ids), Number: 1, Chain: o.chain}))
		b.Period = budget.Weekly
		b = o.change(b)
		tr.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: money.Dollar})
		o.load(tr)
		next := o.reserve(tr, 2*money.Dollar)
		o.must(tr.Open(next, &ledger.Attempt{Request: id.NewRequest(ids), Number: 1, Chain: o.chain}))
		tr.Settle(next, &ledger.Settlement{State: ledger.Complete, Cost: 2 * money.Dollar})
		stop()
		if s := o.present(b); s.Spent != 3*money.Dollar {
			t.Errorf("the week: %+v", s)
		}
		o.exact(b, o.present(b))
		o.verify()
	})
}

// A node that does not know the new calendar yet asks for lease in a period that there is not, and nobody began. It learns so, and
// does not ask again and again: every other question of the organization would fail with that one.
func TestANodeThatAskedByAnOldCalendarGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Period = budget.Daily })
		tr, _ := o.treasury(t.TempDir(), o.books)
		o.load(tr)
		ready(t, tr)
		o.clock.Set(at(t, "2026-11-19 09:00"))
		b.Period = budget.Weekly
		b = o.change(b)
		if _, err := tr.Reserve(t.Context(), o.want(money.Dollar, money.Dollar)); code(err) != "budget_unavailable" {
			t.Errorf("by the old calendar: %v", err)
		}
		o.load(tr)
		tick := time.NewTicker(30 * time.Millisecond) // three sweeps in all
		defer tick.Stop()
		for range 25 {
			if _, err := tr.Reserve(t.Context(), o.want(money.Dollar, money.Dollar)); err != nil {
				t.Fatalf("by the new one: %v", err)
			}
			<-tick.C
		}
	})
}
