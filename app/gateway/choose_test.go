package gateway

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// ruledHouse is a house whose rule asks for the budgets, and keeps what it was asked.
type ruledHouse struct {
	*house
	asked *route.Ask
	used  int
}

func (r *ruledHouse) Choose(a *route.Ask) (route.Plan, error) {
	r.asked, r.used = a, a.Spending.UsedPercent(a.Grant, a.At)
	p, err := r.Plan(a.Org, a.Call)
	p.Route, p.Why = "alias smart, rule cheap", "alias smart, rule cheap: budget_used >= 80"
	return p, err
}

func (r *ruledHouse) Explain(a *route.Ask) (route.Plan, route.Trace, error) {
	p, err := r.Choose(a)
	return p, route.Trace{Steps: []route.Step{{Of: "alias smart", Rule: "cheap", Matched: true, Decided: true, Parts: []route.Part{{Text: "budget_used >= 80", Value: "budget_used is 81", Holds: true}}}}}, err
}

// standing is books with standings of their own.
type standing struct {
	*books
	list []budget.Standing
}

func (s standing) Standings(*key.Grant, time.Time) []budget.Standing { return s.list }

func TestRulesAreAskedWithTheRequestAndSaidInTheAnswer(t *testing.T) {
	t.Parallel()
	var rules *ruledHouse
	h := build(t, nil)
	rules = &ruledHouse{house: h}
	h.gateway.Routes = rules
	h.gateway.Budgets = standing{h.books, []budget.Standing{{Limit: 1000, Spent: 100}, {Limit: ledger.Units(40_000_000 * money.Dollar), Spent: ledger.Units(32_000_000 * money.Dollar), Held: ledger.Units(400_000 * money.Dollar)}}}
	h.provide("up", says(answer))
	resp, body := h.ask(question, "X-Bodhi-Tags", "project=apollo", "X-Bodhi-User", "u1", "X-Bodhi-Session", "s1", "X-Bodhi-Priority", "high", "X-Bodhi-Purpose", "triage")
	if resp.StatusCode != 200 || resp.Header.Get("X-Bodhi-Route") != "alias smart, rule cheap" {
		t.Fatalf("%d %v %s", resp.StatusCode, resp.Header, body)
	}
	fact := h.books.only(t, 1)[0]
	if !strings.Contains(fact.Decisions, "route: alias smart, rule cheap: budget_used >= 80") || fact.Route != "alias smart, rule cheap" {
		t.Errorf("fact %+v", fact)
	}
	a := rules.asked
	if a.Org != h.grant.Chain.Org || a.Grant != h.grant || a.Call == nil || a.Request.IsZero() || a.At.IsZero() || a.Tags != "project=apollo,purpose=triage" || a.EndUser != "u1" || a.Session != "s1" || a.Priority != "high" || a.Purpose != "triage" || a.Named {
		t.Errorf("asked %+v", a)
	}
	if rules.used != 81 {
		t.Errorf("%d %% used, want the tightest's 81", rules.used)
	}
	_, body = h.ask(question, "X-Bodhi-Dry-Run", "1")
	var r dryReport
	if err := json.Unmarshal([]byte(body), &r); err != nil || len(r.Rules) != 1 || !r.Rules[0].Decided || r.Rules[0].Parts[0].Value != "budget_used is 81" {
		t.Errorf("%s (%v)", body, err)
	}
}
