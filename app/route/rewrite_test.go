package route_test

import (
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
)

func to(names ...string) (out []route.ToTarget) {
	for _, n := range names {
		out = append(out, route.ToTarget{To: n})
	}
	return out
}

// full is a document with everything in it.
func full() route.Document {
	targets := append(to("up/gpt-5.5", "fast"), route.ToTarget{To: "spare/llama-4-night", Quality: 2, Hours: "20:00-06:00", After: []balance.Cause{balance.RateLimit, balance.ContextWindow}})
	return route.Document{Alias: "smart", Targets: targets, Unsupported: "reject",
		Fallback: &route.Fallback{Order: route.Scored, Weights: &balance.Weights{Error: 1, Success: 100}, ContextWindow: true, ContentPolicy: true, KeepTier: true, DefaultAnswer: "Later.", WhenShort: route.TakeCheaper},
		Only:     &route.Only{MaxInput: "5.00", MinContext: 1000, Needs: []string{"tools"}, Capable: true}, Adaptive: &balance.Mix{Latency: 1, Cost: 2, Failures: 3},
		Rules:  []route.RuleText{{Name: "long", When: "input_tokens > 100000", Targets: to("spare/llama-4")}, {Name: "nights (local)", When: "hour < 6", Targets: to("fast")}},
		Canary: &route.CanaryText{Percent: 5, Targets: to("up/gpt-6"), Sticky: route.ByUser}}
}

func text(t *testing.T, d route.Document) string {
	t.Helper()
	d.Version = 0
	b, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestADocumentIsAppliedWrittenAndRolledBack(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.create(t, "fast", "spare/llama-4")
	a, created, err := d.Apply(t.Context(), d.a, full())
	if err != nil || !created {
		t.Fatal(created, err)
	}
	names, _ := d.Names(t.Context(), d.a)
	if got := text(t, names.Document(a)); got != text(t, full()) {
		t.Errorf("written as\n%s\nwant\n%s", got, text(t, full()))
	}
	plain := route.Document{Alias: "smart", Targets: to("spare/llama-4")}
	if a, created, err = d.Apply(t.Context(), d.a, plain); err != nil || created || a.Version != 2 {
		t.Fatal(a.Version, created, err)
	}
	if a, err = d.Rollback(t.Context(), d.a, a.ID, 1); err != nil || a.Version != 3 {
		t.Fatal(a.Version, err)
	}
	if got := text(t, names.Document(a)); got != text(t, full()) {
		t.Errorf("rolled back to %s", got)
	}
	versions, err := d.Versions(t.Context(), d.a, a.ID)
	if err != nil || len(versions) != 3 || versions[0].Action != "alias.rolled_back" || text(t, versions[1].Body) != text(t, plain) {
		t.Errorf("versions %+v, %v", versions, err)
	}
	last := d.audit.entries[len(d.audit.entries)-1]
	if last.Action != "alias.rolled_back" || last.After["canary"] == nil || last.Before["canary"] != nil {
		t.Errorf("audited %+v", last)
	}
	if _, err := d.Rollback(t.Context(), d.a, a.ID, 9); !fault.Is(err, fault.NotFound) {
		t.Errorf("a version that is not there: %v", err)
	}
	stale := full()
	stale.Version = 2
	if _, _, err := d.Apply(t.Context(), d.a, stale); !fault.Is(err, fault.Conflict) {
		t.Errorf("a change of an old version: %v", err)
	}
}

func TestTheOrganizationsRulesHaveVersionsToo(t *testing.T) {
	t.Parallel()
	d := newDesk()
	d.create(t, "fast", "spare/llama-4")
	rules := route.Document{Rules: []route.RuleText{{Name: "r", When: "true", Targets: to("fast")}}, Holidays: []string{"2026-12-25", "2026-01-01", "2026-12-25", ""}, Unsupported: "drop"}
	p, err := d.SetGeneral(t.Context(), d.a, rules)
	if err != nil || p.Version != 1 || !slices.Equal(p.Holidays, []string{"2026-01-01", "2026-12-25"}) {
		t.Fatal(p, err)
	}
	if p, err = d.SetUnsupported(t.Context(), d.a, "warn"); err != nil || len(p.Rules) != 1 || p.Version != 2 {
		t.Fatal("the policy's other setting loses the rules", p, err)
	}
	if _, err := d.SetGeneral(t.Context(), d.a, route.Document{Fallback: &route.Fallback{Own: true}}); err == nil || !slices.Equal(fields(err), []string{"fallback.own"}) {
		t.Error("the organization's rules leave themselves out:", err)
	}
	if p, err = d.SetGeneral(t.Context(), d.a, route.Document{}); err != nil || len(p.Rules) != 0 {
		t.Fatal(p, err)
	}
	if p, err = d.RollbackGeneral(t.Context(), d.a, 1); err != nil || len(p.Rules) != 1 || p.Unsupported.String() != "drop" || p.Version != 4 {
		t.Errorf("rolled back to %+v, %v", p, err)
	}
	if all, err := d.Versions(t.Context(), d.a, id.Alias{}); err != nil || len(all) != 4 || all[0].Action != "routing.rolled_back" {
		t.Errorf("versions %+v, %v", all, err)
	}
}

func TestABadDocumentIsRefusedWithThePlace(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		change func(*route.Document)
		field  string
		says   string
	}{
		"an order that is none":     {func(d *route.Document) { d.Fallback.Order, d.Fallback.Weights, d.Targets = "best", nil, d.Targets[:1] }, "fallback.order", `listed or scored, not "best"`},
		"weights of no order":       {func(d *route.Document) { d.Fallback.Order, d.Targets = "", d.Targets[:1] }, "fallback.weights", "Only the order scored"},
		"weights of nothing":        {func(d *route.Document) { d.Fallback.Weights = &balance.Weights{} }, "fallback.weights", "one of them is more than 0"},
		"a weight beyond bounds":    {func(d *route.Document) { d.Fallback.Weights = &balance.Weights{Cost: 101} }, "fallback.weights", "0 to 100"},
		"an endless default answer": {func(d *route.Document) { d.Fallback.DefaultAnswer = strings.Repeat("a", 2001) }, "fallback.default_answer", "at most 2000 bytes"},
		"an unknown shortage":       {func(d *route.Document) { d.Fallback.WhenShort = "borrow" }, "fallback.when_short", "pass_over, cheaper, stop"},
		"a failure that is none":    {func(d *route.Document) { d.Targets[2].After = []balance.Cause{"rain"} }, "targets", `"spare/llama-4-night" is kept for "rain", and there is no such failure`},
		"a failure nobody follows": {func(d *route.Document) {
			d.Fallback.ContextWindow = false
			d.Targets[2].After = []balance.Cause{balance.ContextWindow}
		}, "targets", "does not fall back after that"},
		"all kept for failures":     {func(d *route.Document) { d.Rules[0].Targets[0].After = []balance.Cause{balance.Quota} }, "rules.0.targets", "no request could begin"},
		"hours that are none":       {func(d *route.Document) { d.Targets[2].Hours = "9-5" }, "targets", "09:00-18:00"},
		"hours that nobody asks":    {func(d *route.Document) { d.Fallback = nil; d.Targets[2].After = nil }, "targets", "by score looks at them"},
		"a quality beyond bounds":   {func(d *route.Document) { d.Targets[0].Quality = 10 }, "targets", "1 for the best to 9"},
		"an alias with a quality":   {func(d *route.Document) { d.Targets[1].Quality = 1 }, "targets", "stands for its targets"},
		"a region that is none":     {func(d *route.Document) { d.Only.Regions = []string{"Europe & more"} }, "only.regions", "short words"},
		"a capability that is none": {func(d *route.Document) { d.Only.Needs = []string{"humour"} }, "only.needs", "tools, images, audio"},
		"a price that is none":      {func(d *route.Document) { d.Only.MaxOutput = "cheap" }, "only.max_output_usd", "dollars per million"},
		"a window below nothing":    {func(d *route.Document) { d.Only.MinContext = -1 }, "only.min_context", "0 to"},
		"what no target can fulfil": {func(d *route.Document) {
			d.Only, d.Targets, d.Canary, d.Rules = &route.Only{ZeroRetention: true}, d.Targets[:1], nil, nil
		}, "targets", "up/gpt-5.5: its provider may keep requests"},
		"what no target of a rule can": {func(d *route.Document) {
			d.Only, d.Targets, d.Canary, d.Rules = &route.Only{MaxInput: "0.002"}, d.Targets[:1], nil, []route.RuleText{{Name: "r", When: "true", Targets: to("up/m-3")}}
		}, "rules.0.targets", "its input costs $0.003"},
		"a mix of nothing":          {func(d *route.Document) { d.Adaptive = &balance.Mix{} }, "adaptive", "one of them more than 0"},
		"no targets":                {func(d *route.Document) { d.Targets = to(" ") }, "targets", "at least one target"},
		"an unknown connection":     {func(d *route.Document) { d.Rules[0].Targets = to("nope/x") }, "rules.0.targets", `no connection "nope"`},
		"a missing alias":           {func(d *route.Document) { d.Rules[1].Targets = to("gone") }, "rules.1.targets", `"gone" is not a target`},
		"another organization's":    {func(d *route.Document) { d.Targets = to("foreign/x") }, "targets", `no connection "foreign"`},
		"a circle":                  {func(d *route.Document) { d.Targets = to("loop") }, "targets", `"loop" leads in a circle: loop → smart.`},
		"itself":                    {func(d *route.Document) { d.Canary.Targets = to("smart") }, "canary.targets", "circle"},
		"a target twice":            {func(d *route.Document) { d.Targets = to("fast", "fast") }, "targets", "twice"},
		"a rule without a name":     {func(d *route.Document) { d.Rules[1].Name = "" }, "rules.1.name", "1 to 60 letters"},
		"a name with a comma":       {func(d *route.Document) { d.Rules[1].Name = "a, b" }, "rules.1.name", "letters, digits"},
		"a name with a line's end":  {func(d *route.Document) { d.Rules[1].Name = "a\r\nx: y" }, "rules.1.name", "letters, digits"},
		"two rules of one name":     {func(d *route.Document) { d.Rules[1].Name = "long" }, "rules.1.name", "called \"long\""},
		"a canary of everything":    {func(d *route.Document) { d.Canary.Percent = 100 }, "canary.percent", "1 to 99"},
		"a canary by weather":       {func(d *route.Document) { d.Canary.Sticky = "weather" }, "canary.sticky", "session, user, key"},
		"an unknown strategy":       {func(d *route.Document) { d.Rules[0].Strategy = "magic" }, "rules.0.strategy", "ordered"},
		"a weight that does naught": {func(d *route.Document) { d.Targets[0].Weight = 3 }, "targets", "only the strategies weighted and sticky"},
		"a weight of an alias": {func(d *route.Document) {
			d.Strategy, d.Targets = "weighted", to("up/gpt-5.5", "fast")
			d.Targets[1].Weight = 3
		}, "targets", "Leave the weight out, or write those targets here"},
		"a word for parameters": {func(d *route.Document) { d.Unsupported = "ignore" }, "unsupported_parameters", "reject"},
		"holidays of an alias":  {func(d *route.Document) { d.Holidays = []string{"2026-01-01"} }, "holidays", "organization's"},
		"many rules": {func(d *route.Document) {
			for range 60 {
				d.Rules = append(d.Rules, d.Rules[0])
			}
		}, "rules", "at most 50"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := newDesk()
			d.create(t, "fast", "spare/llama-4")
			d.create(t, "smart", "up/gpt-5.5")
			d.create(t, "loop", "smart")
			doc := full()
			c.change(&doc)
			_, _, err := d.Apply(t.Context(), d.a, doc)
			var f *fault.Error
			if !errors.As(err, &f) || !slices.Equal(fields(err), []string{c.field}) || !strings.Contains(f.Public, c.says) {
				t.Errorf("fields %q of %v, want %q with %q", fields(err), err, c.field, c.says)
			}
		})
	}
}

func TestOnlyAdminsChangeRules(t *testing.T) {
	t.Parallel()
	for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
		d := newDesk()
		a := d.create(t, "smart", "up/gpt-5.5")
		who := org.Actor{Org: d.a.Org, Role: role}
		_, _, applied := d.Apply(t.Context(), who, full())
		_, rewritten := d.Rewrite(t.Context(), who, a.ID, full())
		_, rolled := d.Rollback(t.Context(), who, a.ID, 1)
		_, general := d.SetGeneral(t.Context(), who, route.Document{})
		_, back := d.RollbackGeneral(t.Context(), who, 1)
		_, seen := d.Versions(t.Context(), who, a.ID)
		_, _, checked := d.Check(t.Context(), who, full())
		for i, err := range []error{applied, rewritten, rolled, general, back, seen, checked} {
			if !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s, %d: %v", role, i, err)
			}
		}
		if _, err := d.Names(t.Context(), who); err != nil {
			t.Errorf("%s cannot read routes: %v", role, err)
		}
	}
	d := newDesk()
	a := d.create(t, "smart", "up/gpt-5.5")
	if _, err := d.Rewrite(t.Context(), d.b, a.ID, full()); !fault.Is(err, fault.NotFound) {
		t.Errorf("another organization's admin: %v", err)
	}
}

func TestNothingIsLeftPointingAtWhatIsGone(t *testing.T) {
	t.Parallel()
	d := newDesk()
	fast := d.create(t, "fast", "spare/llama-4")
	if _, _, err := d.Apply(t.Context(), d.a, full()); err != nil {
		t.Fatal(err)
	}
	if _, err := d.SetGeneral(t.Context(), d.a, route.Document{Rules: []route.RuleText{{Name: "r", When: "true", Targets: to("fast")}}}); err != nil {
		t.Fatal(err)
	}
	if err := d.Service.Delete(t.Context(), d.a, fast.ID); !fault.Is(err, fault.Conflict) || !strings.Contains(err.Error(), "the organization's rules, smart") {
		t.Errorf("deleted an alias that others lead to: %v", err)
	}
	if users, _ := d.Users(t.Context(), d.a.Org); !slices.Equal(users[d.spare], []string{"fast", "smart"}) {
		t.Errorf("users of spare %v", users[d.spare])
	}
	if err := d.Release(t.Context(), d.a, d.spare); err != nil {
		t.Fatal(err)
	}
	names, _ := d.Names(t.Context(), d.a)
	if len(names.Aliases) != 1 {
		t.Fatalf("left are %+v", names.Aliases)
	}
	want := route.Document{Alias: "smart", Targets: to("up/gpt-5.5"), Unsupported: "reject", Canary: full().Canary, Fallback: full().Fallback, Only: full().Only, Adaptive: full().Adaptive}
	if got := text(t, names.Document(names.Aliases[0])); got != text(t, want) {
		t.Errorf("left is\n%s\nwant\n%s", got, text(t, want))
	}
	if p, _ := d.Policy(t.Context(), d.a); len(p.Rules) != 0 {
		t.Errorf("the organization's rules are %+v", p.Rules)
	}
}
