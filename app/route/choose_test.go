package route_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// ruledTown is newTown with rules: its table, and a key of Ann's in the team Support.
type ruledTown struct {
	*town
	table *route.Table
	grant *key.Grant
	used  int // percent of the tightest budget
}

func (r *ruledTown) UsedPercent(*key.Grant, time.Time) int { return r.used }

// rule adds one to an alias, or to the organization for "".
func (r *ruledTown) rule(t *testing.T, alias, name, when string, targets ...route.TargetRef) {
	t.Helper()
	made := route.Rule{Name: name, When: when, Targets: targets}
	if alias == "" {
		r.policies[0].Rules = append(r.policies[0].Rules, made)
		return
	}
	a := r.named(alias)
	a.Routing.Rules = append(a.Routing.Rules, made)
}

func (w *town) named(alias string) *route.Alias {
	return &w.aliases[slices.IndexFunc(w.aliases, func(a route.Alias) bool { return a.Name == alias && a.Org == w.here })]
}

func (w *town) at(connection string) id.Connection {
	for _, c := range w.connections {
		if c.Name == connection {
			return c.ID
		}
	}
	return id.Connection{}
}

func ruled() *ruledTown {
	w := &ruledTown{town: newTown()}
	w.policies = []route.Policy{{Org: w.here, Holidays: []string{"2026-12-25"}}}
	w.grant = &key.Grant{Name: "support bot", Chain: org.Chain{Org: w.here, Team: id.NewTeam(w.ids), Department: id.NewDepartment(w.ids), Member: id.NewMember(w.ids), Key: id.NewKey(w.ids)}}
	w.grant.Key = w.grant.Chain.Key
	return w
}

func (r *ruledTown) compile(t *testing.T) {
	t.Helper()
	r.table = &route.Table{}
	r.table.Set(r.town.compile(t))
	c := r.grant.Chain
	if err := r.table.Know([]route.Directory{{Org: r.here, Zone: "Europe/Berlin", Teams: map[id.Team]string{c.Team: "Support"}, Departments: map[id.Department]string{c.Department: "Service"},
		People: map[id.Member]route.Person{c.Member: {Email: "ann@acme.test", Role: "developer", Attributes: map[string]string{"title": "Agent"}}}}}); err != nil {
		t.Fatal(err)
	}
}

// monday is a Monday, 17:30 in Berlin.
var monday = time.Date(2026, 11, 23, 16, 30, 0, 0, time.UTC)

func (r *ruledTown) ask(model string) *route.Ask {
	return &route.Ask{Org: r.here, Grant: r.grant, At: monday, Request: id.NewRequest(r.ids), Spending: r,
		Call: &llm.Call{Model: model, Operation: llm.Chat, Family: llm.Anthropic, Stream: true, Needs: llm.Needs{Tools: true}, Bound: llm.Bound{TextBytes: 400_000, Messages: 3}},
		Tags: "client=acme,project=apollo", EndUser: "u1", Session: "s1", Client: "claude-code", Purpose: "triage"}
}

func TestConditionsSpeakOfEveryFact(t *testing.T) {
	t.Parallel()
	for _, holds := range []string{
		`team == "Support"`, `department == "Service"`, `member == "ann@acme.test"`, `role == "developer"`, `attributes.title == "Agent"`, `attributes.gone == ""`, `key startsWith "support"`,
		`not service_account`, `model == "smart"`, `endpoint == "chat"`, `dialect == "anthropic"`, `client in ["claude-code", "codex"]`, `tags.project == "apollo" and tags.none == ""`,
		`priority == "normal"`, `end_user == "u1"`, `session == "s1"`, `purpose contains "tri"`, `input_tokens > 100000 and input_tokens < 100100`, `max_tokens == 0`, `messages == 3`, `stream`, `tools`,
		`not images`, `not audio and !files`, `!json_schema && !reasoning`, `budget_used >= 80`, `weekday == "mon"`, `hour == 17`, `time >= "17:30"`, `date == "2026-11-23"`, `workday and not holiday`,
		`between(time, "09:00", "18:00")`, `not between(time, "18:00", "09:00")`, `member matches "^[a-z]+@acme\\.test$"`, `lower(purpose) == "triage" or len(session) > 5`, `true`,
	} {
		w := ruled()
		w.used = 81
		w.rule(t, "smart", "it", holds, ref(w.at("groq"), "llama-4"))
		w.compile(t)
		p, err := w.table.Choose(w.ask("smart"))
		if err != nil || p.Route != "alias smart, rule it" {
			_, tr, _ := w.table.Explain(w.ask("smart"))
			t.Errorf("%s did not hold: %+v, %v, %+v", holds, p.Route, err, tr.Steps)
		}
	}
}

func TestTheFirstRuleThatHoldsDecides(t *testing.T) {
	t.Parallel()
	w := ruled()
	groq, box, off, up := ref(w.at("groq"), "llama-4"), ref(w.at("sandbox"), "sandbox-chat"), ref(w.at("off"), "x"), ref(w.at("up"), "gpt-5.5")
	w.rule(t, "", "dear budgets", `budget_used >= 80`, box)
	w.rule(t, "", "embeddings", `endpoint == "embeddings" and model == "smart"`, ref(w.at("sandbox"), "sandbox-embed"))
	w.rule(t, "smart", "nobody there", `true`, off)
	w.rule(t, "smart", "nights", `hour < 6`, box)
	w.rule(t, "smart", "support", `team == "Support"`, groq, route.TargetRef{Alias: w.named("gpt-5.5-mini").ID}, groq)
	w.rule(t, "smart", "anybody", `true`, up)
	w.compile(t)

	p, err := w.table.Choose(w.ask("smart"))
	if got := spell(p); err != nil || p.Route != "alias smart, rule support" || !slices.Equal(got, []string{"groq/llama-4", "sandbox/sandbox-chat+latency=10ms"}) {
		t.Errorf("%q %q, %v", p.Route, got, err)
	}
	if why := p.Targets[1].Why; why != "alias smart, rule support, target 2 of 3: alias gpt-5.5-mini, target 1 of 1" || !strings.Contains(p.Why, `team == "Support"`) {
		t.Errorf("why %q; %q", why, p.Why)
	}
	if p, _ := w.table.Choose(w.ask("up/gpt-5.5")); p.Route != "connection up" {
		t.Errorf("without a rule: %q", p.Route)
	}
	w.used = 80
	if p, _ := w.table.Choose(w.ask("up/gpt-5.5")); p.Route != "rule dear budgets" {
		t.Errorf("the organization's rules are for any model: %q", p.Route)
	}
	embed := w.ask("smart")
	embed.Call.Operation = llm.Embeddings
	if p, _ := w.table.Choose(embed); p.Route != "rule embeddings" {
		t.Errorf("a rule that does not speak of the endpoint takes chat only: %q", p.Route)
	}
	named := w.ask("fast")
	named.Named = true
	if p, _ := w.table.Choose(named); p.Route != "alias fast" {
		t.Errorf("a model that was decided on keeps the organization's rules out: %q", p.Route)
	}
	count := w.ask("smart")
	count.Call.Operation = llm.CountTokens
	if p, _ := w.table.Choose(count); p.Route != "rule dear budgets" {
		t.Errorf("a count goes where its conversation would go: %q", p.Route)
	}
}

func TestAnAliasHasItsOwnWordOnUnsupportedParameters(t *testing.T) {
	t.Parallel()
	w := ruled()
	w.policies[0].Unsupported = llm.Drop
	w.named("smart").Routing.Unsupported = "reject"
	w.rule(t, "smart", "r", `hour == 17`, ref(w.at("groq"), "llama-4"))
	w.compile(t)
	for model, want := range map[string]llm.Unsupported{"smart": llm.Reject, "fast": llm.Drop, "up/x": llm.Drop, "llama-4": llm.Drop} {
		if p, err := w.table.Choose(w.ask(model)); err != nil || p.Unsupported != want {
			t.Errorf("%s: %v, %v; want %v", model, p.Unsupported, err, want)
		}
	}
}

func TestACanaryTakesItsPartAndSticks(t *testing.T) {
	t.Parallel()
	w := ruled()
	w.named("smart").Routing.Canary = &route.Canary{Percent: 20, Sticky: route.BySession, Targets: []route.TargetRef{ref(w.at("groq"), "llama-4")}}
	w.compile(t)
	before := map[string]bool{}
	for i := range 5000 {
		a := w.ask("smart")
		a.Session = fmt.Sprint("session ", i)
		first, _ := w.table.Choose(a)
		again, _ := w.table.Choose(a)
		if first.Route != again.Route {
			t.Fatal("a session changed sides")
		}
		if before[a.Session] = first.Route == "alias smart, canary"; before[a.Session] {
			if got := spell(first); got[0] != "groq/llama-4" || len(got) != 3 { // groq/llama-4 is a target of smart as well
				t.Fatalf("targets %q", got)
			}
		}
	}
	part := 0
	for _, in := range before {
		if in {
			part++
		}
	}
	if part < 900 || part > 1100 {
		t.Errorf("%d of 5000 went to a canary of 20 %%", part)
	}
	w.named("smart").Routing.Canary.Percent = 50
	w.compile(t)
	for session, in := range before {
		a := w.ask("smart")
		a.Session = session
		if p, _ := w.table.Choose(a); in && p.Route != "alias smart, canary" {
			t.Fatal("a larger part let go of who was in it")
		}
	}
	w.named("smart").Routing.Canary.Targets[0] = ref(w.at("off"), "x")
	w.compile(t)
	if p, err := w.table.Choose(w.ask("smart")); err != nil || p.Route != "alias smart" {
		t.Errorf("a canary that is down: %q, %v", p.Route, err)
	}
}

func TestExplainSaysWhatEachRuleCameTo(t *testing.T) {
	t.Parallel()
	w := ruled()
	w.rule(t, "", "cheap", `budget_used >= 80`, ref(w.at("sandbox"), "sandbox-chat"))
	w.rule(t, "smart", "nights", `hour < 6 or not (weekday in ["mon", "tue"])`, ref(w.at("sandbox"), "sandbox-chat"))
	w.rule(t, "smart", "apollo", `tags.project == "apollo" and input_tokens > 10`, ref(w.at("groq"), "llama-4"))
	w.rule(t, "smart", "all", `true`, ref(w.at("up"), "gpt-5.5"))
	w.compile(t)
	p, tr, err := w.table.Explain(w.ask("smart"))
	if err != nil || p.Route != "alias smart, rule apollo" || len(tr.Steps) != 4 {
		t.Fatalf("%q, %v, %+v", p.Route, err, tr)
	}
	want := []string{
		`the organization|cheap|false false|budget_used >= 80: budget_used is 0 false`,
		`alias smart|nights|false false|hour < 6: hour is 17 false; weekday in ["mon", "tue"]: weekday is "mon" true`,
		`alias smart|apollo|true true|tags.project == "apollo": tags.project is "apollo" true; input_tokens > 10: input_tokens is 100012 true`,
		`alias smart|all|true false|true:  true`,
	}
	for i, s := range tr.Steps {
		var parts []string
		for _, p := range s.Parts {
			parts = append(parts, fmt.Sprintf("%s: %s %v", p.Text, p.Value, p.Holds))
		}
		if got := fmt.Sprintf("%s|%s|%v %v|%s", s.Of, s.Rule, s.Matched, s.Decided, strings.Join(parts, "; ")); got != want[i] {
			t.Errorf("step %d\ngot  %s\nwant %s", i, got, want[i])
		}
	}
}

func TestADraftChangesNothingButItsAnswers(t *testing.T) {
	t.Parallel()
	w := ruled()
	w.compile(t)
	a := *w.named("smart")
	a.Routing.Rules = []route.Rule{{Name: "new", When: "true", Targets: []route.TargetRef{ref(w.at("groq"), "llama-4")}}}
	if p, err := w.table.Draft(w.here, &a, nil).Choose(w.ask("smart")); err != nil || p.Route != "alias smart, rule new" {
		t.Errorf("draft: %q, %v", p.Route, err)
	}
	if p, _ := w.table.Choose(w.ask("smart")); p.Route != "alias smart" {
		t.Errorf("table: %q", p.Route)
	}
	facts := route.Facts{Team: "Support", Member: "ANN@acme.test"}
	w.table.Fill(w.here, &facts)
	if facts.Role != "developer" || facts.Attributes["title"] != "Agent" {
		t.Errorf("filled %+v", facts)
	}
}

func TestChoosingWithoutRulesAllocatesNothing(t *testing.T) {
	w := ruled()
	w.compile(t)
	ask := w.ask("smart")
	if n := testing.AllocsPerRun(100, func() { _, _ = w.table.Choose(ask) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkChooseFiveRules(b *testing.B) {
	w := ruled()
	t := &testing.T{}
	for i := range 4 {
		w.rule(t, "smart", fmt.Sprint("r", i), `team == "Other" and input_tokens > 100000 and workday`, ref(w.at("groq"), "llama-4"))
	}
	w.rule(t, "smart", "last", `team == "Support" and between(time, "09:00", "18:00")`, ref(w.at("groq"), "llama-4"))
	x, _ := route.Compile(b.Context(), route.Records{Connections: w.connections, Aliases: w.aliases, Policies: w.policies}, shop{}, glass{})
	w.table = &route.Table{}
	w.table.Set(x)
	ask := w.ask("smart")
	b.ReportAllocs()
	for b.Loop() {
		_, _ = w.table.Choose(ask)
	}
}
