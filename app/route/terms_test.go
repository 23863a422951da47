package route_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestWhatTheOrganizationSaysOfFailuresHoldsWhereNobodyElseDoes(t *testing.T) {
	t.Parallel()
	w := ruled()
	wide := &w.policies[0]
	wide.Fallback = &route.Fallback{ContentPolicy: true, DefaultAnswer: "Later."}
	wide.Only = &route.Only{Regions: []string{"eu"}}
	wide.Adaptive = &balance.Mix{Latency: 1, Cost: 2, Failures: 3}
	w.rule(t, "", "general", `model == "by-rule"`, ref(w.at("up"), "gpt-5.5"))
	w.rule(t, "smart", "own", `priority == "high"`, ref(w.at("backup"), "gpt-5.5"))
	said := w.named("fast")
	said.Routing.Fallback, said.Routing.Only = &route.Fallback{ContextWindow: true}, &route.Only{ZeroRetention: true}
	said.Routing.Adaptive = &balance.Mix{Latency: 9}
	w.compile(t)
	for name, c := range map[string]struct {
		model, priority string
		of, demands     string
		mix             int
	}{
		"an alias that says nothing": {"smart", "", "the organization", "data stays in eu", 1},
		"its rule":                   {"smart", "high", "the organization", "data stays in eu", 1},
		"an alias that says its own": {"fast", "", "alias fast", "zero retention; data stays in eu", 9},
		"a rule for any model":       {"by-rule", "", "the organization", "data stays in eu", 1},
		"a model by its own name":    {"gpt-5.5", "", "the organization", "data stays in eu", 1},
		"a connection's model":       {"backup/gpt-9", "", "the organization", "data stays in eu", 1},
		"a name of the catalogue":    {"openai/gpt-5.5", "", "the organization", "data stays in eu", 1},
	} {
		t.Run(name, func(t *testing.T) {
			p, tr, err := w.table.Explain(&route.Ask{Org: w.here, Call: &llm.Call{Model: c.model, Operation: llm.Chat}, Priority: c.priority, Grant: w.grant})
			if err != nil {
				t.Fatal(err)
			}
			if p.FallbackOf != c.of || p.Fallback == nil || p.Fallback.ContentPolicy == (c.model == "fast") || strings.Join(p.Only.Words(), "; ") != c.demands || p.Mix.Latency != c.mix {
				t.Errorf("%+v of %q, %v, %+v\n%+v", p.Fallback, p.FallbackOf, p.Only.Words(), p.Mix, tr)
			}
			for _, target := range p.Targets {
				if target.Only.Bars(route.Place{Residency: "us"}) == "" || target.Only.Bars(route.Place{Residency: "eu-west-1", ZeroRetention: true}) != "" {
					t.Errorf("%s/%s is not bound by the organization's demand", target.Connection.Name, target.Model)
				}
			}
			if words := strings.Join(p.Words(), " "); !strings.Contains(words, "as "+c.of+" says: the next of the list follows") || !strings.Contains(words, "Only targets that fulfil: "+c.demands) {
				t.Errorf("in words: %q", words)
			}
		})
	}
	if p, err := w.table.Plan(w.there, &llm.Call{Model: "theirs"}); err != nil || p.Fallback != nil || p.FallbackOf != "" || p.Only != nil || p.Targets[0].Only != nil {
		t.Errorf("another organization is bound: %+v %v", p, err)
	}
}

func TestTheOrganizationsFallbackIsCheckedLikeAnAliass(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		doc   route.Document
		field string
	}{
		"an order that is none":       {route.Document{Fallback: &route.Fallback{Order: "random"}}, "fallback.order"},
		"a region that is none":       {route.Document{Only: &route.Only{Regions: []string{"the moon!"}}}, "only.regions"},
		"a mix beyond bounds":         {route.Document{Adaptive: &balance.Mix{Cost: 1001}}, "adaptive"},
		"kept for what nobody wants":  {route.Document{Rules: []route.RuleText{{Name: "r", When: "true", Targets: []route.ToTarget{{To: "up/a"}, {To: "up/b", After: []balance.Cause{balance.ContentPolicy}}}}}}, "rules.0.targets"},
		"demands that none fulfils":   {route.Document{Only: &route.Only{ZeroRetention: true}, Rules: []route.RuleText{{Name: "r", When: "true", Targets: []route.ToTarget{{To: "up/a"}}}}}, "rules.0.targets"},
		"targets of its own":          {route.Document{Targets: []route.ToTarget{{To: "up/a"}}}, "targets"},
		"everything that can be said": {route.Document{Fallback: &route.Fallback{Order: route.Scored, ContentPolicy: true}, Only: &route.Only{Capable: true}, Adaptive: &balance.Mix{Cost: 1}, Rules: []route.RuleText{{Name: "r", When: "true", Targets: []route.ToTarget{{To: "up/a", Hours: "09:00-18:00"}, {To: "up/b", After: []balance.Cause{balance.ContentPolicy}}}}}}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			d := newDesk()
			_, err := d.SetGeneral(t.Context(), d.a, c.doc)
			if c.field == "" {
				if err != nil {
					t.Fatal(err)
				}
				// An alias that says nothing itself may build on it.
				if _, _, err := d.Apply(t.Context(), d.a, route.Document{Alias: "smart", Targets: []route.ToTarget{{To: "up/a", Hours: "09:00-18:00"}, {To: "up/b", After: []balance.Cause{balance.ContentPolicy}}}}); err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !slices.Contains(fields(err), c.field) {
				t.Errorf("%v: want the field %s", err, c.field)
			}
		})
	}
}
