package budget_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestADowngradeBeginsAtItsShareOfTheLimit(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.add(budget.Budget{Scope: org.OfTeam(h.chain.Org, h.chain.Team), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Downgrade,
		Ladder: budget.Ladder{From: 80, Model: "small"}})
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	if _, ok := tr.Descend(h.chain, ""); ok {
		t.Error("a fresh budget asks for a cheaper model")
	}
	h.spend(tr, h.reserve(tr, 79*money.Cent), 79*money.Cent)
	if _, ok := tr.Descend(h.chain, ""); ok {
		t.Error("79 % used: too early")
	}
	hold := h.reserve(tr, money.Cent) // what is held counts
	if step, ok := tr.Descend(h.chain, ""); !ok || step.Model != "small" || step.Label != "Team Payments" {
		t.Errorf("80 %% used and held: %+v, %v", step, ok)
	}
	h.spend(tr, hold, money.Cent)
	h.spend(tr, h.reserve(tr, 20*money.Cent), 20*money.Cent)
	if f := h.refusal(tr, h.want(money.Cent, money.Cent)); f.Code != "budget_exhausted" {
		t.Errorf("at the limit it refuses like a hard one, got %v", f)
	}
}

// throttled is a house with one throttled budget of $100 a day from 50 %, at noon in Berlin: eleven hours to go in winter.
func throttled(t *testing.T) (*house, *budget.Treasury) {
	t.Helper()
	h := newHouse(t, dbtest.SQLite(t))
	h.add(budget.Budget{Scope: org.OfOrg(h.chain.Org), Limit: 100 * money.Dollar, Period: budget.Daily, Enforce: budget.Throttle, Ladder: budget.Ladder{From: 50}})
	h.clock.Set(time.Date(2026, 11, 18, 11, 0, 0, 0, time.UTC))
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	return h, tr
}

func (h *house) try(tr *budget.Treasury, ceiling, cost money.USD) *fault.Error {
	h.t.Helper()
	a := ledger.Amounts{Money: ceiling}
	return h.use(tr, budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: a, Floor: a}, llm.Usage{Input: 1}, cost)
}

func TestAThrottledBudgetIsOpenBelowItsShare(t *testing.T) {
	t.Parallel()
	h, tr := throttled(t)
	for range 49 {
		if f := h.try(tr, money.Dollar, money.Dollar); f != nil {
			t.Fatalf("below half of the limit: %v", f)
		}
	}
}

func TestAThrottledBudgetNamesItsPaceAndATrueWait(t *testing.T) {
	t.Parallel()
	h, tr := throttled(t)
	if f := h.try(tr, 52*money.Dollar, 52*money.Dollar); f != nil {
		t.Fatal(f)
	}
	// $48 left. The ladder spans half a day, and the reset is 12 hours away: $4 an hour, 6.67 cents a minute.
	if f := h.try(tr, 6*money.Cent, 6*money.Cent); f != nil {
		t.Fatalf("within a minute's pace: %v", f)
	}
	f := h.try(tr, 6*money.Cent, 6*money.Cent)
	if f == nil || f.Code != "rate_limited" || f.Kind != fault.Limited {
		t.Fatalf("the next one goes through: %v", f)
	}
	if !strings.Contains(f.Public, "daily budget of $100.00 is 52 % used, so its requests are slowed down, to about $3.99") {
		t.Errorf("refused with %q", f.Public)
	}
	if f.RetryAfter <= 40*time.Second || f.RetryAfter > time.Minute {
		t.Errorf("wait %s", f.RetryAfter)
	}
	h.clock.Advance(f.RetryAfter)
	if f := h.try(tr, 6*money.Cent, 6*money.Cent); f != nil {
		t.Errorf("after the wait it named: %v", f)
	}
}

func TestWhatAThrottledRequestDoesNotUseComesBack(t *testing.T) {
	t.Parallel()
	h, tr := throttled(t)
	if f := h.try(tr, 52*money.Dollar, 52*money.Dollar); f != nil {
		t.Fatal(f)
	}
	for range 50 { // each may cost a minute's pace, and costs next to nothing
		if f := h.try(tr, 6*money.Cent, money.Cent/100); f != nil {
			t.Fatalf("cheap requests are slowed down: %v", f)
		}
	}
}

// A hold that shrinks to what is left goes through the tap like any other.
func TestAShrunkHoldIsSlowedDownToo(t *testing.T) {
	t.Parallel()
	h, tr := throttled(t)
	if f := h.try(tr, 52*money.Dollar, 52*money.Dollar); f != nil {
		t.Fatal(f)
	}
	hold, err := tr.Reserve(t.Context(), h.want(60*money.Dollar, money.Cent))
	if h.must(err); hold.Amount() != 24*money.Dollar {
		t.Errorf("half of the $48 that are left are %s", hold.Amount())
	}
	if f := h.try(tr, 2*money.Cent, 2*money.Cent); f == nil || f.Code != "rate_limited" {
		t.Errorf("after hours of its pace: %v", f)
	}
	tr.Release(hold)
	if f := h.try(tr, 2*money.Cent, 2*money.Cent); f != nil {
		t.Errorf("what was not used is slowed down: %v", f)
	}
}

// TestAThrottledBudgetLastsUntilItsReset has a client that asks all the time.
func TestAThrottledBudgetLastsUntilItsReset(t *testing.T) {
	t.Parallel()
	h, tr := throttled(t)
	if f := h.try(tr, 50*money.Dollar, 50*money.Dollar); f != nil {
		t.Fatal(f)
	}
	spent, atSix := money.USD(50*money.Dollar), money.USD(0)
	for minute := range 12*60 - 1 {
		for h.try(tr, 2*money.Cent, 2*money.Cent) == nil {
			spent += 2 * money.Cent
		}
		h.clock.Advance(time.Minute)
		if minute == 6*60 {
			atSix = spent
		}
	}
	if spent < 95*money.Dollar || spent > 100*money.Dollar {
		t.Errorf("$%s spent at the end of the day, want nearly all of the $100", spent)
	}
	if atSix > 80*money.Dollar {
		t.Errorf("$%s spent half way to the reset: not smooth", atSix)
	}
}
