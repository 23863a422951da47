package app

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// good is input that a changing route takes from an admin, where the input of the walk (forms) is not enough. A route that
// is missing here stands in audited.golden as not proven, so that nobody takes silence for a proof.
var good = map[string]url.Values{
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
	"policies.create":             {"scope": {"things:departments"}, "deny": {"x-*"}},
	"api.policies.create":         {"scope": {"things:departments"}, "deny[]": {"x-*"}},
	"prices.create":               {"model": {"other"}, "price_input": {"1"}},
	"api.overrides.create":        {"model": {"other"}, "prices_usd": {"{}input=1"}},
	"reconcile.set":               {"credential": {"sk-admin-1"}, "narrow": {"proj_1"}},
	"audit.retention":             {"keep_days": {"60"}},
	"api.audit.retain":            {"keep_days": {"#60"}},
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
	"trials.try":                {"target": {"sandbox/sandbox-chat"}, "prompt": {"hi"}},
	"api.trials.try":            {"key": {"things:keys"}, "targets[]": {"sandbox/sandbox-chat"}, "prompt": {"hi"}},
	"scim.users.create":         {"schemas[]": {userSchema}, "userName": {"new@acme.test"}, "displayName": {"New"}, "active": {"json:true"}},
	"scim.users.replace":        {"schemas[]": {userSchema}, "userName": {"new@acme.test"}, "displayName": {"New"}, "active": {"json:true"}},
	"scim.users.patch":          {"schemas[]": {patchSchema}, "Operations": {`json:[{"op":"replace","path":"displayName","value":"New"}]`}},
	"scim.groups.create":        {"schemas[]": {groupSchema}, "displayName": {"New"}},
	"scim.groups.replace":       {"schemas[]": {groupSchema}, "displayName": {"New"}},
	"scim.groups.patch":         {"schemas[]": {patchSchema}, "Operations": {`json:[{"op":"replace","path":"displayName","value":"New"}]`}},
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
	s.Forms["api.limits.raise"] = url.Values{"add": {"5"}, "until": {soon.Format(time.RFC3339)}}
	doc := document(t, s)
	zone := a.stageable()
	var lines strings.Builder
	proven := 0
	for i, r := range s.Routes {
		if r.Method == http.MethodGet || strings.HasPrefix(r.Audit, "none:") {
			continue
		}
		home := a.tenant(t, h, fmt.Sprintf("Acme %d", i))
		if strings.HasSuffix(r.Name, "connections.delete") {
			home.Things["connections"] = home.Things["reconcile"] // no alias uses that one
		}
		home.Things["other-teams"], home.Things["other-departments"] = home.Apart["teams"], home.Apart["departments"]
		s.Home = home
		fitForm(s, r, home)
		if low := below(r.Floor); low != "" && r.Guard != web.SCIM { // a directory has no roles below
			cookies(t, s, &s.Home, r, low)
			seq := recorded(t, a, home)
			if got := s.Ask(t, r, low); got.Status != http.StatusForbidden {
				t.Errorf("%s as %s: %d", r.Name, low, got.Status)
			}
			if n := changes(t, a, home, seq); len(n) > 0 {
				t.Errorf("%s was refused and left %d entries", r.Name, len(n))
			}
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
		left := changes(t, a, home, seq)
		ok := got.Status < 300 || got.Status == http.StatusSeeOther && !strings.Contains(got.Header.Get("Location"), web.LogInPath+"?")
		switch {
		case got.Status == http.StatusBadGateway && len(left) == 1 && left[0].Action == r.Audit:
			fmt.Fprintf(&lines, "%-32s %-28s one entry, though the provider failed\n", r.Name, r.Audit)
			proven++
			continue
		case !ok:
			if len(left) > 0 && got.Status < 500 { // a provider that failed was asked, and that is written down
				t.Errorf("%s answered %d and left %d entries", r.Name, got.Status, len(left))
			}
			fmt.Fprintf(&lines, "%-32s %-28s NOT PROVEN: answered %d\n", r.Name, r.Audit, got.Status)
			t.Logf("%s: %d %.300s", r.Name, got.Status, got.Body)
			continue
		case r.Guard == web.Open && len(left) == 0:
			fmt.Fprintf(&lines, "%-32s %-28s NOT PROVEN: not in the organization of the walk\n", r.Name, r.Audit)
			continue
		case len(left) == 2 && left[0].Action == also[r.Name] && left[1].Action == r.Audit:
		case len(left) == 0: // there was nothing to change, or it forgot its entry: nobody can tell
			fmt.Fprintf(&lines, "%-32s %-28s NOT PROVEN: answered %d and left nothing\n", r.Name, r.Audit, got.Status)
			continue
		case len(left) != 1 || left[0].Action != r.Audit:
			t.Errorf("%s declares %s and left %s", r.Name, r.Audit, actions(left))
		case left[0].RequestID == "" || left[0].Via == "" || left[0].Via == org.ViaJob || left[0].Role != org.Admin && r.Guard != web.Open:
			t.Errorf("%s left an entry that does not say how: %+v", r.Name, left[0])
		}
		proven++
		how := "one entry"
		if len(left) == 2 {
			how = "one entry and " + left[0].Action
		}
		fmt.Fprintf(&lines, "%-32s %-28s %s, via %s\n", r.Name, r.Audit, how, left[0].Via)
		if r.Guard == web.Token {
			if op := operationOf(t, doc, r); op != nil {
				trueTo(t, op, r, got)
			}
		}
	}
	webtest.Golden(t, "audited.golden", lines.String(), *update)
	if proven < 40 {
		t.Errorf("only %d routes are proven", proven)
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

// also are second acts that a page does after the first: it saves a connection, and then tries it.
var also = map[string]string{"connections.create": "connection.tested", "connections.update": "connection.tested"}

// prepare are calls that must come first, so that there is something to change.
var prepare = map[string]string{"reconcile.read": "reconcile.set", "api.rules.rollback": "api.rules.update", "general.rollback": "api.rules.update"}

// before is the call that must come before a route's: prepare's, or the opposite that its verb names.
func before(name string) string {
	if first := prepare[name]; first != "" {
		return first
	}
	things, verb := name[:strings.LastIndex(name, ".")+1], name[strings.LastIndex(name, ".")+1:]
	switch verb {
	case "restore":
		return things + "archive"
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

func changes(t *testing.T, a *App, v webtest.Visitors, after int64) (out []audit.Record) {
	t.Helper()
	page, err := a.audit.List(t.Context(), org.System(v.Org, "test"), 0, 50)
	must(t, err)
	for _, r := range page {
		if r.Seq > after {
			out = append(out, r)
		}
	}
	return out
}

func actions(all []audit.Record) string {
	var words []string
	for _, r := range all {
		words = append(words, r.Action)
	}
	return fmt.Sprintf("%d entries %v", len(all), words)
}
