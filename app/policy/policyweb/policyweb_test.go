package policyweb_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/policy/policyweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	site     http.Handler
	acme     webtest.Tenant
	policies *policy.Service
	clock    *clock.Fake
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{acme: h.Found(t, "Acme"), clock: h.Clock}
	s.policies = policy.New(policy.Parts{Store: db.NewPolicyStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	offered := func(id.Org) []policy.Model {
		return []policy.Model{{Name: "smart", Targets: [][]string{{"gpt", "openai/gpt"}}}, {Name: "grand", Targets: [][]string{{"gpt-pro", "openai/gpt-pro"}}}}
	}
	s.site = h.Serve(t, append(policyweb.New(s.policies, h.Identity, h.Keys, offered).Routes(), webtest.Enter()))
	return s
}

func TestFormsAreReadOrRefusedInWordsWithoutLosingAnything(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	if p := browser.Get("/policies"); !p.Has("No policies yet", "Set the first policy") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	for name, x := range map[string]struct {
		typed      url.Values
		says, kept string
	}{
		"nothing":          {url.Values{"scope": {team}}, "A policy of nothing binds nobody.", ""},
		"a sentence":       {url.Values{"scope": {team}, "deny": {"all of them"}}, "Write one pattern per line", "all of them"},
		"words for money":  {url.Values{"scope": {team}, "max_cost_usd": {"five"}, "allow": {"openai/*"}}, "Enter an amount in USD above 0", `value="five"`},
		"no place":         {url.Values{"scope": {""}, "deny": {"x"}}, "Choose where the policy sits.", "x"},
		"a cost of nought": {url.Values{"scope": {team}, "max_cost_usd": {"0"}}, "Enter an amount in USD above 0", `value="0"`},
	} {
		if p := browser.Post("/policies", x.typed); p.Status != http.StatusUnprocessableEntity || !p.Has(x.says, x.kept) {
			t.Errorf("%s: %d\n%s", name, p.Status, p.Body)
		}
	}
	whole := url.Values{"scope": {team}, "allow": {"openai/*\r\nsmart"}, "deny": {"*-pro"}, "max_cost_usd": {"$0.25"}}
	if p := browser.Post("/policies", whole); p.Status != http.StatusSeeOther {
		t.Fatalf("a whole one: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/policies", whole); p.Status != http.StatusUnprocessableEntity || !p.Has("This node has a policy already.") {
		t.Errorf("the same again: %d\n%s", p.Status, p.Body)
	}
	all, err := s.policies.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 || len(all[0].Allow) != 2 || all[0].MaxCost != 25*money.Cent {
		t.Errorf("kept %+v, %v", all, err)
	}
}

func TestWhereDataMayGoIsSetAndShown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Post("/policies", url.Values{"scope": {s.acme.Team.String()}, "approver": {"manager"}, "regions": {"the moon!"}, "no_training": {"on"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Write regions as short words", `value="the moon!"`) {
		t.Errorf("an odd region: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/policies", url.Values{"scope": {s.acme.Team.String()}, "approver": {"manager"}, "regions": {"EU, ch eu"}, "zero_retention": {"on"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("set: %d\n%s", p.Status, p.Body)
	}
	all, err := s.policies.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 || !slices.Equal(all[0].Regions, []string{"eu", "ch"}) || !all[0].ZeroRetention || all[0].NoTraining {
		t.Fatalf("kept %+v, %v", all, err)
	}
	if p := browser.Get("/policies/" + all[0].ID.String()); !p.Has("stays in eu or ch, zero retention") {
		t.Errorf("shown:\n%s", p.Body)
	}
}

func TestAPolicyIsShownChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made, err := s.policies.Create(t.Context(), s.acme.Actor(org.Admin), policy.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Terms: policy.Terms{Deny: []string{"*-pro"}}})
	if err != nil {
		t.Fatal(err)
	}
	one := "/policies/" + made.ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := admin.Get(one); !p.Has("1 of 2 models remain", "denies *-pro", "smart", "grand", one+"/edit") {
		t.Errorf("page:\n%s", p.Body)
	}
	developer := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := developer.Get(one); !p.Has("1 of 2 models remain") || p.Has(one+"/edit") {
		t.Errorf("a developer's page: %d\n%s", p.Status, p.Body)
	}
	if p := developer.Post(one, url.Values{"deny": {"x"}}); p.Status != http.StatusForbidden {
		t.Errorf("a developer changed it: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Outsider).Get(one); p.Status != http.StatusNotFound {
		t.Errorf("somebody of another team sees it: %d", p.Status)
	}
	if p := admin.Get(one + "/edit"); !p.Has("*-pro", `name="max_cost_usd"`) {
		t.Errorf("form:\n%s", p.Body)
	}
	if p := admin.Post(one, url.Values{"deny": {"*-pro bad"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("*-pro bad") {
		t.Errorf("refused: %d", p.Status)
	}
	if p := admin.Post(one, url.Values{"deny": {"gpt*"}, "max_cost_usd": {"2"}}); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Get(one); !p.Has("0 of 2 models remain", "$2") {
		t.Errorf("afterwards:\n%s", p.Body)
	}
	if p := admin.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
}

func TestOfTwoWhoChangeAPolicyAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	made, err := s.policies.Create(t.Context(), s.acme.Actor(org.Admin), policy.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Terms: policy.Terms{Deny: []string{"*-pro"}}})
	if err != nil {
		t.Fatal(err)
	}
	one := "/policies/" + made.ID.String()
	first, second := webtest.As(t, s.site, s.acme.Members[org.Admin]), webtest.As(t, s.site, s.acme.Members[org.Manager])
	mine, theirs := version(first.Get(one+"/edit")), version(second.Get(one+"/edit"))
	s.clock.Advance(time.Minute)
	if p := first.Post(one, url.Values{"version": mine, "deny": {"*-pro\r\no3"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("the first: %d\n%s", p.Status, p.Body)
	}
	late := url.Values{"version": theirs, "deny": {"*-pro"}, "max_cost_usd": {"0.75"}}
	if p := second.Post(one, late); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this policy while you did", `value="0.75"`) || version(p)[0] != theirs[0] {
		t.Errorf("the second: %d\n%s", p.Status, p.Body)
	}
	if l, err := s.policies.Get(t.Context(), s.acme.Actor(org.Admin), made.ID); err != nil || len(l.Deny) != 2 || l.MaxCost != 0 {
		t.Errorf("kept %+v, %v", l.Terms, err)
	}
	late["version"] = version(second.Get(one + "/edit"))
	if p := second.Post(one, late); p.Status != http.StatusSeeOther {
		t.Errorf("the second, having loaded it again: %d\n%s", p.Status, p.Body)
	}
}

// version is what a page's form says it was filled from.
func version(p webtest.Page) []string {
	return append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(p.Body), "", "")[1:2]
}
