package budget_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// refusal reserves what must not fit.
func (h *house) refusal(t *budget.Treasury, w budget.Want) *fault.Error {
	h.t.Helper()
	hold, err := t.Reserve(h.t.Context(), w)
	if err == nil {
		h.t.Fatalf("%s was held, a refusal expected", hold.Amount())
	}
	return fault.From(err)
}

func TestTheTightestLevelRefusesByName(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	const until = "It resets on 1 December 2026 00:00 Europe/Berlin. "
	for kind, says := range map[org.ScopeKind]string{
		org.OrgScope:    "Acme's monthly budget of $0.20 is used up ($0.20 spent, $0.00 held). " + until + "Ask an organization admin to raise it.",
		org.TeamScope:   "Team Payments' monthly budget of $0.20 is used up ($0.20 spent, $0.00 held). " + until + "Ask a team lead to raise it.",
		org.MemberScope: "ada@acme.test's monthly budget of $0.20 is used up ($0.20 spent, $0.00 held). " + until + "Ask a team lead to raise it.",
		org.KeyScope:    "Key ci-bot's monthly budget of $0.20 is used up ($0.20 spent, $0.00 held). " + until + "Ask a team lead to raise it.",
	} {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t, d)
			c := h.chain
			tightestID := ""
			for _, s := range []org.Scope{org.OfOrg(c.Org), org.OfTeam(c.Org, c.Team), org.OfMember(c.Org, c.Member), org.OfKey(c.Org, c.Key)} {
				limit := money.Dollar
				if s.Kind() == kind {
					limit = 20 * money.Cent
				}
				b := h.budget(s, limit, budget.Monthly, budget.Hard)
				if s.Kind() == kind {
					tightestID = b.ID.String()
				}
			}
			tr, _ := h.treasury(t.TempDir(), h.books)
			h.load(tr)
			ready(t, tr)
			h.spend(tr, h.reserve(tr, 10*money.Cent), 10*money.Cent)
			h.spend(tr, h.reserve(tr, 10*money.Cent), 10*money.Cent)
			f := h.refusal(tr, h.want(10*money.Cent, 10*money.Cent))
			if f.Code != "budget_exhausted" || f.Kind != fault.Exhausted || f.RetryAfter != 0 {
				t.Errorf("refused with %v", f)
			}
			if f.Public != says {
				t.Errorf("got  %s\nwant %s", f.Public, says)
			}
			want := map[string]string{"scope": string(kind), "budget": string(kind), "limit_usd": "0.2", "spent_usd": "0.2", "held_usd": "0",
				"left_usd": "0", "needed_usd": "0.1", "budget_id": tightestID, "resets_at": "2026-12-01T00:00:00+01:00"}
			if !reflect.DeepEqual(f.Detail, want) {
				t.Errorf("detail %v, want %v", f.Detail, want)
			}
			told, ok := budget.Explain(fmt.Errorf("reserve: %w", f))
			if want := (ledger.Refusal{Budget: told.Budget, Need: 10 * money.Cent, Limit: 20 * money.Cent, Spent: 20 * money.Cent}); !ok || told != want || told.Budget.String() != tightestID {
				t.Errorf("explained as %+v, %v, want %+v", told, ok, want)
			}
			tightest := tr.Standings(&key.Grant{Chain: c}, h.clock.Now())[0]
			if string(tightest.Scope.Kind()) != string(kind) || tightest.Left != 0 {
				t.Errorf("tightest standing %+v", tightest)
			}
		})
	}
}

func TestMoneyHeldByOthersIsNotMoneyGone(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Dollar, budget.Monthly, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	big := h.reserve(tr, 80*money.Cent)
	f := h.refusal(tr, h.want(30*money.Cent, 30*money.Cent))
	if f.Code != "budget_reserved" || f.Kind != fault.Limited || f.RetryAfter < time.Second || f.RetryAfter > 5*time.Second {
		t.Errorf("while 80 cents are held: %v, retry after %s", f, f.RetryAfter)
	}
	if f := h.refusal(tr, h.want(2*money.Dollar, 2*money.Dollar)); f.Code != "budget_exhausted" || !strings.Contains(f.Public, "may cost $2.00") {
		t.Errorf("more than the whole budget can never fit: %v", f)
	}
	tr.Release(big)
	h.spend(tr, h.reserve(tr, 30*money.Cent), 30*money.Cent)
}

func TestTheHoldShrinksToAtMostHalfOfWhatIsLeft(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Dollar, budget.Monthly, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	for _, c := range []struct{ ceiling, floor, held money.USD }{
		{5 * money.Dollar, 10 * money.Cent, 50 * money.Cent}, // half of what is left
		{5 * money.Dollar, 40 * money.Cent, 40 * money.Cent}, // the floor is more than half
		{10 * money.Cent, 5 * money.Cent, 10 * money.Cent},   // the ceiling fits
	} {
		hold, err := tr.Reserve(t.Context(), h.want(c.ceiling, c.floor))
		h.must(err)
		if hold.Amount() != c.held {
			t.Errorf("between %s and %s: held %s, want %s", c.floor, c.ceiling, hold.Amount(), c.held)
		}
	}
}

func TestSoftBudgetsAndUnknownPrices(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfOrg(h.chain.Org), money.Cent, budget.Monthly, budget.Soft)
	tr, stop := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	h.spend(tr, h.reserve(tr, money.Dollar), 90*money.Cent)
	w := h.want(0, 0)
	w.Unpriced = true
	hold, err := tr.Reserve(t.Context(), w)
	h.must(err)
	h.spend(tr, hold, 0)
	if s := tr.Standings(&key.Grant{Chain: h.chain}, h.clock.Now()); len(s) != 1 || s[0].Left != -89*money.Cent || s[0].Enforce != budget.Soft {
		t.Errorf("standing %+v", s)
	}
	h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Dollar, budget.Monthly, budget.Hard)
	h.load(tr)
	if f := h.refusal(tr, w); f.Code != "price_unknown" || f.Kind != fault.Exhausted {
		t.Errorf("an unknown price under a hard limit: %v", f)
	}
	posted(t, tr)
	stop()
	h.verify()
}

func TestANewPeriodBeginsWithoutAReset(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Dollar, budget.Daily, budget.Hard)
	midnight := time.Date(2026, 11, 18, 23, 0, 0, 0, time.UTC) // in Berlin
	h.clock.Set(midnight.Add(-time.Microsecond))
	tr, stop := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	h.spend(tr, h.reserve(tr, 60*money.Cent), 60*money.Cent)
	over := h.reserve(tr, 40*money.Cent) // taken today, ends tomorrow
	if f := h.refusal(tr, h.want(1, 1)); f.Code != "budget_reserved" {
		t.Errorf("before midnight: %v", f)
	}
	h.clock.Set(midnight)
	h.spend(tr, h.reserve(tr, money.Dollar), money.Dollar)
	if f := h.refusal(tr, h.want(1, 1)); f.Detail["resets_at"] != "2026-11-20T00:00:00+01:00" {
		t.Errorf("the new day is full: %v", f.Detail)
	}
	h.clock.Advance(time.Hour)
	h.spend(tr, over, 40*money.Cent)
	posted(t, tr)
	stop()
	r := h.verify()
	if r.Periods != 2 || r.Over != 0 || r.Cost != 2*money.Dollar {
		t.Errorf("two days of a dollar each:\n%s", r.String())
	}
}

func TestABudgetMadeInTheMiddleKnowsWhatWasSpent(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	tr, stop := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	h.spend(tr, h.reserve(tr, 60*money.Cent), 60*money.Cent) // no budget yet
	posted(t, tr)
	h.budget(org.OfTeam(h.chain.Org, h.chain.Team), money.Dollar, budget.Monthly, budget.Hard)
	h.load(tr)
	if f := h.refusal(tr, h.want(50*money.Cent, 50*money.Cent)); f.Detail["spent_usd"] != "0.6" {
		t.Errorf("what was spent before the budget was made must count: %v", f.Detail)
	}
	h.spend(tr, h.reserve(tr, 40*money.Cent), 40*money.Cent)
	posted(t, tr)
	stop()
	h.verify()
}

func TestChangedLimitsBindAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	b := h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Dollar, budget.Monthly, budget.Hard)
	tr, stop := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	set := func(limit money.USD, e budget.Enforcement) {
		b.Limit, b.Enforce = limit, e
		h.must(h.d.Do(t.Context(), func(ctx context.Context) error { return h.store.Update(ctx, b, h.clock.Now()) }))
		h.load(tr)
	}
	tr.Release(h.reserve(tr, 90*money.Cent)) // so much is leased now
	h.spend(tr, h.reserve(tr, 50*money.Cent), 50*money.Cent)
	set(60*money.Cent, budget.Hard)
	if f := h.refusal(tr, h.want(20*money.Cent, 20*money.Cent)); f.Detail["limit_usd"] != "0.6" {
		t.Errorf("after lowering: %v", f.Detail)
	}
	h.spend(tr, h.reserve(tr, 10*money.Cent), 10*money.Cent)
	set(2*money.Dollar, budget.Hard)
	h.spend(tr, h.reserve(tr, money.Dollar), money.Dollar)
	set(2*money.Dollar, budget.Soft)
	h.spend(tr, h.reserve(tr, money.Dollar), money.Dollar) // 60 cents above
	set(3*money.Dollar, budget.Hard)
	if f := h.refusal(tr, h.want(50*money.Cent, 50*money.Cent)); f.Detail["spent_usd"] != "2.6" {
		t.Errorf("what was spent while it was soft must count: %v", f.Detail)
	}
	h.spend(tr, h.reserve(tr, 40*money.Cent), 40*money.Cent)
	held := h.reserve(tr, 0)
	h.must(h.d.Do(t.Context(), func(ctx context.Context) error { return h.store.Delete(ctx, b.Org, b.ID) }))
	h.load(tr)
	h.spend(tr, held, 0)
	h.spend(tr, h.reserve(tr, 9*money.Dollar), money.Cent) // nobody limits it any more
	posted(t, tr)
	stop()
	if r := h.verify(); r.Cost != 3*money.Dollar+money.Cent || r.Periods != 0 {
		t.Errorf("in the end:\n%s", r.String())
	}
}

func TestABadSetOfRulesLeavesTheLastOne(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.budget(org.OfKey(h.chain.Org, h.chain.Key), money.Cent, budget.Monthly, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	good, err := h.store.Rules(t.Context(), h.clock.Now())
	h.must(err)
	saved, err := json.Marshal(good)
	h.must(err)
	for name, spoil := range map[string]func(*budget.Rule){
		"an unknown zone":   func(r *budget.Rule) { r.Zone = "Mars/Olympus" },
		"an unknown period": func(r *budget.Rule) { r.Period = "fortnightly" },
		"a negative limit":  func(r *budget.Rule) { r.Limit = -1 },
		"a malformed node":  func(r *budget.Rule) { r.Node = "x" },
		"no enforcement":    func(r *budget.Rule) { r.Enforce = "" },
	} {
		var set []budget.Rule
		h.must(json.Unmarshal(saved, &set))
		if !reflect.DeepEqual(set, good) {
			t.Fatalf("rules do not survive JSON: %+v, want %+v", set, good)
		}
		spoil(&set[0])
		if err := tr.Load(set); err == nil {
			t.Errorf("%s was accepted", name)
		}
		if err := tr.Load(append(good, good...)); err == nil {
			t.Error("the same budget twice was accepted")
		}
	}
	h.refusal(tr, h.want(money.Dollar, money.Dollar)) // still in force
}

func TestAHoldIsForOneAttempt(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	tr, stop := h.treasury(t.TempDir(), h.books)
	ready(t, tr)
	hold := h.reserve(tr, money.Dollar)
	h.open(tr, hold)
	if err := tr.Open(hold, &ledger.Attempt{Chain: h.chain}); err == nil {
		t.Error("a retry went out on the first attempt's hold")
	}
	tr.Release(hold) // does nothing: it may have been sent
	for range 3 {
		tr.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: money.Cent})
	}
	tr.Release(hold)
	tr.Settle(hold, &ledger.Settlement{State: ledger.Voided})
	posted(t, tr)
	stop()
	if r := h.verify(); r.Attempts != 1 || r.Cost != money.Cent || r.Orphans != 1 {
		t.Errorf("one attempt of a cent:\n%s", r.String())
	}
}

func TestWhatClientsWriteCannotStopTheBooks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		tr, stop := h.treasury(t.TempDir(), h.books)
		ready(t, tr)
		hold := h.reserve(tr, money.Dollar)
		req := h.open(tr, hold)
		tr.Settle(hold, &ledger.Settlement{State: ledger.Complete, Cost: 1, Note: "nul \x00, broken \xff"})
		tr.Record(&ledger.Request{ID: req, Chain: h.chain, Asked: strings.Repeat("m\x00", 1<<20), Tags: "\xf0\x28\x8c\xbc", Session: "\x00",
			Decisions: strings.Repeat("é", 1<<20), Attempts: 1, Status: 200, Cost: 1})
		posted(t, tr)
		stop()
		if r := h.verify(); r.Attempts != 1 || r.Requests != 1 {
			t.Errorf("in the books:\n%s", r.String())
		}
	})
}
