package app

import (
	"database/sql"
	"encoding/json"
	"flag"
	"log/slog"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/approval"
	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/compliance"
	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/feedback"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/notify"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var update = flag.Bool("update", false, "write the golden files")

// TestNoRouteTellsAnotherTenantsThingsFromUnknownOnes walks every URL of the dashboard and the management API as every
// role, with the ids of another tenant and with ids nobody has (decision D16).
func TestNoRouteTellsAnotherTenantsThingsFromUnknownOnes(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); webtest.Walk(t, furnish(t, dbtest.SQLiteURL(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); webtest.Walk(t, furnish(t, dbtest.PostgresURL(t))) })
}

// TestRolesReachWhatTheGoldenFileSays makes every change of who may call what a line in a diff.
func TestRolesReachWhatTheGoldenFileSays(t *testing.T) {
	t.Parallel()
	webtest.Golden(t, "roles.golden", webtest.Matrix(t, furnish(t, dbtest.SQLiteURL(t))), *update)
}

// TestRolesHoldInTheirPartOfTheTreeOnly is the matrix role × route × {own, another department's, another tenant's, a deleted
// organization's}.
func TestRolesHoldInTheirPartOfTheTreeOnly(t *testing.T) {
	t.Parallel()
	at := dbtest.SQLiteURL(t)
	s := furnish(t, at)
	s.LogInAll(t, &s.Home)
	// Nothing that is done stays done: the audit log refuses, and a change without its entry does not happen.
	raw, err := sql.Open("sqlite", strings.TrimPrefix(at, "sqlite://"))
	must(t, err)
	_, err = raw.ExecContext(t.Context(), "CREATE TRIGGER undo BEFORE INSERT ON audit_entries BEGIN SELECT RAISE(ABORT, 'undone'); END")
	must(t, err)
	must(t, raw.Close())
	webtest.Golden(t, "subtree.golden", webtest.Subtree(t, s), *update)
}

// furnish makes the whole application with two tenants that own one thing of each kind.
func furnish(t *testing.T, databaseURL string) *webtest.Site {
	t.Helper()
	_, _, s := furnished(t, databaseURL)
	return s
}

func furnished(t *testing.T, databaseURL string) (*App, *webtest.House, *webtest.Site) {
	t.Helper()
	return furnishedWith(t, databaseURL, slog.New(slog.DiscardHandler))
}

func furnishedWith(t *testing.T, databaseURL string, log *slog.Logger) (*App, *webtest.House, *webtest.Site) {
	t.Helper()
	master, err := secret.GenerateMaster(nil)
	if err != nil {
		t.Fatal(err)
	}
	a, err := New(t.Context(), Config{Addr: "127.0.0.1:8080", PublicURL: "http://127.0.0.1:8080", DataDir: t.TempDir(),
		DatabaseURL: secret.New(databaseURL), MasterKey: master, Console: Reach{netip.MustParsePrefix("192.0.2.0/24")}}, Options{Log: log, Web: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = a.db.Close() })
	a.people.Hasher = identity.NewHasher(64)
	a.asking.Model = func(_ id.Org, name string) policy.Model { // no snapshot is read here, so nobody offers anything
		return policy.Model{Name: name, Targets: [][]string{{name, "sandbox/" + name}}}
	}
	h := &webtest.House{DB: a.db, IDs: a.ids, Identity: a.people, Keys: a.keys, Audit: a.audit}
	s := &webtest.Site{Handler: a.handler, Routes: a.routes(), Entries: h.Entries, Forms: forms}
	s.Home, s.Foreign, s.Gone = a.tenant(t, h, "Acme"), a.tenant(t, h, "Beta"), a.tenant(t, h, "Delta")
	s.LogInAll(t, &s.Gone)
	a.unheld(t, s.Gone.Org)
	must(t, a.people.DeleteOrganization(t.Context(), org.System(s.Gone.Org, "test"), "Delta"))
	return a, h, s
}

// unheld ends every legal hold of an organization.
func (a *App) unheld(t *testing.T, o id.Org) {
	t.Helper()
	admin := org.System(o, "test")
	all, err := a.compliant().Holds(t.Context(), admin)
	must(t, err)
	for _, h := range all {
		if h.InForce() {
			must(t, a.compliant().End(t.Context(), admin, h.ID))
		}
	}
}

// forms are what routes take besides the id in their path: input that is good but for whose ids it names, so that a
// refusal is about those. "things:keys" stands for the id of the walked tenant's key.
var forms = map[string]url.Values{
	"people.add":                  {"name": {"x"}, "email": {"x@x.test"}, "role": {"developer"}, "team": {"things:teams"}},
	"people.give":                 {"role": {"developer"}, "at": {"things:teams"}},
	"people.take":                 {"at": {"things:teams"}},
	"people.move":                 {"from": {"things:teams"}, "to": {"things:teams"}},
	"people.list":                 {"team": {"things:teams"}},
	"teams.create":                {"name": {"x"}, "department": {"things:departments"}},
	"teams.plan":                  {"do": {"move"}, "to": {"things:departments"}},
	"teams.rename":                {"name": {"x"}},
	"teams.move":                  {"department": {"none"}},
	"teams.merge":                 {"into": {"things:teams"}},
	"departments.rename":          {"name": {"x"}},
	"departments.plan":            {"to": {"things:departments"}},
	"departments.merge":           {"into": {"things:departments"}},
	"service_accounts.create":     {"name": {"x"}, "team": {"things:teams"}},
	"service_accounts.rename":     {"name": {"x"}},
	"service_accounts.move":       {"team": {"things:teams"}},
	"api.members.list":            {"team": {"things:teams"}},
	"api.members.add":             {"name": {"x"}, "email": {"x@x.test"}, "role": {"developer"}, "teams[]": {"things:teams"}},
	"api.members.place":           {"home": {"things:teams"}},
	"api.members.move":            {"from": {"things:teams"}, "to": {"things:teams"}},
	"api.teams.create":            {"name": {"x"}, "department": {"things:departments"}},
	"api.teams.rename":            {"name": {"x"}},
	"api.teams.move":              {"department": {""}},
	"api.teams.merge":             {"into": {"things:teams"}},
	"api.departments.rename":      {"name": {"x"}},
	"api.departments.merge":       {"into": {"things:departments"}},
	"api.service_accounts.create": {"name": {"x"}, "team": {"things:teams"}},
	"api.service_accounts.rename": {"name": {"x"}},
	"api.service_accounts.move":   {"team": {"things:teams"}},
	"keys.create":                 {"name": {"x"}, "team": {"things:teams"}, "owner": {"things:members"}},
	"channels.create":             {"name": {"x"}, "kind": {"slack"}, "address": {"https://hooks.invalid/x"}, "team": {"things:teams"}},
	"api.channels.create":         {"name": {"x"}, "kind": {"slack"}, "address": {"https://hooks.invalid/x"}, "team": {"things:teams"}},
	"channels.update":             {"name": {"y"}, "team": {"things:teams"}},
	"api.channels.update":         {"name": {"y"}, "team": {"things:teams"}},
	"api.keys.create":             {"name": {"x"}, "team": {"things:teams"}, "member": {"things:members"}},
	"keys.update":                 {"name": {"x"}, "models": {"smart"}},
	"api.keys.update":             {"name": {"x"}},
	"api.keys.rotate":             {"overlap_hours": {"#24"}},
	"keys.revoke":                 {"keys": {"things:keys"}},
	"api.keys.revoke":             {"keys[]": {"things:keys"}},
	"log_in.chosen":               {"member": {"things:members"}},
	"budgets.new":                 {"scope": {"things:keys"}},
	"budgets.create":              {"scope": {"things:keys"}, "limit": {"5"}, "period": {"monthly"}, "enforce": {"hard"}},
	"budgets.update":              {"limit": {"5"}, "period": {"monthly"}, "enforce": {"hard"}},
	"api.budgets.create":          {"scope": {"things:members"}, "limit_usd": {"5"}, "period": {"monthly"}, "enforcement": {"hard"}},
	"api.budgets.update":          {"limit_usd": {"5"}},
	"billing.plan":                {"plan": {"growth"}},
	"billing.checkout":            {"plan": {"growth"}},
	"billing.change":              {"plan": {"growth"}},
	"api.billing.preview":         {"plan": {"growth"}},
	"api.billing.checkout":        {"plan": {"growth"}},
	"api.billing.change":          {"plan": {"growth"}},
	"limits.new":                  {"scope": {"things:keys"}},
	"limits.create":               {"scope": {"things:keys"}, "unit": {"requests"}, "amount": {"5"}, "window": {"1m"}, "enforce": {"hard"}},
	"limits.update":               {"unit": {"requests"}, "amount": {"5"}, "window": {"1m"}, "enforce": {"hard"}},
	"limits.raise":                {"add": {"5"}, "until": {"2026-12-31T12:00"}},
	"api.limits.create":           {"scope": {"things:members"}, "unit": {"requests"}, "amount": {"5"}, "window": {"1m"}},
	"api.limits.update":           {"amount": {"5"}},
	"api.limits.raise":            {"add": {"5"}, "until": {"2026-12-31T12:00:00Z"}},
	"policies.new":                {"scope": {"things:keys"}},
	"policies.create":             {"scope": {"things:keys"}, "deny": {"x-*"}},
	"policies.update":             {"deny": {"x-*"}},
	"api.policies.create":         {"scope": {"things:members"}, "deny[]": {"x-*"}},
	"api.policies.update":         {"deny[]": {"y-*"}},
	"approvals.new":               {"key": {"things:keys"}, "model": {"own-model"}},
	"approvals.ask":               {"key": {"things:keys"}, "model": {"own-model"}, "reason": {"x"}},
	"api.approvals.ask":           {"key": {"things:keys"}, "model": {"own-model"}, "reason": {"x"}},
	"cache.clear":                 {"what": {"node"}, "value": {"things:teams"}},
	"api.cache.clear":             {"what": {"node"}, "value": {"things:teams"}},
	"cache.judge":                 {"verdict": {"right"}},
	"api.cache.judge":             {"verdict": {"right"}},
	"prompts.create":              {"name": {"x"}, "kind": {"chat"}, "visibility": {"team"}, "team": {"things:teams"}, "model": {"smart"}, "text": {"hi"}},
	"prompts.import":              {"text": {"name: x\nmodel: smart\nmessages: [{role: user, text: hi}]"}, "visibility": {"team"}, "team": {"things:teams"}},
	"prompts.update":              {"visibility": {"team"}, "team": {"things:teams"}},
	"prompts.revise":              {"model": {"smart"}, "text": {"hi"}},
	"playground.open":             {"team": {"things:teams"}},
	"playground.ask":              {"team": {"things:teams"}, "model": {"smart"}, "role": {"user"}, "text": {"hi"}},
	"playground.stream":           {"team": {"things:teams"}, "model": {"smart"}, "role": {"user"}, "text": {"hi"}},
	"document.open":               {"team": {"things:teams"}, "tab": {"read"}},
	"document.read":               {"team": {"things:teams"}, "tool": {"extract"}, "model": {"smart"}},
	"document.stream":             {"team": {"things:teams"}, "tool": {"extract"}, "model": {"smart"}},
	"document.transcribe":         {"team": {"things:teams"}, "model": {"smart"}},
	"document.transcribing":       {"team": {"things:teams"}, "model": {"smart"}},
	"document.speak":              {"team": {"things:teams"}, "model": {"smart"}, "voice": {"alloy"}, "text": {"hi"}},
	"document.save":               {"kind": {"txt"}, "text": {"hi"}},
	"playground.save":             {"name": {"x"}, "model": {"smart"}, "role": {"user"}, "text": {"hi"}},
	"playground.revise":           {"prompt": {"things:prompts"}, "version": {"1"}, "model": {"smart"}, "role": {"user"}, "text": {"hi"}},
	"prompts.label":               {"label": {"staging"}, "version": {"1"}},
	"prompts.unlabel":             {"label": {"production"}},
	"prompts.delete_version":      {"version": {"1"}},
	"prompts.preview":             {"version": {"1"}},
	"api.prompts.preview":         {"version": {"#1"}},
	"prompts.rate":                {"stars": {"5"}, "version": {"1"}},
	"api.prompts.create":          {"name": {"x"}, "visibility": {"team"}, "team": {"things:teams"}, "content": {`json:{"model":"smart","messages":[{"role":"user","text":"hi"}]}`}},
	"api.prompts.update":          {"visibility": {"team"}, "team": {"things:teams"}},
	"api.prompts.revise":          {"content": {`json:{"model":"smart","messages":[{"role":"user","text":"hi"}]}`}},
	"api.prompts.label":           {"version": {"#1"}},
	"cache_policies.new":          {"scope": {"things:keys"}},
	"cache_policies.create":       {"scope": {"things:keys"}, "name": {"x"}, "mode": {"exact"}, "sharing": {"user"}, "ttl": {"1h"}},
	"cache_policies.update":       {"name": {"y"}, "mode": {"exact"}, "sharing": {"user"}, "ttl": {"1h"}},
	"api.cache_policies.create":   {"scope": {"things:members"}, "name": {"x"}},
	"api.cache_policies.update":   {"ttl": {"2h"}},
	"data_rules.new":              {"scope": {"things:keys"}},
	"data_rules.create":           {"scope": {"things:keys"}, "action_email": {"log"}},
	"data_rules.update":           {"action_email": {"block"}},
	"data_rules.set_cap":          {"max_cost_usd_per_day": {"5"}},
	"api.data_rules.set_cap":      {"max_cost_usd_per_day": {"5"}},
	"data_rules.try":              {"scope": {"things:keys"}, "text": {"x"}},
	"api.data_rules.create":       {"scope": {"things:members"}, "actions": {"{}email=log"}},
	"api.data_rules.update":       {"actions": {"{}email=block"}},
	"api.data_rules.try":          {"scope": {"things:members"}, "text": {"x"}},
	"api.budgets.grant":           {"kind": {"increase"}, "amount": {"1"}, "reason": {"x"}},
	"api.budgets.ask":             {"amount": {"1"}, "reason": {"x"}},
	"connections.update":          {"name": {"x"}},
	"api.connections.update":      {"name": {"x"}},
	"api.connections.rotate":      {"credential": {"sk-x"}},
	"reconcile.set":               {"narrow": {"proj_1"}},
	"api.reconcile.set":           {"narrow": {"proj_1"}},
	"prices.create":               {"model": {"m"}, "price_input": {"1"}, "price_output": {"1"}},
	"prices.update":               {"price_input": {"1"}, "price_output": {"1"}},
	"health.open":                 {"connection_id": {"things:connections"}},
	"health.close":                {"connection_id": {"things:connections"}},
	"health.edit_rules":           {"connection_id": {"things:connections"}},
	"health.set_rules":            {"connection_id": {"things:connections"}, "row": {"5"}},
	"health.remove_rules":         {"connection_id": {"things:connections"}},
	"api.health.set_rules":        {"connection_id": {"things:connections"}, "row": {"#5"}},
	"api.health.remove_rules":     {"connection_id": {"things:connections"}},
	"health.note":                 {"text": {"x"}},
	"api.health.note":             {"text": {"x"}},
	"api.health.resolve":          {"text": {"x"}},
	"api.health.open":             {"connection_id": {"things:connections"}},
	"api.health.close":            {"connection_id": {"things:connections"}},
	"api.overrides.create":        {"model": {"m"}, "connection": {"things:connections"}},
	"aliases.update":              {"name": {"x"}, "target": {"sandbox/sandbox-chat"}},
	"api.aliases.update":          {"name": {"x"}, "targets[]": {"sandbox/sandbox-chat"}},
	"api.routes.update":           {"targets": {`json:[{"to":"sandbox/sandbox-chat"}]`}},
	"requests.list":               {"key": {"things:keys"}, "under": {"things:teams"}, "budget": {"things:budgets"}},
	"budgets.list":                {"team": {"things:teams"}},
	"budgets.ask":                 {"request": {"things:requests"}},
	"budgets.asked":               {"amount": {"1"}, "reason": {"x"}},
	"budgets.grant":               {"kind": {"increase"}, "amount": {"1"}, "reason": {"x"}},
	"api.requests.list":           {"key": {"things:keys"}},
	"invitations.create":          {"way": {"link"}, "role": {"viewer"}, "team": {"things:teams"}},
	"api.invitations.create":      {"role": {"viewer"}, "teams[]": {"things:teams"}},
	"domains.admission":           {"role": {"viewer"}},
	"api.domains.update":          {"role": {"viewer"}},
	"applicants.approve":          {"role": {"viewer"}},
	"datasets.create":             {"name": {"x"}, "format": {"jsonl"}, "text": {`{"input":"hi"}`}, "visibility": {"team"}, "team": {"things:teams"}},
	"api.datasets.create":         {"name": {"x"}, "rows": {`json:[{"input":"hi"}]`}, "visibility": {"team"}, "team": {"things:teams"}},
	"datasets.update":             {"name": {"y"}, "visibility": {"team"}, "team": {"things:teams"}},
	"api.datasets.update":         {"name": {"y"}, "team": {"things:teams"}},
	"evaluations.start":           {"key": {"things:keys"}, "model_0": {"sandbox/sandbox-chat"}, "exact": {"on"}, "cap_usd": {"1"}},
	"evaluations.estimate":        {"key": {"things:keys"}, "model_0": {"sandbox/sandbox-chat"}, "exact": {"on"}},
	"api.evaluations.start":       {"dataset": {"things:datasets"}, "key": {"things:keys"}, "subjects": {`json:[{"model":"sandbox/sandbox-chat"}]`}, "scorers": {`json:[{"kind":"exact"}]`}, "cap_usd": {"1"}},
	"api.evaluations.estimate":    {"dataset": {"things:datasets"}, "key": {"things:keys"}, "subjects": {`json:[{"model":"sandbox/sandbox-chat"}]`}, "scorers": {`json:[{"kind":"exact"}]`}},
	"api.evaluations.list":        {"dataset": {"things:datasets"}},
	"batches.create":              {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"batches.preview":             {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"api.batches.create":          {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"api.batches.preview":         {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"batch_schedules.create":      {"name": {"x"}, "cron": {"0 2 * * *"}, "zone": {"UTC"}, "key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"batch_schedules.preview":     {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"batch_schedules.preview_one": {"key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"batch_schedules.update":      {"name": {"y"}, "cron": {"0 2 * * *"}, "zone": {"UTC"}, "key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"api.batch_schedules.create":  {"name": {"x"}, "cron": {"0 2 * * *"}, "zone": {"UTC"}, "key": {"things:keys"}, "format": {"jsonl"}, "text": {batchLine}},
	"api.batch_schedules.update":  {"name": {"y"}},
	"batches.set_hours":           {"zone": {"UTC"}, "opens": {"20:00"}, "closes": {"06:00"}},
	"api.batch_hours.set":         {"zone": {"UTC"}, "opens": {"20:00"}, "closes": {"06:00"}},
	"experiments.start": {"name": {"x"}, "alias": {"smart"}, "goal": {"cost"}, "unit": {"user"}, "name_0": {"control"}, "percent_0": {"95"}, "name_1": {"new"}, "percent_1": {"5"},
		"target_1": {"sandbox/sandbox-vision"}, "scope": {"things:teams"}},
	"api.experiments.start":   {"name": {"x"}, "alias": {"smart"}, "variants": {`json:[{"name":"control","percent":95},{"name":"new","percent":5,"target":"sandbox/sandbox-vision"}]`}, "team": {"things:teams"}},
	"experiments.migrate":     {"variant": {"new"}},
	"api.experiments.migrate": {"variant": {"new"}},
	"api.applicants.approve":  {"role": {"viewer"}},
	"transcripts.bound":       {"allowed": {"on"}, "most_days": {"40"}},
	"transcripts.set":         {"team": {"things:teams"}, "days": {"3"}},
	"api.transcripts.bound":   {"most_days": {"#40"}},
	"api.transcripts.set":     {"days": {"#3"}},
	"playground.logged":       {"request": {"things:requests"}},
	"datasets.take":           {"name": {"x"}, "rating": {"all"}, "visibility": {"team"}, "team": {"things:teams"}},
	"api.datasets.take":       {"name": {"x"}, "rating": {"all"}, "visibility": {"team"}, "team": {"things:teams"}},
	"compliance.find":         {"email": {"nobody@acme.test"}},
	"compliance.hold":         {"reason": {"x"}},
	"compliance.erase":        {"email": {"x@acme.test"}, "reason": {"x"}},
	"api.legal_holds.set":     {"reason": {"x"}, "member": {"things:members"}},
	"api.members.erase":       {"email": {"x@acme.test"}, "reason": {"x"}},
}

// tenant signs up an organization and gives it one thing of each kind that a route can name.
func (a *App) tenant(t *testing.T, h *webtest.House, name string) webtest.Visitors {
	t.Helper()
	x := h.Found(t, name)
	v := h.Visitors(t, x)
	ctx, admin := t.Context(), x.Actor(org.Admin)
	mate := h.Join(t, x, "mate", org.Developer, x.Team)
	for kind, thing := range a.things(t, x, x.Department, x.Team, mate, "own") {
		v.Things[kind] = thing
	}
	far := h.Join(t, x, webtest.ApartName, org.Developer, x.AwayTeam)
	v.Apart = a.things(t, x, x.Away, x.AwayTeam, far, webtest.ApartName)
	_, err := a.budgets(nil).Create(ctx, admin, budget.Input{Scope: org.OfOrg(x.Org.ID), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	connections, err := a.providers.List(ctx, admin)
	must(t, err)
	aliases, err := a.aliasing.List(ctx, admin)
	must(t, err)
	v.Things["connections"], v.Things["aliases"] = connections[0].ID.String(), aliases[0].ID.String()
	v.Things["routes"] = v.Things["aliases"]
	test, err := a.experiments.Start(ctx, admin, experiment.Input{Name: "own", Alias: "fast", Variants: experiment.Careful("sandbox/sandbox-vision")})
	must(t, err)
	v.Things["experiments"] = test.ID.String()
	replay := route.Rehearsal{ID: id.NewRehearsal(a.ids), Org: x.Org.ID, State: route.Done, Days: 1, Draft: route.Document{Alias: "smart", Targets: []route.ToTarget{{To: "sandbox/sandbox-chat"}}}, At: a.clock.Now(), UpdatedAt: a.clock.Now()}
	must(t, a.aliases.StartRehearsal(ctx, replay))
	v.Things["rehearsals"] = replay.ID.String()
	routes, err := route.Reader{Connections: a.connections, Aliases: a.aliases}.Read(ctx)
	must(t, err)
	must(t, a.applyRoutes(routes)) // nothing runs that would read them
	own, err := a.pricing.Create(ctx, admin, price.Input{Model: "m", Prices: map[catalog.Class]money.Price{catalog.Input: 1, catalog.Output: 1}})
	must(t, err)
	account, err := a.providers.Create(ctx, admin, provider.Input{Name: "openai", Kind: provider.OpenAI, BaseURL: "https://openai.invalid/v1", Credential: secret.New("sk-test-0123456789")})
	must(t, err)
	must(t, a.reconciling.SetCredential(ctx, admin, account.ID, reconcile.Input{Credential: secret.New("sk-admin-0123456789")}))
	v.Things["reconcile"] = account.ID.String()
	outage := health.Event{ID: id.NewOutage(a.ids), Change: health.Change{Target: health.Target{Org: x.Org.ID, Connection: account.ID}, To: health.Open, Cause: health.Failures, At: a.clock.Now()}}
	must(t, a.healthStore.Note(ctx, []health.Event{outage}))
	v.Things["outages"] = outage.ID.String()
	v.Things["prices"], v.Things["overrides"] = own.ID.String(), own.ID.String()
	entries, err := a.audit.List(ctx, admin, 0, 1)
	must(t, err)
	v.Things["errors"], v.Things["t"] = "not_found", x.Org.Slug
	v.Things["audit"] = entries[0].ID.String()
	tier, err := a.policies.SetTier(ctx, admin, "grand-*", catalog.Premium)
	must(t, err)
	v.Things["model-tiers"] = tier.ID.String()
	v.Things["mail"] = id.NewMail(a.ids).String()
	turn, err := a.applies.Begin(ctx, admin, x.Org.Name+" blueprint")
	must(t, err)
	_, err = a.applies.End(ctx, admin, turn.ID, blueprint.Progress{})
	must(t, err)
	v.Things["applies"] = turn.ID.String()
	held, err := a.compliant().Hold(ctx, admin, x.Members[org.Viewer].ID, "own case")
	must(t, err)
	erased := compliance.Erasure{ID: id.NewErasure(a.ids), Org: x.Org.ID, Member: id.NewMember(a.ids), Pseudonym: "erased@erased.invalid", By: "own", At: a.clock.Now(), Counts: []compliance.Count{{Table: "keys", What: compliance.Cleared, Rows: 1}}}
	erased.Behind = compliance.Behind{Settles: erased.At.Add(time.Minute), Sealed: sealedWords(t, a, erased)}
	must(t, db.NewComplianceStore(a.db).AddErasure(ctx, erased))
	again := erased
	again.ID = id.NewErasure(a.ids)
	again.Behind.Sealed = sealedWords(t, a, again)
	must(t, db.NewComplianceStore(a.db).AddErasure(ctx, again))
	v.Things["holds"], v.Things["legal-holds"], v.Things["erasures"] = held.ID.String(), held.ID.String(), erased.ID.String()
	a.joinable(t, x, &v)
	return v
}

// sealedWords are whom an erasure looks for: nobody.
func sealedWords(t *testing.T, a *App, e compliance.Erasure) []byte {
	t.Helper()
	sealed, err := a.keyring.Seal(t.Context(), e.Org, "erasures", "sealed", e.ID.UUID(), secret.New(`{"email":"nobody@acme.test","name":"Nobody"}`))
	must(t, err)
	return sealed
}

// things gives a team one thing of each kind that lies somewhere in the tree, with a word in each name.
func (a *App) things(t *testing.T, x webtest.Tenant, d id.Department, team id.Team, m org.Member, word string) map[string]string {
	t.Helper()
	ctx, admin := t.Context(), x.Actor(org.Admin)
	must(t, a.people.RenameTeam(ctx, admin, team, word+" team"))
	must(t, a.people.RenameDepartment(ctx, admin, d, word+" department"))
	made, err := a.keys.Create(ctx, admin, key.Input{Name: word + " key", Team: team, Account: word + " service"})
	must(t, err)
	spend, err := a.budgets(nil).Create(ctx, admin, budget.Input{Name: word + " budget", Scope: org.OfTeam(x.Org.ID, team), Limit: money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	must(t, err)
	rate, err := a.limits(nil).Create(ctx, admin, limit.Input{Name: word + " limit", Scope: org.OfTeam(x.Org.ID, team), Unit: limit.Requests, Amount: 100, Window: time.Minute})
	must(t, err)
	raised, err := a.limits(nil).Raise(ctx, admin, rate.ID, limit.Rise{Add: 5, Until: a.clock.Now().Add(time.Hour)})
	must(t, err)
	rules, err := a.policies.Create(ctx, admin, policy.Input{Scope: org.OfTeam(x.Org.ID, team), Terms: policy.Terms{Deny: []string{word + "-model"}, MayAsk: true}})
	must(t, err)
	data, err := a.screening.Create(ctx, admin, pii.Input{Scope: org.OfTeam(x.Org.ID, team), Terms: pii.Terms{Actions: map[pii.Kind]pii.Action{pii.Email: pii.Log}}})
	must(t, err)
	caching := cache.Rule{ID: id.NewCaching(a.ids), Org: x.Org.ID, Scope: org.OfTeam(x.Org.ID, team), Name: word + " cache", Models: []string{}, Purposes: []string{}, CreatedAt: a.clock.Now(), UpdatedAt: a.clock.Now(),
		Settings: cache.Settings{Mode: cache.Exact, Sharing: cache.Org, TTL: time.Hour, MaxBytes: cache.DefaultBytes, Pace: cache.Full}}
	must(t, a.cacheStore.Insert(ctx, caching))
	kept := cache.Entry{Org: x.Org.ID, Sharing: cache.Team, Node: team.UUID(), Asked: word + "-model", Model: word + "-model", Made: a.clock.Now(), Fresh: a.clock.Now().Add(time.Hour), Stale: a.clock.Now().Add(time.Hour), Sealed: []byte("x")}
	bytes := caching.ID.Bytes()
	copy(kept.Key[:], bytes[:])
	must(t, a.cacheStore.Put(ctx, x.Org.ID, []*cache.Entry{&kept}))
	alike := likePair(t, a, cache.Sighting{Org: x.Org.ID, Sharing: cache.Team, Node: team.UUID(), Asked: word + "-model"})
	_, err = a.waiting.Set(ctx, admin, patience.Input{Total: "5m"})
	must(t, err)
	asked, err := a.budgets(nil).Ask(ctx, m.Acting(org.Actor{}), spend.ID, budget.RequestInput{Amount: 1, Reason: word})
	must(t, err)
	wished, err := a.limits(nil).AskMore(ctx, m.Acting(org.Actor{}), rate.ID, limit.More{Add: 5, Until: a.clock.Now().Add(time.Hour), Reason: word})
	must(t, err)
	approved, err := a.asking.Ask(ctx, m.Acting(org.Actor{}), approval.Input{Key: made.Key.ID, Model: word + "-model", Reason: word})
	must(t, err)
	request := ledger.Request{ID: id.NewRequest(a.ids), At: a.clock.Now(), Family: "openai", Endpoint: "chat", Asked: word + "-model", Status: 200,
		Chain: org.Chain{Org: x.Org.ID, Department: d, Team: team, Key: made.Key.ID}, Screened: ledger.Screened{Incident: id.NewFinding(a.ids), Action: "log", Found: `[{"detector":"email","action":"log","count":1}]`}}
	_, err = a.ledgerStore.Post(ctx, id.NewNode(a.ids), budget.Batch{Requests: []ledger.Request{request}})
	must(t, err)
	a.keptText(t, admin, word, request)
	told := notify.Notice{ID: id.NewNotice(a.ids), Org: x.Org.ID, Member: m.ID, Kind: notify.Asked, Title: word + " asks", Href: "/approvals", Once: word, At: a.clock.Now()}
	must(t, a.notices.Store.Add(ctx, x.Org.ID, []notify.Notice{told}))
	weekly, err := a.bulletins().Create(ctx, admin, bulletin.Input{Kind: bulletin.Weekly, Team: team, Hour: 8, Answering: true})
	must(t, err)
	edition, err := a.bulletins().SendNow(ctx, admin, weekly.ID)
	must(t, err)
	stored := storedPrompt(t, a, admin, word, team)
	questions, ran := storedEvaluation(t, a, admin, word, team)
	hook, _, err := a.channels().Create(ctx, admin, notify.ChannelInput{Name: word + " hook", Kind: notify.Webhook, Address: secret.New("https://hooks.invalid/" + word)})
	must(t, err)
	must(t, a.channels().Test(ctx, admin, hook.ID))
	sent := db.NewDeliveryStore(a.db)
	tried, err := sent.Deliveries(ctx, x.Org.ID, notify.DeliveryQuery{Limit: 1, Channel: hook.ID})
	must(t, err)
	must(t, sent.End(ctx, notify.Lead{Org: x.Org.ID, Delivery: tried[0].ID}, notify.Dead, word+" was away", a.clock.Now()))
	return map[string]string{
		"reports":          weekly.ID.String(),
		"archive":          edition.ID.String(),
		"report-editions":  edition.ID.String(),
		"inbox":            told.ID.String(),
		"channels":         hook.ID.String(),
		"deliveries":       tried[0].ID.String(),
		"prompts":          stored.String(),
		"datasets":         questions.String(),
		"evaluations":      ran.String(),
		"batches":          storedBatch(t, a, admin.Org, made.Key.ID, word).String(),
		"schedules":        storedSchedule(t, a, admin.Org, made.Key.ID, word).String(),
		"versions":         "v0000000001", // of all ways to write it the one that stands on no page by chance
		"labels":           prompt.Name(word) + "-label",
		"keys":             made.Key.ID.String(),
		"budgets":          spend.ID.String(),
		"limits":           rate.ID.String(),
		"policies":         rules.ID.String(),
		"data-rules":       data.ID.String(),
		"cache-policies":   caching.ID.String(),
		"entries":          kept.Key.String(),
		"likes":            alike,
		"incidents":        request.Screened.Incident.String(),
		"increases":        raised.Increases[0].ID.String(),
		"approvals":        approved.ID.String(),
		"budget-requests":  asked.ID.String(),
		"limit-requests":   wished.ID.String(),
		"requests":         request.ID.String(),
		"members":          m.ID.String(),
		"people":           m.ID.String(),
		"teams":            team.String(),
		"departments":      d.String(),
		"service-accounts": made.Key.AccountID.String(),
	}
}

// keptText keeps what a request says, which its client found good.
func (a *App) keptText(t *testing.T, admin org.Actor, word string, r ledger.Request) {
	t.Helper()
	a.keepText(t, admin, r, `{"model":"m","messages":[{"role":"user","content":"`+word+` asked"}]}`,
		`{"id":"c","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"`+word+` answered"},"finish_reason":"stop"}]}`)
	good := true
	_, err := db.NewFeedbackStore(a.db).Put(t.Context(), feedback.Feedback{Org: r.Chain.Org, Request: r.ID, Key: r.Chain.Key, Good: &good, Model: word + "-model", At: r.At})
	must(t, err)
}

// storedPrompt is a prompt of a team in two versions, the newer of which is in production.
func storedPrompt(t *testing.T, a *App, admin org.Actor, word string, team id.Team) id.Prompt {
	t.Helper()
	content := prompt.Content{Model: word + "-model", Messages: []prompt.Message{{Role: "user", Text: word}}}
	f, err := a.library.Create(t.Context(), admin, prompt.Input{Name: prompt.Name(word), Kind: prompt.Chat, Visibility: prompt.Team, Team: team, About: word}, content, "", "")
	must(t, err)
	content.Messages[0].Text += " again"
	_, err = a.library.Revise(t.Context(), admin, f.ID, content, word)
	must(t, err)
	for _, label := range []string{prompt.Production, prompt.Name(word) + "-label"} {
		_, err = a.library.Move(t.Context(), admin, f.ID, label, 2, nil)
		must(t, err)
	}
	return f.ID
}

// storedEvaluation gives a team a dataset and a run of it, which nobody works on.
func storedEvaluation(t *testing.T, a *App, admin org.Actor, word string, team id.Team) (id.Dataset, id.Evaluation) {
	t.Helper()
	rows := []evaluation.Row{{Messages: []evaluation.Message{{Role: "user", Content: word + " question"}}, Expected: word + " answer"}}
	d, err := evaluation.New(a.evaluating()).Create(t.Context(), admin, evaluation.Input{Name: word + " dataset", Visibility: evaluation.Team, Team: team}, rows)
	must(t, err)
	r := evaluation.Run{ID: id.NewEvaluation(a.ids), Org: admin.Org, Dataset: d.ID, State: evaluation.Running, Rows: 1, CreatedAt: a.clock.Now(),
		Body: evaluation.Body{Name: word + " run", Subjects: []evaluation.Subject{{Model: word + "-model", MaxOutput: 10}}, Scorers: []evaluation.Scorer{{Kind: evaluation.Exact}}, Cap: money.Dollar}}
	must(t, db.NewEvaluationStore(a.db).InsertRun(t.Context(), r))
	return d.ID, r.ID
}

// batchLine is a request of a batch.
const batchLine = `{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"sandbox/sandbox-chat","messages":[{"role":"user","content":"hi"}]}}`

// storedBatch gives a key a batch, which nobody works on before its time.
func storedBatch(t *testing.T, a *App, o id.Org, k id.Key, word string) id.Batch {
	t.Helper()
	now := a.clock.Now()
	b := batch.Batch{ID: id.NewBatch(a.ids), Org: o, Key: k, Family: batch.OpenAI, State: batch.Running, Input: id.NewFile(a.ids), CreatedAt: now, StartAt: now.Add(time.Hour),
		Body: batch.Body{Name: word + " batch", Endpoint: "/v1/chat/completions", KeyName: word + " key"}}
	must(t, db.NewBatchStore(a.db).InsertBatch(t.Context(), b))
	return b.ID
}

// storedSchedule gives a key a schedule, which nobody looks for.
func storedSchedule(t *testing.T, a *App, o id.Org, k id.Key, word string) id.Schedule {
	t.Helper()
	now := a.clock.Now()
	s := batch.Schedule{ID: id.NewSchedule(a.ids), Org: o, Key: k, Name: word + " schedule", Cron: "0 2 * * *", Zone: "UTC", Terms: batch.Routine{Endpoint: "/v1/chat/completions", Lines: 1, KeyName: word + " key"}, NextAt: now.Add(time.Hour), CreatedAt: now, UpdatedAt: now}
	text, err := json.Marshal(map[string]string{"format": "jsonl", "text": batchLine})
	must(t, err)
	f := batch.File{ID: id.NewFile(a.ids), Org: o, Key: k, Purpose: "schedule", Name: "schedule.json", Size: int64(len(text)), Ready: true, CreatedAt: now, ExpiresAt: now.AddDate(100, 0, 0)}
	sealed, err := a.keyring.Seal(t.Context(), o, "batch_file_parts", "sealed", f.ID.UUID()+" 0", secret.New(string(text)))
	must(t, err)
	store := db.NewBatchStore(a.db)
	must(t, store.InsertFile(t.Context(), f))
	must(t, store.InsertPart(t.Context(), o, f.ID, 0, sealed))
	s.Input = f.ID
	must(t, store.InsertSchedule(t.Context(), s))
	return s.ID
}

// joinable adds an invitation, a claimed domain and a request to join.
func (a *App) joinable(t *testing.T, x webtest.Tenant, v *webtest.Visitors) {
	t.Helper()
	ctx, admin := t.Context(), x.Actor(org.Admin)
	invitation, err := a.letters.joining.Invite(ctx, admin, join.Invite{Grant: join.Grant{Role: org.Developer, Teams: []id.Team{x.Team}}})
	must(t, err)
	domain, err := a.letters.joining.Claim(ctx, admin, x.Org.Slug+".example")
	must(t, err)
	applicant := join.Applicant{ID: id.NewApplicant(a.ids), Org: x.Org.ID, Email: "eve@" + x.Org.Slug + ".example", Name: "Eve", CreatedAt: a.clock.Now()}
	store := db.NewJoinStore(a.db)
	must(t, store.AddApplicant(ctx, applicant))
	_, err = store.Confirm(ctx, x.Org.ID, applicant.ID, "Eve", "", a.clock.Now())
	must(t, err)
	text, token, err := a.directory.CreateToken(ctx, admin, "Okta")
	must(t, err)
	group, err := a.directory.CreateGroup(ctx, admin, scim.Crowd{DisplayName: "Everybody", Members: []id.Member{x.Outsider.ID}})
	must(t, err)
	v.SCIM, v.Things["scim-tokens"], v.Things["groups"], v.Things["Groups"] = text.Reveal(), token.ID.String(), group.ID.String(), group.ID.String()
	v.Things["Users"] = x.Outsider.ID.String()
	v.Things["invitations"], v.Things["domains"], v.Things["join-requests"] = invitation.ID.String(), domain.ID.String(), applicant.ID.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
