package reportweb_test

import (
	"encoding/json"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// spent books a request with tags, answered at its first attempt.
func (s *scene) spent(t *testing.T, k key.Key, tags string, cost money.USD) {
	t.Helper()
	at := s.house.Clock.Now()
	chain := org.Chain{Org: k.Org, Team: k.Team, Member: k.Member, Key: k.ID}
	used := llm.Usage{Input: 100, Output: 10}
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: chain, At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Model: "gpt-5.5", Provider: "up", Tags: tags,
		Attempts: 1, Status: 200, Usage: used, Cost: cost}
	a := ledger.Attempt{ID: id.NewAttempt(s.house.IDs), Request: q.ID, Number: 1, Chain: chain, Tags: tags, At: at, Held: ledger.Amounts{Money: cost}, Connection: id.NewConnection(s.house.IDs),
		Provider: "up", Kind: "openai", Model: "gpt-5.5", PriceVersion: "v1"}
	s.post(t, budget.Batch{Requests: []ledger.Request{q}, Attempts: []budget.Posting{{Attempt: a, End: ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: used, Cost: cost, Status: 200, At: at}}}})
}

func TestCostsAreAllocatedToTheLastNano(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	s.spent(t, k, "project=apollo", 1_250_000_001)
	s.spent(t, k, "client=acme,project==HYPERLINK(1)", 750_000_000)
	s.spent(t, k, "", 42)
	var out struct {
		By, Zone string
		Total    struct {
			CostUSD string `json:"cost_usd"`
		}
		Rest struct {
			Name    string
			CostUSD string `json:"cost_usd"`
		}
		Data []struct {
			ID       string
			CostUSD  string `json:"cost_usd"`
			Requests int
		}
	}
	answer := s.house.Program(t, s.site, s.acme, org.Manager).Get("/api/v1/usage/allocation?by=project")
	if err := json.Unmarshal([]byte(answer.Body), &out); err != nil {
		t.Fatalf("%v: %s", err, answer.Body)
	}
	if out.Total.CostUSD != "2.000000043" || out.Rest.CostUSD != "0.000000042" || len(out.Data) != 2 || out.Data[0].ID != "apollo" || out.Data[0].Requests != 1 || out.Zone != "UTC" {
		t.Errorf("API: %+v", out)
	}
}

func TestAllocationsOfStrangeSpansAreRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	for query, says := range map[string]string{
		"?month=2026-13":                            "month is a year and a month",
		"?month=days&from=2026-11-02&to=":           "to is a day like",
		"?month=days&from=2026-11-02&to=2026-11-01": "not after the last one",
		"?month=days&from=2020-01-01&to=2026-11-01": "at most 400 days",
		"?by=colour": "Costs can be divided by",
		"?by=day":    "Costs can be divided by",
		"?by=tag:":   "Costs can be divided by",
	} {
		if p := api.Get("/api/v1/usage/allocation" + query); p.Status != 400 || !p.Has(says) {
			t.Errorf("API %s: %d %s", query, p.Status, p.Body)
		}
	}
}

func TestARefusalIsExplainedThenAndNow(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	k := s.key(t, "ci", org.Developer)
	e, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	if err != nil {
		t.Fatal(err)
	}
	q := ledger.Request{ID: id.NewRequest(s.house.IDs), Chain: org.Chain{Org: k.Org, Team: k.Team, Member: k.Member, Key: k.ID}, At: s.house.Clock.Now(),
		Family: "openai", Endpoint: "chat", Asked: "smart", Status: 402, Code: "budget_exhausted", Message: "It is used up. To ask for more: http://x/budgets/y/ask", Decisions: "target: up/gpt-5.5 (alias smart, target 1 of 1)",
		Refusal: ledger.Refusal{Budget: e.ID, Need: 2 * money.Dollar, Limit: 10 * money.Dollar, Spent: 9 * money.Dollar, Held: 500 * money.Cent / 10}}
	s.post(t, budget.Batch{Requests: []ledger.Request{q}})
	developer := webtest.As(t, s.site, s.acme.Members[org.Developer])
	one := "/requests/" + q.ID.String()
	p := developer.Get(one)
	if !p.Has("Why this was refused", "at least $2.00, $1.50 more than was left", "Team General: monthly budget of $10.00", "When it was refused", "$9.00", "$0.50", "Now", "$10.00",
		"there is enough room now", "/budgets/"+e.ID.String()+"/ask?request="+q.ID.String(), "It starts again on", "<strong>Target</strong>", "<strong>Refused</strong>") || p.Has("http://x/") {
		t.Errorf("the reasons:\n%s", p.Body)
	}
	for query, want := range map[string]bool{"?code=budget_exhausted": true, "?code=price_unknown": false, "?budget=" + e.ID.String(): true, "?budget=" + id.NewBudget(s.house.IDs).String(): false,
		"?under=" + s.acme.Team.String(): true, "?under=" + s.acme.Other.String(): false, "?under=" + k.Member.String(): true, "?under=pool:" + s.acme.Team.String(): false, "?under=tag:project=apollo": false} {
		if p := developer.Get("/requests" + query); p.Status != 200 || p.Has(one) != want {
			t.Errorf("%s: %d, listed %v", query, p.Status, p.Has(one))
		}
	}
	api := s.house.Program(t, s.site, s.acme, org.Manager)
	if p := api.Get("/api/v1" + one); p.Status != 200 || !p.Has(`"refusal":{"budget_id":"`+e.ID.String()+`","measure":"usd","needed":"2","limit":"10","spent":"9","held":"0.5","left":"0.5"}`) {
		t.Errorf("API: %d %s", p.Status, p.Body)
	}
	for query, want := range map[string]bool{"?code=budget_exhausted&budget=" + e.ID.String(): true, "?code=x": false, "?under=tag:a=b": false, "?under=" + s.acme.Team.String(): true} {
		if p := api.Get("/api/v1/requests" + query); p.Status != 200 || p.Has(q.ID.String()) != want {
			t.Errorf("API %s: %d %s", query, p.Status, p.Body)
		}
	}
	for _, query := range []string{"?under=x", "?budget=x"} {
		if p := api.Get("/api/v1/requests" + query); p.Status != 400 {
			t.Errorf("API %s: %d", query, p.Status)
		}
	}
	for query, says := range map[string]string{"?under=nonsense": "no such part", "?budget=x": "no such budget"} {
		if p := developer.Get("/requests" + query); p.Status != 200 || !p.Has(says) {
			t.Errorf("%s: %d", query, p.Status)
		}
	}
	if err := s.budgets.Delete(t.Context(), s.acme.Actor(org.Admin), e.ID); err != nil {
		t.Fatal(err)
	}
	if p := developer.Get(one); p.Status != 200 || !p.Has("Why this was refused", "A budget that is gone", "$9.00") || p.Has("Ask for more</span>") {
		t.Errorf("after the budget is gone: %d", p.Status)
	}
}
