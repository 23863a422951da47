package budget_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// Money that is held a moment before midnight and sent a moment after counts in one month, not in both or neither.
func TestAnAttemptAcrossMidnightCountsOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		o := newOffice(t, d, nil)
		b := o.monthly(10 * money.Dollar)
		tr, stop := o.treasury(t.TempDir(), o.books)
		o.load(tr)
		ready(t, tr)
		o.clock.Set(at(t, "2026-11-30 23:59"))
		hold := o.reserve(tr, money.Dollar)
		o.clock.Set(at(t, "2026-12-01 00:01"))
		late := o.reserve(tr, 2*money.Dollar)
		for h, cost := range map[*ledger.Hold]money.USD{hold: money.Dollar, late: 2 * money.Dollar} {
			o.must(tr.Open(h, &ledger.Attempt{Request: id.NewRequest(ids), Number: 1, Chain: o.chain}))
			tr.Settle(h, &ledger.Settlement{State: ledger.Complete, Cost: cost})
		}
		stop()
		all, err := o.service.Statements(t.Context(), o.actor("admin"), b.ID)
		if o.must(err); len(all) != 2 || all[0].Spent != 2*money.Dollar || all[1].Spent != money.Dollar {
			t.Errorf("statements %+v", all)
		}
		for _, s := range all {
			o.exact(b, s)
		}
		o.verify()
	})
}
