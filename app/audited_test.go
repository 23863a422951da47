package app

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// good is input that a changing route takes from an admin, where the input of the walk (forms) is not enough. What a form
// cannot say is in stages.
var good = map[string]url.Values{
	"support.allow":               {"reason": {"x"}, "stay": {"1h0m0s"}},
	"api.support_access.allow":    {"reason": {"x"}, "hours": {"#1"}},
	"sign_up.do":                  {"organization": {"Gamma"}, "name": {"Grace"}, "email": {"grace@gamma.test"}, "password": {webtest.Password}, "zone": {"UTC"}},
	"log_in.do":                   {"email": {"admin@acme.test"}, "password": {webtest.Password}},
	"account.password":            {"current": {webtest.Password}, "password": {"another zebra staple 10"}},
	"keys.create":                 {"name": {"x"}, "team": {"things:teams"}, "owner": {""}, "account": {"build"}},
	"api.keys.create":             {"name": {"x"}, "team": {"things:teams"}, "account": {"build"}},
	"tokens.create":               {"name": {"x"}, "kind": {"organization"}, "role": {"viewer"}, "scopes": {"keys:read"}},
	"api.tokens.create":           {"name": {"x"}, "role": {"viewer"}, "scopes[]": {"keys:read"}},
	"api.teams.create":            {"name": {"New"}},
	"api.members.add":             {"name": {"New"}, "email": {"new@acme.test"}, "role": {"viewer"}, "teams[]": {"things:teams"}},
	"connections.create":          {"name": {"new"}, "kind": {"openai"}, "base_url": {"https://new.invalid/v1"}, "credential": {"sk-new-0123456789"}},
	"connections.credential":      {"credential": {"sk-new-0123456789"}},
	"api.connections.create":      {"name": {"new"}, "kind": {"openai"}, "base_url": {"https://new.invalid/v1"}, "credential": {"sk-new-0123456789"}},
	"connections.delete":          {"confirm": {"true"}},
	"aliases.create":              {"name": {"new"}, "target": {"sandbox/sandbox-chat"}},
	"api.aliases.create":          {"name": {"new"}, "targets[]": {"sandbox/sandbox-chat"}},
	"api.budgets.create":          {"scope": {"things:teams"}, "limit_usd": {"5"}, "period": {"monthly"}, "enforcement": {"hard"}},
	"budgets.create":              {"scope": {"things:teams"}, "limit": {"5"}, "period": {"monthly"}, "enforce": {"hard"}},
	"budgets.approve":             {"amount": {"1"}},
	"reports.create":              {"kind": {"daily"}, "scope": {"things:teams"}, "hour": {"8"}, "answering": {"on"}},
	"api.reports.create":          {"kind": {"daily"}, "scope": {"things:teams"}},
	"reports.update":              {"hour": {"9"}, "answering": {"on"}},
	"policies.create":             {"scope": {"things:departments"}, "deny": {"x-*"}},
	"api.policies.create":         {"scope": {"things:departments"}, "deny[]": {"x-*"}},
	"model_tiers.set":             {"pattern": {"x"}, "tier": {"economy"}},
	"api.model_tiers.set":         {"pattern": {"x"}, "tier": {"economy"}},
	"data_rules.create":           {"scope": {"things:departments"}, "action_email": {"log"}},
	"api.data_rules.create":       {"scope": {"things:departments"}, "actions": {"{}email=log"}},
	"cache.clear":                 {"what": {"all"}},
	"api.cache.clear":             {"what": {"all"}},
	"prices.create":               {"model": {"other"}, "price_input": {"1"}, "price_output": {"1"}},
	"prices.update":               {"price_input": {"1"}, "price_output": {"1"}},
	"connections.update":          {"name": {"sandbox"}}, // an experiment sends requests there, so it keeps its name
	"api.connections.update":      {"name": {"sandbox"}},
	"api.overrides.create":        {"model": {"other"}, "prices_usd": {`json:{"input":"1","output":"1"}`}},
	"reconcile.set":               {"credential": {"sk-admin-1"}, "narrow": {"proj_1"}},
	"audit.retention":             {"keep_days": {"60"}},
	"api.audit.retain":            {"keep_days": {"#60"}},
	"settings.retain":             {"keep_days": {"60"}},
	"api.usage.retain":            {"keep_days": {"#60"}},
	"api.budget_requests.deny":    {"note": {"no"}},
	"budgets.deny":                {"note": {"no"}},
	"api.budget_requests.approve": {"note": {"yes"}},

	"login_policy.set":          {"idle": {"30m"}, "absolute": {"2d"}},
	"api.login_policy.set":      {"idle_seconds": {"#1800"}, "absolute_seconds": {"#172800"}},
	"people.give":               {"role": {"viewer"}, "at": {"things:other-teams"}},
	"people.move":               {"from": {"things:teams"}, "to": {"things:other-teams"}},
	"api.members.move":          {"from": {"things:teams"}, "to": {"things:other-teams"}},
	"teams.merge":               {"into": {"things:other-teams"}},
	"api.teams.merge":           {"into": {"things:other-teams"}},
	"departments.create":        {"name": {"New"}},
	"api.departments.create":    {"name": {"New"}},
	"departments.merge":         {"into": {"things:other-departments"}},
	"api.departments.merge":     {"into": {"things:other-departments"}},
	"service_accounts.move":     {"team": {"things:other-teams"}},
	"api.service_accounts.move": {"team": {"things:other-teams"}},
	"settings.save":             {"name": {"Renamed"}, "slug": {"renamed"}, "zone": {"Europe/Berlin"}},
	"api.organization.change":   {"name": {"Renamed"}},
	"connections.rotate":        {"credential": {"sk-new-0123456789"}, "untested": {"on"}},
	"aliases.switch":            {"target": {"openai/gpt-5.5"}},
	"api.aliases.switch":        {"target": {"openai/gpt-5.5"}},
	"models.policy":             {"unsupported": {"drop"}},
	"api.routing.update":        {"unsupported_parameters": {"drop"}},
	"api.routes.apply":          {"alias": {"new"}, "targets": {`json:[{"to":"sandbox/sandbox-chat"}]`}},
	"api.routes.rollback":       {"version": {"json:1"}},
	"api.routing.import":        {"yaml": {"alias: other\ntargets: [{to: sandbox/sandbox-chat}]\n"}},
	"rules.save":                {"rules": {"1"}, "rule-0-name": {"long"}, "rule-0-fact-0": {"input_tokens"}, "rule-0-op-0": {"gt"}, "rule-0-value-0": {"9"}, "rule-0-to-0": {"sandbox/sandbox-chat"}},
	"general.save":              {"rules": {"1"}, "rule-0-name": {"long"}, "rule-0-mode": {"text"}, "rule-0-text": {"stream"}, "rule-0-to-0": {"smart"}},
	"rules.yaml_save":           {"yaml": {"targets: [{to: sandbox/sandbox-chat}]\n"}},
	"general.yaml_save":         {"yaml": {"holidays: [\"2026-12-25\"]\n"}},
	"rules.rollback":            {"version": {"1"}},
	"fallback.save":             {"order": {"listed"}, "short": {"stop"}, "mix-latency": {"50"}, "mix-cost": {"50"}, "mix-failures": {"200"}},
	"general.fallback_save":     {"order": {"listed"}, "short": {"stop"}, "mix-latency": {"50"}, "mix-cost": {"50"}, "mix-failures": {"200"}},
	"general.rollback":          {"version": {"1"}},
	"api.rules.update":          {"rules": {`json:[{"name":"long","when":"input_tokens > 9","targets":[{"to":"smart"}]}]`}},
	"api.rules.rollback":        {"version": {"json:1"}},
	"limits.create":             {"scope": {"things:teams"}, "unit": {"tokens"}, "amount": {"5"}, "window": {"1m"}, "enforce": {"hard"}},
	"api.limits.create":         {"scope": {"things:teams"}, "unit": {"tokens"}, "amount": {"5"}, "window": {"1m"}},
	"directory.change":          {"role": {"viewer"}, "team": {"things:teams"}},
	"api.directory.update":      {"role": {"viewer"}, "teams[]": {"things:teams"}},
	"directory.token":           {"name": {"Entra ID"}},
	"api.directory.token":       {"name": {"Entra ID"}},
	"domains.claim":             {"domain": {"new.example"}},
	"api.domains.claim":         {"domain": {"new.example"}},
	"api.trials.try":            {"key": {"things:keys"}, "targets[]": {"sandbox/sandbox-chat"}, "prompt": {"hi"}},
	"scim.users.create":         {"schemas[]": {userSchema}, "userName": {"new@acme.test"}, "displayName": {"New"}, "active": {"json:true"}},
	"scim.users.replace":        {"schemas[]": {userSchema}, "userName": {"new@acme.test"}, "displayName": {"New"}, "active": {"json:true"}},
	"scim.users.patch":          {"schemas[]": {patchSchema}, "Operations": {`json:[{"op":"replace","path":"displayName","value":"New"}]`}},
	"scim.groups.create":        {"schemas[]": {groupSchema}, "displayName": {"New"}},
	"scim.groups.replace":       {"schemas[]": {groupSchema}, "displayName": {"New"}},
	"scim.groups.patch":         {"schemas[]": {patchSchema}, "Operations": {`json:[{"op":"replace","path":"displayName","value":"New"}]`}},
	"start.connect":             {"kind": {"ollama"}},
	"start.models":              {"smart": {"openai/gpt-5.5"}, "fast": {"openai/gpt-5.5"}},
	"start.limit":               {"limit": {"5"}, "period": {"daily"}, "enforce": {"soft"}},
	"start.ask":                 {"emails": {"new@elsewhere.test"}, "role": {"admin"}},
	"start.make":                {"name": {"x"}, "team": {"things:teams"}},
	"start.skip":                {"step": {"provider"}},
	"requests.view.share":       {"name": {"Failed"}, "team": {"things:teams"}, "query": {"status=failed"}},
	"api.team_views.share":      {"name": {"Failed"}, "query": {"status=failed"}},
	"api.team_views.unshare":    {"name": {"Failed"}},
	"requests.view.unshare":     {"name": {"Failed"}, "team": {"things:teams"}},
	"sso.group_add":             {"group": {"staff"}, "role": {"developer"}, "at": {"things:teams"}},
}

const (
	userSchema  = "urn:ietf:params:scim:schemas:core:2.0:User"
	groupSchema = "urn:ietf:params:scim:schemas:core:2.0:Group"
	patchSchema = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
)

// TestEveryChangeLeavesExactlyOneAuditEntry calls every changing route with what it takes, each on a fresh organization: a
// success leaves one entry with the action that the route declares, a refusal none.
func TestEveryChangeLeavesExactlyOneAuditEntry(t *testing.T) {
	t.Parallel()
	a, h, s := furnished(t, dbtest.SQLiteURL(t))
	s.Forms = maps.Clone(forms)
	maps.Copy(s.Forms, good)
	soon := a.clock.Now().UTC().Add(24 * time.Hour)
	s.Forms["limits.raise"] = url.Values{"add": {"5"}, "until": {soon.Format("2006-01-02T15:04")}}
	s.Forms["limits.asked"] = url.Values{"add": {"5"}, "until": {soon.Format("2006-01-02T15:04")}, "reason": {"x"}}
	s.Forms["api.limits.ask"] = url.Values{"add": {"5"}, "until": {soon.Format(time.RFC3339)}, "reason": {"x"}}
	s.Forms["api.limits.raise"] = url.Values{"add": {"5"}, "until": {soon.Format(time.RFC3339)}}
	doc := described(t, s)
	zone := a.stageable()
	var lines strings.Builder
	for i, r := range s.Routes {
		if r.Method == http.MethodGet || strings.HasPrefix(r.Audit, "none:") {
			continue
		}
		home := a.tenant(t, h, fmt.Sprintf("Acme %d", i))
		if strings.HasSuffix(r.Name, "connections.delete") {
			home.Things["connections"] = home.Things["reconcile"] // no alias uses that one
		}
		home.Things["other-teams"], home.Things["other-departments"] = home.Apart["teams"], home.Apart["departments"]
		s.Home, s.Stranger = home, nil
		fitForm(s, r, home)
		if low := below(r.Floor); low != "" && r.Guard != web.SCIM { // a directory has no roles below
			refusedUnaudited(t, a, s, r, low)
		}
		cookies(t, s, &s.Home, r, org.Admin)
		if staged := stages[r.Name]; staged != nil {
			staged(&stage{t, a, s, r.Name, zone})
		}
		for _, first := range s.Routes {
			if first.Name == before(r.Name) {
				s.Ask(t, first, org.Admin)
			}
		}
		seq := recorded(t, a, home)
		got := s.Ask(t, r, org.Admin)
		books, founded := home.Org, false
		if made, err := a.orgs.BySlug(t.Context(), "gamma"); r.Name == "sign_up.do" && err == nil {
			books, seq, founded = made.ID, 0, true
		}
		left := changes(t, a, books, seq)
		fmt.Fprintf(&lines, "%-32s %-28s %s\n", r.Name, r.Audit, a.proof(t, r, got, left, founded))
		if r.Guard == web.Token && got.Status < 300 {
			if op := operationOf(t, doc, r); op != nil {
				trueTo(t, op, r, got)
			}
		}
	}
	webtest.Golden(t, "audited.golden", lines.String(), *update)
}

// proof says in a few words what a route's success left, oldest entry first, and fails the test where that is not the one
// entry which the route declares, and those of also.
func (a *App) proof(t *testing.T, r web.Route, got webtest.Answer, left []audit.Record, founded bool) string {
	t.Helper()
	failed := got.Status == http.StatusBadGateway // a provider that failed was asked, and that is written down
	if ok := got.Status < 300 || got.Status == http.StatusSeeOther && !strings.Contains(got.Header.Get("Location"), web.LogInPath+"?"); !ok && !failed {
		t.Errorf("%s has not succeeded: %d, leaving %v. Say in good or stages what it takes. %.300s", r.Name, got.Status, words(left), got.Body)
		return "NOT PROVEN"
	}
	want := append(append(slices.Clone(earlier[r.Name]), r.Audit), also[r.Name]...)
	if got := words(left); !slices.Equal(got, want) {
		t.Errorf("%s declares %v and left %v", r.Name, want, got)
		return "NOT PROVEN"
	}
	own := left[0]
	if own.RequestID == "" || own.Via == "" || own.Via == org.ViaJob || own.Role != org.Admin && r.Guard != web.Open {
		t.Errorf("%s left an entry that does not say how: %+v", r.Name, own)
	}
	switch {
	case failed:
		return "one entry, though the provider failed"
	case founded:
		return "one entry in the new organization, and one for each thing it begins with"
	case len(left) > 1:
		return "one entry and " + strings.Join(append(slices.Clone(earlier[r.Name]), also[r.Name]...), ", ") + ", via " + string(own.Via)
	}
	return "one entry, via " + string(own.Via)
}

// refusedUnaudited: somebody below a route's floor is turned away, and nothing is written.
func refusedUnaudited(t *testing.T, a *App, s *webtest.Site, r web.Route, low org.Role) {
	t.Helper()
	cookies(t, s, &s.Home, r, low)
	seq := recorded(t, a, s.Home)
	if got := s.Ask(t, r, low); got.Status != http.StatusForbidden {
		t.Errorf("%s as %s: %d", r.Name, low, got.Status)
	}
	if n := changes(t, a, s.Home.Org, seq); len(n) > 0 {
		t.Errorf("%s was refused and left %d entries", r.Name, len(n))
	}
}

func below(floor org.Role) org.Role {
	for i, r := range org.Roles[:len(org.Roles)-1] {
		if r == floor {
			return org.Roles[i+1]
		}
	}
	return ""
}

// also are further acts that a page does after the first: it saves a connection, and then tries it.
var also = map[string][]string{
	"connections.create":  {"connection.tested"},
	"connections.update":  {"connection.tested"},
	"connections.found":   {"connection.tested"},
	"start.connect":       {"connection.tested"},
	"start.found":         {"connection.tested"},
	"start.models":        {"alias.switched"},
	"log_in.enrol":        {"session.began"},
	"billing.change":      {"billing.updated"},
	"api.billing.change":  {"billing.updated"},
	"experiments.migrate": {"alias.updated"}, "api.experiments.migrate": {"alias.updated"},
	"sign_up.do": {"connection.created", "alias.created", "alias.created"},
}

// earlier are acts that a page does before its own: who is erased is put out first.
var earlier = map[string][]string{"compliance.erase": {"cache.cleared", "member.removed"}, "api.members.erase": {"cache.cleared", "member.removed"},
	"datasets.take": {"transcript.read"}, "api.datasets.take": {"transcript.read"}}

// prepare are calls that must come first, so that there is something to change.
var prepare = map[string]string{"reconcile.read": "reconcile.set", "api.rules.rollback": "api.rules.update", "general.rollback": "api.rules.update", "requests.view.unshare": "requests.view.share", "api.team_views.unshare": "api.team_views.share",
	"experiments.delete": "experiments.stop", "api.experiments.delete": "api.experiments.stop", "aliases.delete": "experiments.stop", "api.aliases.delete": "api.experiments.stop",
	"evaluations.delete": "evaluations.cancel", "api.evaluations.delete": "api.evaluations.cancel", "datasets.delete": "evaluations.cancel", "api.datasets.delete": "api.evaluations.cancel"}

// before is the call that must come before a route's: prepare's, or the opposite that its verb names.
func before(name string) string {
	if first := prepare[name]; first != "" {
		return first
	}
	things, verb := name[:strings.LastIndex(name, ".")+1], name[strings.LastIndex(name, ".")+1:]
	switch verb {
	case "restore":
		return things + "archive"
	case "resume":
		return things + "pause"
	case "enable":
		return things + "disable"
	}
	return ""
}

// cookies logs a member in, so that the entry of that is not counted.
func cookies(t *testing.T, s *webtest.Site, v *webtest.Visitors, r web.Route, role org.Role) {
	t.Helper()
	if r.Guard == web.Person {
		v.Remember(role, webtest.LogIn(t, s.Handler, v.Email[role], v.Password))
	}
}

// fitForm puts the organization's own address where a form names one.
func fitForm(s *webtest.Site, r web.Route, v webtest.Visitors) {
	if f := s.Forms[r.Name]; f.Get("email") != "" && r.Name == "log_in.do" {
		s.Forms[r.Name] = url.Values{"email": {v.Email[org.Admin]}, "password": {v.Password}}
	}
}

func recorded(t *testing.T, a *App, v webtest.Visitors) int64 {
	t.Helper()
	page, err := a.audit.List(t.Context(), org.System(v.Org, "test"), 0, 1)
	must(t, err)
	return page[0].Seq
}

// changes are an organization's entries after one, the oldest first.
func changes(t *testing.T, a *App, o id.Org, after int64) (out []audit.Record) {
	t.Helper()
	page, err := a.audit.List(t.Context(), org.System(o, "test"), 0, 50)
	must(t, err)
	for _, r := range page {
		if r.Seq > after {
			out = append(out, r)
		}
	}
	slices.Reverse(out)
	return out
}

func words(all []audit.Record) (out []string) {
	for _, r := range all {
		out = append(out, r.Action)
	}
	return out
}
