package policy

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var pro = []string{"gpt-5-pro", "openai/gpt-5-pro"}

func TestWhatMayBeAskedForIsA403WithTheAddressWhereToAsk(t *testing.T) {
	t.Parallel()
	c := someone()
	for name, r := range map[string]Rule{
		"a denied model":          {Deny: []string{"*-pro"}, MayAsk: true},
		"not among the allowed":   {Allow: []string{"openai/gpt-5"}, MayAsk: true},
		"a tier too high":         {Highest: catalog.Standard},
		"a tier that nobody sees": {Highest: catalog.Economy},
	} {
		b := Book{AskURL: "https://ai.acme.test/approvals/new"}
		must(t, b.Load([]Rule{on(org.OfTeam(c.Org, c.Team), r)}))
		bound := b.For(c, now)
		tier := catalog.Premium
		if strings.Contains(name, "nobody") {
			tier = catalog.NoTier // unknown is not cheap
		}
		d, _ := bound.Model("Smart one", pro, tier)
		f := d.Refusal(&bound, "Smart one")
		want := "https://ai.acme.test/approvals/new?key=" + c.Key.String() + "&model=Smart+one"
		if !d.Asks() || f.Kind != fault.Forbidden || f.Code != "approval_required" || f.Detail["ask_url"] != want || !strings.Contains(f.Public, want) || !strings.Contains(f.Public, "the policy of the team") {
			t.Errorf("%s: %+v", name, f)
		}
	}
	var b Book
	must(t, b.Load([]Rule{on(org.OfTeam(c.Org, c.Team), Rule{Deny: []string{"*-pro"}, MayAsk: true}), on(org.OfOrg(c.Org), Rule{Deny: []string{"gpt-5-pro"}})}))
	bound := b.For(c, now)
	if d, _ := bound.Model("gpt-5-pro", pro, catalog.NoTier); !d.Any() || d.Asks() {
		t.Error("what one policy bars for good may be asked for because another lets one ask")
	}
}

// lifted is a key with a pass for one team's policy.
func lifted(t *testing.T, r Rule, change func(*Pass)) Bound {
	t.Helper()
	c := someone()
	rule := on(org.OfTeam(c.Org, c.Team), r)
	p := Pass{ID: id.NewApproval(ids), Org: c.Org, Key: c.Key, Asked: "smart", Targets: []string{"openai/gpt-5-pro"}, Lifts: []id.Policy{rule.ID}, Until: now.Add(time.Hour)}
	if change != nil {
		change(&p)
	}
	var b Book
	must(t, b.Load([]Rule{rule}))
	must(t, b.LoadExtras(Extras{Passes: []Pass{p}}))
	return b.For(c, now)
}

func TestAPassOpensWhatItNamesAndNothingElse(t *testing.T) {
	t.Parallel()
	deny := Rule{Deny: []string{"*-pro"}, MayAsk: true}
	for name, x := range map[string]struct {
		rule   Rule
		asked  string
		names  []string
		change func(*Pass)
		open   bool
	}{
		"what it names":                    {deny, "Smart", pro, nil, true},
		"another name for the same model":  {deny, "gpt-5-pro", pro, nil, false},
		"the same alias to another model":  {deny, "smart", []string{"o1-pro", "openai/o1-pro"}, nil, false},
		"a policy that is final by now":    {Rule{Deny: []string{"*-pro"}}, "smart", pro, nil, false},
		"another policy":                   {deny, "smart", pro, func(p *Pass) { p.Lifts = []id.Policy{id.NewPolicy(ids)} }, false},
		"another key":                      {deny, "smart", pro, func(p *Pass) { p.Key = id.NewKey(ids) }, false},
		"another tenant's":                 {deny, "smart", pro, func(p *Pass) { p.Org = id.NewOrg(ids) }, false},
		"at its end":                       {deny, "smart", pro, func(p *Pass) { p.Until = now }, false},
		"as often as it was granted":       {deny, "smart", pro, func(p *Pass) { p.Times, p.Used = 2, 2 }, false},
		"once more":                        {deny, "smart", pro, func(p *Pass) { p.Times, p.Used = 2, 1 }, true},
		"for all the money there is in it": {deny, "smart", pro, func(p *Pass) { p.Amount, p.Spent = money.Dollar, money.Dollar }, false},
		"a tier":                           {Rule{Highest: catalog.Economy}, "smart", pro, nil, true},
	} {
		b := lifted(t, x.rule, x.change)
		d, passes := b.Model(x.asked, x.names, catalog.Premium)
		if d.Any() == x.open || len(passes) == 1 != x.open {
			t.Errorf("%s: denied %v, passes %d", name, d.Any(), len(passes))
		}
	}
}

func TestAboveAThresholdARequestNeedsAnApprovalForItsCost(t *testing.T) {
	t.Parallel()
	rule := Rule{AskAbove: money.Dollar}
	for name, x := range map[string]struct {
		cost   money.USD
		change func(*Pass)
		most   money.USD
		passes int
	}{
		"below it nobody is asked":       {money.Dollar, nil, money.Dollar, 0},
		"above it a pass is needed":      {2 * money.Dollar, nil, 0, 1},
		"which has an end":               {2 * money.Dollar, func(p *Pass) { p.Amount, p.Spent = 5*money.Dollar, 2*money.Dollar }, 3 * money.Dollar, 1},
		"without one the threshold says": {2 * money.Dollar, func(p *Pass) { p.Key = id.NewKey(ids) }, money.Dollar, 0},
	} {
		b := lifted(t, rule, x.change)
		c, passes, ok := b.AskAbove("smart", pro, x.cost)
		if ok != (x.most > 0) || c.Most != x.most || len(passes) != x.passes {
			t.Errorf("%s: %s %v, %d passes", name, c.Most, ok, len(passes))
		}
		if ok && x.cost > c.Most {
			if f := c.TooDear(x.cost); f.Code != "approval_required" || f.Detail["limit_usd"] != "1" || f.Detail["needed_usd"] != "2" {
				t.Errorf("%s: %+v", name, f)
			}
		}
	}
}

func TestAnOrganizationSaysOfWhichTierAModelIs(t *testing.T) {
	t.Parallel()
	o := id.NewOrg(ids)
	all, err := compileExtras(Extras{Tiers: []TierRule{{Org: o, Pattern: "openai/*", Tier: catalog.Premium}, {Org: o, Pattern: "openai/gpt-5*", Tier: catalog.Economy}}})
	must(t, err)
	for name, want := range map[string]catalog.Tier{"openai/o1": catalog.Premium, "openai/gpt-5-pro": catalog.Economy, "anthropic/claude": catalog.Standard} {
		if got := all[o].tier([]string{"x", name}, catalog.Standard); got != want {
			t.Errorf("%s is %s", name, got)
		}
	}
	var none *extra
	if none.tier(pro, catalog.NoTier) != catalog.Premium {
		t.Error("an unknown price is cheap")
	}
}
