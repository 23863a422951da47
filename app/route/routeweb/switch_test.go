package routeweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// smart is the alias that every organization begins with.
func (s *scene) smart(t *testing.T) route.Alias {
	t.Helper()
	all, err := s.aliases.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Name == "smart" {
			return a
		}
	}
	t.Fatal("there is no alias smart")
	return route.Alias{}
}

func TestAnAliasIsSwitchedToWhatItsOwnTrafficWouldCostElsewhere(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	h, smart := s.house, s.smart(t)
	at := h.Clock.Now().Add(-time.Hour)
	chain := org.Chain{Org: s.acme.Org.ID, Team: s.acme.Team}
	r := ledger.Request{ID: id.NewRequest(h.IDs), At: at, Family: "openai", Endpoint: "chat", Asked: "smart", Route: "alias smart", Status: 200, Chain: chain}
	a := ledger.Attempt{ID: id.NewAttempt(h.IDs), Request: r.ID, Number: 1, Chain: chain, At: at, Connection: smart.Targets[0].Connection, Provider: "sandbox", Kind: "sandbox", Model: "sandbox-chat"}
	end := ledger.Settlement{Attempt: a.ID, State: ledger.Complete, Usage: llm.Usage{Input: 2_000_000, CacheRead: 1_000_000, Output: 500_000}, Cost: 310 * money.Cent, At: at}
	if _, err := db.NewLedgerStore(h.DB).Post(t.Context(), id.NewNode(h.IDs), budget.Batch{Attempts: []budget.Posting{{Attempt: a, End: end}}, Requests: []ledger.Request{r}}); err != nil {
		t.Fatal(err)
	}
	page := "/aliases/" + smart.ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get("/models"); !p.Has(page + "/switch") {
		t.Error("nothing leads to the switch")
	}
	// sandbox-chat: 1 M at $1, 1 M at $0.10, 0.5 M at $4 = $3.10; sandbox-reasoning: $2 + $0.20 + 0.5 × $8 = $6.20.
	p := admin.Get(page + "/switch?q=sandbox-")
	if !p.Has("1 answered requests in the last 30 days, booked at $3.1", "sandbox/sandbox-reasoning", "$6.20", "100 % more", "$3.10", "Keep the present one next") {
		t.Errorf("candidates: %d\n%s", p.Status, p.Body)
	}
	if p.Has("openai/gpt") || strings.Contains(p.Body, `value="sandbox/sandbox-chat"`) {
		t.Error("the search does not narrow, or the present target can be switched to")
	}
	// Embeddings have no price for output, so what this alias used has none there.
	if p := admin.Get(page + "/switch?q=sandbox-embed"); !p.Has("No price") {
		t.Errorf("an unknown cost:\n%s", p.Body)
	}
	if p := admin.Get(page + "/switch?q=nothing-like-it"); !p.Has("sandbox/sandbox-chat") {
		t.Errorf("the present target is gone:\n%s", p.Body)
	}
	api := h.Program(t, s.site, s.acme, org.Admin)
	if p := api.Get("/api/v1" + page + "/candidates?q=sandbox-reasoning"); p.Status != 200 || !p.Has(`"booked_usd":"3.1"`, `"cost_usd":"6.2"`, `"present":true`, `"requests":1`) {
		t.Errorf("over the API: %d %s", p.Status, p.Body)
	}

	if p := admin.Post(page+"/switch", url.Values{"target": {"nowhere/x"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("There is no connection") {
		t.Errorf("a wrong target: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(page+"/switch", url.Values{"target": {"openai/gpt-5.5"}, "keep": {"on"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("switched: %d\n%s", p.Status, p.Body)
	}
	if got := s.smart(t).Targets; len(got) != 2 || got[0].Model != "gpt-5.5" || got[1].Model != "sandbox-chat" {
		t.Errorf("targets %+v", got)
	}
	if p := api.JSON("POST", "/api/v1"+page+"/switch", `{"target":"sandbox/sandbox-chat"}`); p.Status != 200 || !p.Has(`"targets":["sandbox/sandbox-chat"]`) {
		t.Errorf("back, without keeping: %d %s", p.Status, p.Body)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Lead]).Post(page+"/switch", url.Values{"target": {"openai/gpt-5.5"}}); p.Status != http.StatusForbidden {
		t.Errorf("a lead switches: %d", p.Status)
	}
}
