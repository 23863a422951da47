package gateway

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// shelf has two models: "smart" on the first provider and "small" on the second.
type shelf struct{ h *house }

func (s shelf) Plan(_ id.Org, call *llm.Call) (route.Plan, error) {
	at := map[string]int{"smart": 0, "small": 1}
	i, ok := at[call.Model]
	if !ok {
		return route.Plan{}, fault.New(fault.NotFound, "model_not_found", "There is no such model.")
	}
	t := s.h.targets[i]
	t.Model = call.Model
	return route.Plan{Route: call.Model, Targets: []route.Target{t}}, nil
}

func (s shelf) Choose(a *route.Ask) (route.Plan, error) { return s.Plan(a.Org, a.Call) }

func (s shelf) Explain(a *route.Ask) (route.Plan, route.Trace, error) {
	p, err := s.Plan(a.Org, a.Call)
	return p, route.Trace{}, err
}

func (shelf) Connection(id.Org, id.Connection) (*provider.Connection, bool) { return nil, false }

func (s shelf) Offer(*key.Grant) []string { return []string{"small", "smart"} }

// tagged is a price per output token, for a model that may be blind.
type tagged struct {
	flat
	out   money.Price
	blind bool
}

func (q tagged) Ceiling(b llm.Bound) (catalog.Ceiling, error) {
	return catalog.Ceiling{Input: money.USD(b.TextBytes), Tokens: b.TextBytes, PerOutput: q.out, MaxOutput: 1000}, nil
}

func (q tagged) Serves(n llm.Needs, _ llm.Bound) bool { return !q.blind || !n.Vision }

type tags map[string]tagged

func (m tags) Quote(_ id.Org, _, model string, _ time.Time) (catalog.Quote, bool) {
	q, ok := m[model]
	return q, ok
}

func TestABudgetNearItsLimitSendsRequestsToACheaperModel(t *testing.T) {
	t.Parallel()
	const picture = `{"model":"smart","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x.test/a.png"}}]}]}`
	cheap, dear := tagged{out: 100}, tagged{out: 5000}
	for name, c := range map[string]struct {
		step   string
		prices tags
		body   string
		narrow []string
		gets   string // model that answers
		says   string // in the warning, or in the decisions when it stays
	}{
		"nothing asked":                   {"", tags{"smart": dear, "small": cheap}, question, nil, "smart", ""},
		"a cheaper model":                 {"small", tags{"smart": dear, "small": cheap}, question, nil, "small", "smart was replaced by small: Team Payments' monthly budget of $5.00 is nearly used up"},
		"one that is no cheaper":          {"small", tags{"smart": cheap, "small": dear}, question, nil, "smart", "not cheaper"},
		"one without a price":             {"small", tags{"smart": dear}, question, nil, "smart", "not cheaper"},
		"one that does not take pictures": {"small", tags{"smart": dear, "small": {out: 100, blind: true}}, picture, nil, "smart", "not known to take text, images"},
		"one that does":                   {"small", tags{"smart": dear, "small": cheap}, picture, nil, "small", "replaced"},
		"one that nobody serves":          {"tiny", tags{"smart": dear, "small": cheap}, question, nil, "smart", "nothing serves it"},
		"one that the key may not use":    {"small", tags{"smart": dear, "small": cheap}, question, []string{"smart"}, "smart", "the key may not use it"},
		"the one that was asked for":      {"smart", tags{"smart": dear, "small": cheap}, question, nil, "smart", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t, func(g *Config) { g.Ports.Prices = c.prices })
			h.gateway.Routes = shelf{h}
			h.grant.Models = c.narrow
			h.provide("big", says(answer))
			h.provide("little", says(answer))
			h.books.step = budget.Step{Model: c.step, Label: "Team Payments", Why: budget.Standing{Period: budget.Monthly, Limit: 5 * money.Dollar, Scope: org.OfTeam(h.grant.Chain.Org, h.grant.Chain.Team)}}
			resp, body := h.ask(c.body)
			if resp.StatusCode != http.StatusOK {
				t.Fatalf("status %d: %s", resp.StatusCode, body)
			}
			if got := resp.Header.Get("X-Bodhi-Model"); got != c.gets {
				t.Errorf("answered by %q, want %q", got, c.gets)
			}
			warning, fact := resp.Header.Get("X-Bodhi-Warning"), h.books.only(t, 1)[0]
			if c.gets == "small" != strings.Contains(warning, "replaced") {
				t.Errorf("warning %q", warning)
			}
			if !strings.Contains(warning+fact.Decisions, c.says) {
				t.Errorf("warning %q and decisions %q, want %q in them", warning, fact.Decisions, c.says)
			}
			if fact.Asked != "smart" || fact.Model != c.gets {
				t.Errorf("recorded as asked for %q, answered by %q", fact.Asked, fact.Model)
			}
		})
	}
}
