package app

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// TestLookingForNamesIsBoundedByABudget sets, changes and takes away what looking for names and addresses may cost a day.
func TestLookingForNamesIsBoundedByABudget(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	x := &stage{t: t, a: a, s: s}
	admin, ctx := x.admin(), t.Context()
	bounds := func() (out []budget.Entry) {
		all, err := a.budgets(nil).List(ctx, admin)
		must(t, err)
		for _, e := range all {
			if e.Scope.Kind() == org.TagScope && e.Scope.Node() == "purpose=pii" {
				out = append(out, e)
			}
		}
		return out
	}
	for _, most := range []money.USD{3 * money.Dollar, 4 * money.Dollar} {
		must(t, a.screening.SetCap(ctx, admin, most))
		now, err := a.screening.Cap(ctx, admin)
		must(t, err)
		if b := bounds(); now.Most != most || now.Ends.IsZero() || len(b) != 1 || b[0].Enforce != budget.Hard || b[0].Period != budget.Daily || b[0].Limit != ledger.Units(most) {
			t.Errorf("$%s a day is %+v, and %d budgets: %+v", most, now, len(b), b)
		}
	}
	must(t, a.screening.SetCap(ctx, admin, 0))
	if now, err := a.screening.Cap(ctx, admin); err != nil || now.Most != 0 || len(bounds()) != 0 {
		t.Errorf("taken away it is %+v, %v, %d budgets", now, err, len(bounds()))
	}
	lead := admin
	lead.Role = org.Lead
	if err := a.screening.SetCap(ctx, lead, money.Dollar); !fault.Is(err, fault.Forbidden) {
		t.Errorf("a lead sets it: %v", err)
	}
}
