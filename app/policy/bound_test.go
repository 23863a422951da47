package policy

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var (
	ids = id.NewSource(clock.System{}.Now, nil)
	now = time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
)

func someone() org.Chain {
	return org.Chain{Org: id.NewOrg(ids), Department: id.NewDepartment(ids), Team: id.NewTeam(ids), Member: id.NewMember(ids), Key: id.NewKey(ids)}
}

func on(s org.Scope, r Rule) Rule {
	r.ID, r.Org, r.Kind, r.Node, r.Label = id.NewPolicy(ids), s.Org(), s.Kind(), s.Node(), "the "+string(s.Kind())
	return r
}

func TestPatternsMeanWhatTheySay(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		pattern, name string
		want          bool
	}{
		{"gpt-5", "gpt-5", true}, {"gpt-5", "gpt-50", false}, {"GPT-5", "gpt-5", true},
		{"openai/*", "openai/gpt-5", true}, {"openai/*", "azure/openai/x", false}, {"openai/*", "openai/a/b", true},
		{"*-mini", "gpt-5-mini", true}, {"*-mini", "gpt-5-mini-high", false}, {"*", "", true}, {"*mini*", "gpt-mini-x", true},
		{"a*b*c", "axbxc", true}, {"a*b*c", "ac", false}, {"a*b*c", "abc", true}, {"ab*ba", "aba", false}, {"a*bb*b", "abb", false}, {"[a]?", "a1", false},
	} {
		if g := compileGlob(x.pattern); g.match(x.name) != x.want {
			t.Errorf("%q on %q: want %v", x.pattern, x.name, x.want)
		}
	}
}

func TestEveryPolicyOnTheWayBindsAndTheRefusalNamesTheNode(t *testing.T) {
	t.Parallel()
	c := someone()
	scopes := c.Scopes()
	other := on(org.OfTeam(c.Org, id.NewTeam(ids)), Rule{Deny: []string{"*"}})
	foreign := on(org.OfOrg(id.NewOrg(ids)), Rule{Deny: []string{"*"}})
	for _, s := range scopes {
		var b Book
		if err := b.Load([]Rule{on(s, Rule{Deny: []string{"*-pro"}, MaxCost: money.Cent}), other, foreign}); err != nil {
			t.Fatal(err)
		}
		bound := b.For(c, now)
		if d, _ := bound.Model("smart", []string{"gpt-5", "openai/gpt-5"}, 0); d.Any() {
			t.Errorf("%s denies what nobody denied", s.Kind())
		}
		d, _ := bound.Model("smart", []string{"gpt-5-PRO", "openai/gpt-5-pro"}, 0)
		if f := fault.From(d.Refusal(&bound, "smart")); !d.Any() || f.Kind != fault.NotFound || f.Code != "model_not_allowed" || f.Detail["scope"] != string(s.Kind()) {
			t.Errorf("%s: %+v", s.Kind(), f)
		}
		if most, ok := bound.MaxCost(); !ok || most.TooDear(money.Dollar).Detail["scope"] != string(s.Kind()) {
			t.Errorf("%s: its largest cost does not bind", s.Kind())
		}
	}
}

func TestTheTightestWins(t *testing.T) {
	t.Parallel()
	c := someone()
	var b Book
	must(t, b.Load([]Rule{
		on(org.OfOrg(c.Org), Rule{Allow: []string{"openai/*", "smart"}, MaxCost: money.Dollar}),
		on(org.OfTeam(c.Org, c.Team), Rule{Allow: []string{"*-mini"}, MaxCost: 5 * money.Dollar}),
		on(org.OfKey(c.Org, c.Key), Rule{Deny: []string{"openai/gpt-4-mini"}}),
	}))
	bound := b.For(c, now)
	for name, x := range map[string]struct {
		asked string
		names []string
		denied
	}{
		"on both lists":                        {"gpt-5-mini", []string{"gpt-5-mini", "openai/gpt-5-mini"}, false},
		"on the outer list only":               {"gpt-5", []string{"gpt-5", "openai/gpt-5"}, true},
		"on the inner list only":               {"claude-mini", []string{"claude-mini", "anthropic/claude-mini"}, true},
		"an allowed alias, then the team's":    {"smart", []string{"claude-mini", "anthropic/claude-mini"}, false},
		"an allowed alias to a denied model":   {"smart", []string{"gpt-4-mini", "openai/gpt-4-mini"}, true},
		"a denied model under another writing": {"OpenAI/GPT-4-mini", []string{"gpt-4-mini"}, true},
	} {
		d, _ := bound.Model(x.asked, x.names, 0)
		if got := d.Any(); got != bool(x.denied) {
			t.Errorf("%s: denied %v", name, got)
		}
	}
	if most, _ := bound.MaxCost(); most.Most != money.Dollar {
		t.Errorf("a team's larger cost loosens the organization's: %s", most.Most)
	}
}

type denied bool

func TestABadRuleLeavesTheOldSetInForce(t *testing.T) {
	t.Parallel()
	c := someone()
	var b Book
	good := on(org.OfOrg(c.Org), Rule{Deny: []string{"*"}})
	must(t, b.Load([]Rule{good}))
	bad := good
	bad.Node = "x"
	if b.Load([]Rule{bad}) == nil {
		t.Error("a rule on no node was taken")
	}
	bound := b.For(c, now)
	if d, _ := bound.Model("x", nil, 0); !d.Any() {
		t.Error("the old set is gone")
	}
}

func TestWithoutPoliciesNothingIsAllocated(t *testing.T) {
	c := someone()
	var b Book
	must(t, b.Load([]Rule{on(org.OfOrg(id.NewOrg(ids)), Rule{Deny: []string{"*"}})}))
	if n := testing.AllocsPerRun(100, func() {
		bound := b.For(c, now)
		if bound.Any() {
			t.Error("another organization's policy binds")
		}
		_, _ = bound.MaxCost()
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
