package budget_test

import (
	"context"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// left is what lost nodes left behind, as a test says.
type left struct {
	all      []budget.Suspended
	released []ledger.Units
}

func (l *left) Suspended(context.Context, id.Org, id.Budget) ([]budget.Suspended, error) {
	return append([]budget.Suspended(nil), l.all...), nil
}

func (l *left) AddRelease(_ context.Context, r budget.Release) error {
	l.released = append(l.released, r.Amount)
	return nil
}

// A part of what is in suspense is taken from the oldest on, and no more than was said.
func TestAPartIsReleasedOldestFirst(t *testing.T) {
	t.Parallel()
	o := newOffice(t, dbtest.SQLite(t), nil)
	b, n := o.monthly(money.Dollar), id.NewNode(ids)
	in := budget.ReleaseInput{Node: n, Note: "the disk is shredded"}
	for amount, want := range map[ledger.Units][]ledger.Units{0: {5, 7, 9}, 3: {3}, 5: {5}, 6: {5, 1}, 21: {5, 7, 9}} {
		l := &left{}
		for i, v := range []ledger.Units{5, 7, 9} {
			l.all = append(l.all, budget.Suspended{Budget: b.ID, Node: n, Start: november.AddDate(0, i-3, 0), Amount: v})
		}
		o.service.Held, in.Amount = l, amount
		made, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in)
		if o.must(err); len(made) != len(want) || len(l.released) != len(want) {
			t.Errorf("of %d: %v", amount, l.released)
			continue
		}
		for i := range want {
			if l.released[i] != want[i] || made[i].Amount != want[i] {
				t.Errorf("of %d: %v", amount, l.released)
			}
		}
	}
	o.service.Held = nil // a gateway that keeps none
	if all, err := o.service.Suspense(t.Context(), o.actor(org.Admin), b.ID); len(all) != 0 || err != nil {
		t.Errorf("without a store of it: %v, %v", all, err)
	}
	if _, err := o.service.Release(t.Context(), o.actor(org.Admin), b.ID, in); code(err) != "nothing_suspended" {
		t.Errorf("without a store of it: %v", err)
	}
}
