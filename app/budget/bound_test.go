package budget_test

import (
	"errors"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/ledger/journal"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// What a caller does wrong is refused or booked at its most, never let through.
func TestNonsenseIsBookedAtItsMost(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), 10*money.Dollar, budget.Monthly, budget.Hard)
	x := h.hand(t.TempDir(), h.books, journal.Options{})
	h.start(x)
	if hold, err := x.Reserve(t.Context(), h.want(money.Cent, money.Dollar)); err == nil || x.Stats().Held != 0 {
		t.Errorf("a floor above its ceiling: %v", hold)
	}
	negative := h.reserve(x.Treasury, 2*money.Dollar)
	req := h.open(x.Treasury, negative)
	x.Settle(negative, done(-1))
	x.Record(fact(h, req, 2*money.Dollar))
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), 4*money.Dollar)
	if s := x.Stats(); s.Overruns != 1 || s.Held != 0 || !x.log.Has("negative cost") || !x.log.Has("cost more than its hold") {
		t.Errorf("%+v", s)
	}
	h.spend(x.Treasury, h.reserve(x.Treasury, money.Dollar), money.Dollar)
	if s := x.Stats(); s.Overruns != 1 {
		t.Errorf("what costs its hold counts as an overrun: %+v", s)
	}
	posted(t, x.Treasury)
	h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	if r, err := h.books.Verify(t.Context()); err != nil || r.Cost != 7*money.Dollar || r.Flagged != 2*money.Dollar {
		t.Errorf("%v\n%s", err, r.String())
	}
}

// A call is capped where a hard budget of money or of tokens binds it, and by what is left of money.
func TestWhatBindsACall(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m           ledger.Measure
		e           budget.Enforcement
		bound, hard bool
	}{
		"hard money":    {ledger.Money, budget.Hard, true, true},
		"hard tokens":   {ledger.Tokens, budget.Hard, true, false},
		"hard requests": {ledger.Requests, budget.Hard, false, false},
		"soft money":    {ledger.Money, budget.Soft, false, false},
	} {
		h := newHouse(t, dbtest.SQLite(t))
		h.add(budget.Budget{Scope: org.OfOrg(h.chain.Org), Measure: c.m, Limit: 1000, Period: budget.Monthly, Enforce: c.e})
		x := h.hand(t.TempDir(), h.books, journal.Options{})
		h.start(x)
		w := h.want(100, 100)
		w.Ceiling.Tokens, w.Ceiling.Requests = 10, 1
		w.Floor = w.Ceiling
		hold, err := x.Reserve(t.Context(), w)
		h.must(err)
		left, hard := x.Left(hold)
		if got := x.Bound(hold); got != c.bound || hard != c.hard || hard && left != 900 || !hard && left != 0 {
			t.Errorf("%s: bound %v, left %d, hard %v", name, got, left, hard)
		}
		x.Release(hold)
		h.must(errors.Join(x.Close(t.Context()), <-x.ended))
	}
}
