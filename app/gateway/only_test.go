package gateway

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// blind takes no pictures.
type blind struct{ flat }

func (blind) Serves(n llm.Needs, _ llm.Bound) bool { return !n.Vision }

func TestARouteAsksOnlyTargetsThatFulfilWhatItDemands(t *testing.T) {
	t.Parallel()
	const picture = `{"model":"smart","messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBORw0KGgo="}}]}],"max_tokens":50}`
	for name, c := range map[string]struct {
		only   route.Only
		quotes map[string]catalog.Quote
		body   string
		after  string // of c
		asked  string
		logged string
	}{
		"the first that fulfils it":       {only: route.Only{Regions: []string{"eu"}}, asked: "bc", logged: "left out a/a: its data stays in us, and the route wants eu"},
		"nobody does":                     {only: route.Only{Regions: []string{"ch"}}, asked: ""},
		"not as a last resort either":     {only: route.Only{ZeroRetention: true}, asked: "c", logged: "left out b/b: its provider may keep requests"},
		"a window":                        {only: route.Only{MinContext: 9_000}, quotes: map[string]catalog.Quote{"b": sized{window: 10_000}}, asked: "b", logged: "left out c/c: its context window is 0 tokens"},
		"what the request needs":          {only: route.Only{Capable: true}, quotes: map[string]catalog.Quote{"a": blind{}, "b": blind{}}, body: picture, asked: "c", logged: "left out a/a: it is not known to take text, images"},
		"a request that needs nothing":    {only: route.Only{Capable: true}, quotes: map[string]catalog.Quote{"a": blind{}, "b": blind{}}, asked: "abc"},
		"only one is left, kept for more": {only: route.Only{ZeroRetention: true}, after: "quota", asked: "c"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := perform(t, calm{Tries: 1}, script{"a": {busy}, "b": {busy}, "c": {busy}}, "a", "b", "c")
				h.quotes = c.quotes
				for i := range h.targets {
					x := &h.targets[i]
					x.Model, x.Rank, x.Only = x.Connection.Name, i, &c.only
				}
				h.targets[0].Connection.Residency, h.targets[1].Connection.Residency, h.targets[2].Connection.Residency = "us", "eu", "eu-west-1"
				h.targets[2].Connection.ZeroRetention, h.targets[2].After = true, c.after
				if c.body == "" {
					c.body = question
				}
				p, fact := h.say(c.body)
				asked := ""
				for _, a := range h.books.attempts {
					asked += a.Model
				}
				if asked != c.asked || !strings.Contains(fact.Decisions, c.logged) {
					t.Errorf("asked %q, want %q; the log wants %q\n%s\n%s", asked, c.asked, c.logged, fact.Decisions, p.body.String())
				}
				if c.asked == "" && (p.status != 404 || !strings.Contains(p.body.String(), "fulfils what its route demands")) {
					t.Errorf("%d %s", p.status, p.body.String())
				}
			})
		})
	}
}

// A budget near its limit asks for a cheaper model, and gets it only where the route's demands allow it.
func TestADowngradeKeepsWhatTheRouteDemands(t *testing.T) {
	t.Parallel()
	for _, allowed := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			h := perform(t, calm{Tries: 1}, script{"a": {healthy}, "b": {healthy}}, "a", "b")
			cheap := h.targets[1]
			cheap.Model = "cheap"
			h.others, h.targets = map[string]route.Target{"cheap": cheap}, h.targets[:1]
			h.targets[0].Connection.Residency = "eu"
			if allowed {
				cheap.Connection.Residency = "eu"
			}
			h.only = &route.Only{Regions: []string{"eu"}}
			h.quotes = map[string]catalog.Quote{"up-model": sized{out: 9_000_000}}
			h.books.step = budget.Step{Model: "cheap", Label: "Acme"}
			h.say(question)
			if got := h.books.attempts[0].Model; (got == "cheap") != allowed {
				t.Errorf("allowed %v, asked %s", allowed, got)
			}
		})
	}
}
