package budget_test

import (
	"context"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// add puts a budget of any shape into the store.
func (h *house) add(b budget.Budget) budget.Budget {
	h.t.Helper()
	b.ID, b.Org, b.CreatedAt, b.UpdatedAt = id.NewBudget(ids), h.chain.Org, h.clock.Now(), h.clock.Now()
	if b.Name == "" {
		b.Name = b.ID.String()
	}
	h.must(h.d.Do(h.t.Context(), func(ctx context.Context) error { return h.store.Insert(ctx, b, h.clock.Now()) }))
	return b
}

// use makes one request of one attempt that uses so much, and says whether it got through.
func (h *house) use(t *budget.Treasury, w budget.Want, used llm.Usage, cost money.USD) *fault.Error {
	h.t.Helper()
	hold, err := t.Reserve(h.t.Context(), w)
	if err != nil {
		return fault.From(err)
	}
	req := id.NewRequest(ids)
	h.must(t.Open(hold, &ledger.Attempt{Request: req, Number: 1, Chain: w.Chain, Tags: w.Tags, Connection: id.NewConnection(ids), Provider: "up", Kind: "sandbox", Model: "sandbox-chat"}))
	t.Settle(hold, &ledger.Settlement{State: ledger.Complete, Usage: used, Cost: cost, Status: 200})
	t.Record(&ledger.Request{ID: req, Chain: w.Chain, Model: "sandbox-chat", Provider: "up", Attempts: 1, Status: 200, Usage: used, Cost: cost})
	return nil
}

func TestTokensAndRequestsAreLimitedLikeMoney(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			measure ledger.Measure
			limit   ledger.Units
			says    string
		}{
			"tokens":   {ledger.Tokens, 2500, "budget of 2,500 tokens is used up"},
			"requests": {ledger.Requests, 2, "budget of 2 requests is used up (2 requests spent, 0 requests held)"},
		} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				h := newHouse(t, d)
				b := h.add(budget.Budget{Scope: org.OfTeam(h.chain.Org, h.chain.Team), Measure: c.measure, Limit: c.limit, Period: budget.Monthly, Enforce: budget.Hard})
				tr, stop := h.treasury(t.TempDir(), h.books)
				h.load(tr)
				ready(t, tr)
				amounts := ledger.Amounts{Money: money.Cent, Tokens: 1250, Requests: 1}
				for range 2 {
					if f := h.use(tr, budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: amounts, Floor: amounts}, llm.Usage{Input: 1200, Output: 50}, money.Cent); f != nil {
						t.Fatalf("within the limit: %v", f)
					}
				}
				f := h.use(tr, budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: amounts, Floor: amounts}, llm.Usage{}, 0)
				if f == nil || f.Code != "budget_exhausted" || !strings.Contains(f.Public, c.says) {
					t.Errorf("above the limit: %v", f)
				} else if f.Detail["limit_"+name] == "" || f.Detail["limit_usd"] != "" {
					t.Errorf("detail %v", f.Detail)
				}
				if s := tr.Standings(&key.Grant{Chain: h.chain}, h.clock.Now()); len(s) != 1 || s[0].Spent != c.limit || s[0].Left != 0 {
					t.Errorf("standings %+v", s)
				}
				stop()
				h.verify()
				l, err := h.store.Get(t.Context(), h.chain.Org, b.ID, h.clock.Now())
				if h.must(err); l.Spent != c.limit {
					t.Errorf("the books say %d spent, want %d", l.Spent, c.limit)
				}
			})
		}
	})
}

func TestATokenBudgetShrinksTheCall(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.add(budget.Budget{Scope: org.OfOrg(h.chain.Org), Measure: ledger.Tokens, Limit: 4000, Period: budget.Daily, Enforce: budget.Hard})
	h.budget(org.OfOrg(h.chain.Org), 100*money.Dollar, budget.Daily, budget.Hard)
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	// 1,000 tokens in, 256 to 9,000 out, a cent each.
	w := budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: ledger.Amounts{Money: 100 * money.Dollar, Tokens: 10_000, Requests: 1},
		Floor: ledger.Amounts{Money: 12*money.Dollar + 56*money.Cent, Tokens: 1256, Requests: 1}}
	hold, err := tr.Reserve(t.Context(), w)
	if err != nil {
		t.Fatal(err)
	}
	got := hold.Amounts()
	if got.Tokens != 2000 || got.Requests != 1 {
		t.Errorf("held %+v, want half of the 4,000 tokens", got)
	}
	if got.Money < 19*money.Dollar || got.Money > 20*money.Dollar {
		t.Errorf("held $%s, want the same share of the way as tokens", got.Money)
	}
}

func TestTagsAndPoolsBindWhoCarriesThem(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := newHouse(t, d)
		apollo, err := org.OfTag(h.chain.Org, "project=apollo")
		h.must(err)
		tagged := h.add(budget.Budget{Scope: apollo, Limit: 10 * money.Cent, Period: budget.Monthly, Enforce: budget.Hard})
		pool := h.add(budget.Budget{Scope: org.OfPool(h.chain.Org, h.chain.Team), Limit: 10 * money.Cent, Period: budget.Monthly, Enforce: budget.Hard})
		tr, stop := h.treasury(t.TempDir(), h.books)
		h.load(tr)
		ready(t, tr)
		service := h.chain
		service.Member = id.Member{}
		cents := ledger.Amounts{Money: 10 * money.Cent}
		ask := func(c org.Chain, tags string) *fault.Error {
			return h.use(tr, budget.Want{Attempt: id.NewAttempt(ids), Chain: c, Tags: tags, Ceiling: cents, Floor: cents}, llm.Usage{Input: 1}, 10*money.Cent)
		}
		for _, free := range []string{"", "project=apollo2", "client=apollo,project=zeus"} {
			if f := ask(h.chain, free); f != nil {
				t.Errorf("%q is bound by another's budget: %v", free, f)
			}
		}
		if f := ask(h.chain, "client=acme,project=apollo,project=apollo"); f != nil { // what is said twice is paid for once
			t.Errorf("the tag's budget refuses its first cents: %v", f)
		}
		if f := ask(h.chain, "client=acme,project=apollo"); f == nil || !strings.Contains(f.Public, "Tag project=apollo's monthly budget of $0.10 is used up") {
			t.Errorf("the tag's budget does not bind: %v", f)
		}
		if f := ask(service, ""); f != nil {
			t.Errorf("the pool refuses its first cents: %v", f)
		}
		if f := ask(service, ""); f == nil || !strings.Contains(f.Public, "Pool of team Payments") {
			t.Errorf("the pool does not bind a key of no person: %v", f)
		}
		if f := ask(h.chain, ""); f != nil {
			t.Errorf("the pool binds a person's key: %v", f)
		}
		stop()
		h.verify()
		if l, err := h.store.Get(t.Context(), h.chain.Org, tagged.ID, h.clock.Now()); err != nil || l.Spent != 10*money.Cent {
			t.Errorf("the tag's budget counts $%s %v", l.Spent, err)
		}
		// A budget made later opens with what the facts say was spent under its scope.
		for _, b := range []budget.Budget{tagged, pool} {
			again := h.add(budget.Budget{Scope: b.Scope, Limit: money.Dollar, Period: budget.Quarterly, Enforce: budget.Soft})
			l, err := h.store.Get(t.Context(), h.chain.Org, again.ID, h.clock.Now())
			if h.must(err); l.Spent != 10*money.Cent {
				t.Errorf("%s opens with $%s", b.Scope.Kind(), l.Spent)
			}
		}
	})
}

func TestAScopeMayHaveSeveralBudgetsOfOnePeriod(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	s := org.OfOrg(h.chain.Org)
	h.add(budget.Budget{Scope: s, Name: "warn", Limit: 5 * money.Cent, Period: budget.Monthly, Enforce: budget.Soft})
	h.add(budget.Budget{Scope: s, Name: "stop", Limit: 10 * money.Cent, Period: budget.Monthly, Enforce: budget.Hard})
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	cents := ledger.Amounts{Money: 10 * money.Cent}
	w := budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: cents, Floor: cents}
	if f := h.use(tr, w, llm.Usage{Input: 1}, 10*money.Cent); f != nil {
		t.Errorf("the soft budget refuses: %v", f)
	}
	w.Attempt = id.NewAttempt(ids)
	if f := h.use(tr, w, llm.Usage{Input: 1}, 10*money.Cent); f == nil || f.Detail["budget"] != "stop" {
		t.Errorf("the hard budget does not: %v", f)
	}
}

func TestRequestsOfATryThatReachedNobodyAreNotCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, dbtest.SQLite(t))
	h.add(budget.Budget{Scope: org.OfOrg(h.chain.Org), Measure: ledger.Requests, Limit: 1, Period: budget.Daily, Enforce: budget.Hard})
	tr, _ := h.treasury(t.TempDir(), h.books)
	h.load(tr)
	ready(t, tr)
	one := ledger.Amounts{Requests: 1}
	for range 3 {
		hold, err := tr.Reserve(t.Context(), budget.Want{Attempt: id.NewAttempt(ids), Chain: h.chain, Ceiling: one, Floor: one})
		if err != nil {
			t.Fatal(err)
		}
		h.must(tr.Open(hold, &ledger.Attempt{Request: id.NewRequest(ids), Number: 1, Chain: h.chain}))
		tr.Settle(hold, &ledger.Settlement{State: ledger.Voided, Status: 503})
	}
}
