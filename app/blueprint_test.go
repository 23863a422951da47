package app

import (
	"context"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// rich has something in every section, in other forms than the API prints: defaults said, zeros too many, lists with doubles.
const rich = `blueprint: 1
connections:
  - {name: sandbox, kind: sandbox}
departments:
  - name: Research
teams:
  - {name: Search, department: Research}
  - name: Loose
timeouts:
  - {model: smart, operation: chat, first: 90s, total: 2m0s, tries: 2, on_timeout: next}
breakers:
  - {row: 5, cool_down: 60s}
  - {connection: sandbox, window: 1m0s, failures: 4, percent: 40, max_cool_down: 10m, successes: 2, check: 300s, ask: sandbox-chat}
routes:
  - alias: clever
    targets: [{to: smart}]
    rules:
      - {name: big, when: "input_tokens > 1000", targets: [{to: sandbox/sandbox-chat}]}
  - alias: smart
    targets: [{to: sandbox/sandbox-chat}]
rules:
  holidays: [2026-12-25]
  fallback: {order: scored, content_policy: true}
  only: {capable: true}
budgets:
  - {limit: 100.00, period: Monthly, measure: usd}
  - {of: "department:Research", limit: 50, name: Department Research, enforcement: downgrade, from_percent: 80, downgrade_to: smart, thresholds: [90, 50, 90]}
  - {of: "team:Search", limit: "$20.50", rollover: 5, reserve: 1, enforcement: throttle, from_percent: 70, thresholds: []}
  - {of: "team:Search", limit: 1000, measure: requests, period: daily}
  - {of: "pool:Search", limit: 7, period: weekly, starts: 3}
  - {of: "tag:project=apollo", limit: 0.25, name: Apollo}
limits:
  - {unit: requests, amount: 600, window: 60s}
  - {of: "team:Search", unit: cost, amount: 2.50, window: 1h, model: smart, endpoint: chat, tag: project=apollo, soft: true}
  - {of: "team:Loose", unit: tokens, amount: 90000, window: 90s, name: Slowly, burst: {factor: 1.50, duration: 15m, cooldown: 1h}}
policies:
  - {deny: ["*-pro", "*-PRO"], max_cost_usd: 5.00, approver: manager, regions: [eu, ch], no_training: true}
  - {of: "team:Search", allow: [smart, clever], may_ask: true, highest_tier: standard, ask_above_usd: 0.5, approver: lead, zero_retention: true}
data_rules:
  - {actions: {email: mask, card: block, phone: "off", ip: warn}, allow: ["@acme.com"], answers: {secret: Block, email: "off"}, one_way: true, confidence: Low, block_unreadable: true}
  - {of: "team:Search", patterns: [{name: ticket, expr: "T-[0-9]+", action: log, near: [ticket, case]}, {name: codename, expr: "Apollo", answer: mask}]}
cache_policies:
  - {name: FAQ, purposes: [faq, ask, faq], sharing: Organization, ttl: 7d, stale: 60m, last_resort: 720h, max_temperature: 0.30, tools: true, max_bytes: 262144, pace: natural, like: Verified, threshold: 0.950, embedder: vectors, judge: fast, binding: true}
  - {of: "team:Search", name: Mine, models: [smart, clever], ttl: 60m, like: strict, threshold: 0.90, embedder: vectors, judge: fast}
  - {of: "team:Loose", name: Nothing, mode: "off", ttl: 5m, like: shadow}
prompts:
  - {name: tone, kind: Text, content: {messages: [{role: user, text: "Be {{mood}}."}], variables: [{name: mood, type: string, required: false, default: kind}], tools: []}}
  - {of: "team:Search", name: answer, about: Answers., folder: Texts, content: {model: smart, settings: {temperature: 0.30}, messages: [{role: system, text: "{{> tone}}"}, {role: user, text: "{{q}}"}], variables: [{name: q, type: string}]}}
`

// blueprints is the room's port to one organization of a real application.
func blueprints(t *testing.T, address, token string) blueprint.API {
	t.Helper()
	c, err := client.New(address, token)
	must(t, err)
	return func(ctx context.Context, method, path string, query url.Values, in, out any) error {
		return c.Raw(ctx, method, path, query, in, out)
	}
}

func applied(t *testing.T, api blueprint.API, text string, prune bool) []blueprint.Change {
	t.Helper()
	d, err := blueprint.Parse([]byte(text))
	must(t, err)
	changes, err := blueprint.Run(t.Context(), api, blueprint.Job{Title: "test", Wanted: d, Prune: prune})
	must(t, err)
	return changes
}

func exported(t *testing.T, api blueprint.API) string {
	t.Helper()
	now, err := blueprint.Read(t.Context(), api)
	must(t, err)
	text, err := now.Text()
	must(t, err)
	return string(text)
}

// changed is changes as a reader sees them.
func changed(changes []blueprint.Change) string {
	var out strings.Builder
	for _, c := range changes {
		out.WriteString(string(c.Verb) + " " + c.What)
		for _, f := range c.Fields {
			out.WriteString("; " + f.Name + ": " + f.Was + " → " + f.Is)
		}
		out.WriteString("\n")
	}
	return out.String()
}

// TestABlueprintMakesAnotherOrganizationTheSame applies a document, exports it, applies that to an organization that has nothing,
// and exports that one: both say the same, and applying again changes nothing.
func TestABlueprintMakesAnotherOrganizationTheSame(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) { t.Parallel(); madeTheSame(t, at(t)) })
	}
}

func madeTheSame(t *testing.T, databaseURL string) {
	a, _, s := furnished(t, databaseURL)
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	acme := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	before := exported(t, acme)
	if again := applied(t, acme, before, true); len(again) > 0 {
		t.Fatalf("an export changes what it is of:\n%s", changed(again))
	}
	applied(t, acme, rich, false)
	if again := applied(t, acme, rich, false); len(again) > 0 {
		t.Errorf("applied again:\n%s", changed(again))
	}
	text := exported(t, acme)
	for _, line := range strings.Split(before, "\n") { // what the file does not name is left alone
		if !strings.Contains(text, line) && strings.Contains(line, "own") {
			t.Errorf("lost: %s", line)
		}
	}
	for _, never := range []string{"_0", "sk-", s.Home.Org.String(), s.Home.Things["teams"]} {
		if strings.Contains(text, never) {
			t.Errorf("the export has %q:\n%s", never, text)
		}
	}

	o, admin, err := a.people.SignUp(t.Context(), org.Actor{IP: "192.0.2.1"}, identity.SignUp{Organization: "Empty", Name: "Eve", Email: "eve@empty.test", Password: secret.New("correct horse battery")})
	must(t, err)
	as := admin.Acting(org.Actor{Org: o.ID})
	must(t, a.people.RenameTeam(t.Context(), as, admin.Teams[0], "own team"))
	secretText, _, err := a.people.CreateToken(t.Context(), as, identity.NewToken{Name: "cli", Role: org.Admin})
	must(t, err)
	empty := blueprints(t, server.URL, secretText.Reveal())
	applied(t, empty, text, true)
	if got := exported(t, empty); got != text {
		t.Errorf("got\n%s\nwant\n%s", got, text)
	}
	if again := applied(t, empty, text, true); len(again) > 0 {
		t.Errorf("applied again:\n%s", changed(again))
	}
	if got := exported(t, acme); got != text {
		t.Error("the first organization changed too")
	}
}

// What changes is said field by field, a field that is taken out takes back what it said, archived teams come back with what was set
// for them, and pruning takes away the rest: archived, not deleted, where there is history.
func TestABlueprintChangesWhatDiffersAndPrunesTheRest(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	acme := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	before := exported(t, acme)
	applied(t, acme, rich, false)
	edited := strings.NewReplacer("{limit: 100.00, ", "{limit: 120, ", `, burst: {factor: 1.50, duration: 15m, cooldown: 1h}`, "", "amount: 600", "amount: 500", "email: mask, card: block", "card: log",
		"name: Search, department: Research", "name: Search", "first: 90s, ", "", "failures: 4, percent: 40, ", "failures: 6, ", `holidays: [2026-12-25]`, `holidays: []`, ", may_ask: true, highest_tier: standard", "", "ttl: 7d, stale: 60m", "ttl: 3d", "max_temperature: 0.30, ", "", "threshold: 0.950, embedder: vectors, ", "", "models: [smart, clever], ttl: 60m", "models: [clever], mode: 'off'").Replace(rich)
	got := changed(applied(t, acme, edited, false))
	want := `update team Search; department: Research → ` + `
update the organization's rules; holidays: 2026-12-25 → ` + `
update timeouts of smart, chat; first: 1m30s → ` + `
update breaker rules of sandbox; failures: 4 → 6; percent: 40 → ` + `
update monthly budget of Acme; limit: 100 → 120
update limit of requests in 1m of Acme; amount: 600 → 500
update limit of tokens in 1m30s of Team Loose, Slowly; burst: factor 1.5, duration 15m, cooldown 1h → ` + `
update policy of Team Search; may_ask: true → false; highest_tier: standard → ` + `
update data rule of Acme; actions: email mask, card block, ip warn → card log, ip warn
update cache policy FAQ of Acme; ttl: 168h → 72h; stale: 1h → 0s; max_temperature: 0.3 → 1; threshold: 0.95 → 0.9; embedder: vectors → 
update cache policy Mine of Team Search; models: clever, smart → clever; mode: exact → off; like: strict → off
`
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := applied(t, acme, edited, false); len(again) > 0 {
		t.Errorf("applied again:\n%s", changed(again))
	}
	gone := changed(applied(t, acme, before, true))
	for _, line := range []string{"archive team Search", "archive department Research", "delete route clever", "delete monthly budget of Tag project=apollo, Apollo", "delete data rule of Acme",
		"delete timeouts of smart, chat", "delete breaker rules of all connections", "delete breaker rules of sandbox", "delete limit of tokens in 1m30s of Team Loose, Slowly", "delete cache policy FAQ of Acme", "delete cache policy Nothing of Team Loose"} {
		if !strings.Contains(gone, line+"\n") {
			t.Errorf("%q is not among\n%s", line, gone)
		}
	}
	if now := exported(t, acme); now != before {
		t.Errorf("got\n%s\nwant\n%s", now, before)
	}
	if back := changed(applied(t, acme, rich, false)); !strings.Contains(back, "restore team Search") || !strings.Contains(back, "restore department Research") {
		t.Errorf("after pruning:\n%s", back)
	}
	if again := applied(t, acme, rich, false); len(again) > 0 {
		t.Errorf("applied again:\n%s", changed(again))
	}
}

// TestABudgetStaysTheSameWhenItsTeamIsRenamed renames as the docs say: in the dashboard first, then in the file.
func TestABudgetStaysTheSameWhenItsTeamIsRenamed(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	acme := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	before := exported(t, acme)
	const file = "blueprint: 1\nteams: [{name: Search}]\nbudgets: [{of: \"team:Search\", limit: 400, period: weekly}]\n"
	applied(t, acme, file, false)
	var teams struct {
		Data []struct{ ID, Name string } `json:"data"`
	}
	must(t, acme(t.Context(), "GET", "/teams", nil, nil, &teams))
	for _, x := range teams.Data {
		if x.Name == "Search" {
			must(t, acme(t.Context(), "PATCH", "/teams/"+x.ID, nil, map[string]string{"name": "Find"}, nil))
		}
	}
	renamed := strings.ReplaceAll(file, "Search", "Find")
	if got, want := changed(applied(t, acme, renamed, false)), "update weekly budget of Team Find; name: Team Search → \n"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
	if again := applied(t, acme, renamed, false); len(again) > 0 {
		t.Errorf("applied again:\n%s", changed(again))
	}
	applied(t, acme, before, true)
}

// TestRoutesThatLeadToEachOtherArePruned takes away a chain of aliases, and before them the one that leads to them by a rule.
func TestRoutesThatLeadToEachOtherArePruned(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	acme := blueprints(t, server.URL, s.Home.Tokens[org.Admin])
	before := exported(t, acme)
	applied(t, acme, `
blueprint: 1
routes:
  - {alias: a, targets: [{to: sandbox/sandbox-chat}]}
  - {alias: b, targets: [{to: a}, {to: sandbox/sandbox-chat}]}
  - {alias: c, targets: [{to: sandbox/sandbox-chat}], rules: [{name: long, when: "input_tokens > 1000", targets: [{to: b}]}]}
`, false)
	applied(t, acme, before, true)
	if now := exported(t, acme); now != before {
		t.Errorf("got\n%s\nwant\n%s", now, before)
	}
}

// A token that may read but not change is refused by the API, in words and with the line.
func TestABlueprintDoesWhatTheTokenMay(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	server := httptest.NewServer(s.Handler)
	t.Cleanup(server.Close)
	before := exported(t, blueprints(t, server.URL, s.Home.Tokens[org.Admin]))
	foreign := blueprints(t, server.URL, s.Foreign.Tokens[org.Admin])
	for name, role := range map[string]org.Role{"lead": org.Lead, "viewer": org.Viewer} {
		api := blueprints(t, server.URL, s.Home.Tokens[role])
		d, err := blueprint.Parse([]byte("blueprint: 1\ndepartments:\n  - name: Mine"))
		must(t, err)
		if _, err := blueprint.Run(t.Context(), api, blueprint.Job{Wanted: d}); err == nil {
			t.Errorf("a %s made a department", name)
		}
	}
	applied(t, foreign, rich, false)
	if now := exported(t, blueprints(t, server.URL, s.Home.Tokens[org.Admin])); now != before {
		t.Error("another organization changed")
	}
}
