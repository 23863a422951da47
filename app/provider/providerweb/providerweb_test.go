package providerweb_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/providerweb"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

const testKey = "sk-test-0123456789abcd"

// upstream stands in for the network: keys that contain "bad" are refused.
type upstream struct{}

func (upstream) Probe(_ context.Context, c *provider.Connection) ([]string, error) {
	if strings.Contains(c.Credential.Reveal(), "bad") {
		return nil, &provider.Failure{Class: provider.Credential, Status: 401, Message: "Incorrect API key provided."}
	}
	return []string{"gpt-5.5", "gpt-5.5-mini"}, nil
}

type scene struct {
	house    *webtest.House
	site     http.Handler
	services *provider.Service
	aliases  *route.Service
	acme     webtest.Tenant
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	connections := db.NewConnectionStore(d)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	services := provider.New(provider.Parts{Store: connections, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Prober: upstream{}, Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	return &scene{house: h, site: h.Serve(t, append(providerweb.New(services, report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock)).Routes(), webtest.Enter())), services: services, aliases: aliases, acme: h.Found(t, "Acme")}
}

func (s *scene) add(t *testing.T, name string) provider.ConnectionRecord {
	t.Helper()
	r, err := s.services.Create(t.Context(), s.acme.Actor(org.Admin), provider.Input{Name: name, Kind: provider.Sandbox})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (s *scene) only(t *testing.T) provider.ConnectionRecord {
	t.Helper()
	all, err := s.services.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 {
		t.Fatalf("%d connections, %v", len(all), err)
	}
	return all[0]
}

func TestAddingAConnectionTestsItAndNeverShowsTheKey(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/connections"); !p.Has("No connections yet", "Add the first connection") {
		t.Errorf("empty list: %d", p.Status)
	}
	if p := browser.Get("/connections/new?kind=openai"); !p.Has(`value="openai"`, `type="password"`) {
		t.Errorf("form: %d", p.Status)
	}
	p := browser.Post("/connections", url.Values{"kind": {"openai"}, "name": {"openai"}, "credential": {testKey}})
	if p.Status != http.StatusSeeOther || p.Location != "/connections" {
		t.Fatalf("added: %d to %q\n%s", p.Status, p.Location, p.Body)
	}
	p = browser.Get("/connections")
	if !p.Has("Connection openai added. It works: 2 models offered.", "…abcd", "Works") || p.Has("sk-test") {
		t.Errorf("list after it:\n%s", p.Body)
	}
	if p := browser.Get("/connections/" + s.only(t).ID.String()); p.Status != 200 || p.Has("sk-test") || !p.Has("gpt-5.5-mini") {
		t.Errorf("its page: %d\n%s", p.Status, p.Body)
	}
}

func TestAFailingConnectionLeadsToWhereItCanBePutRight(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Post("/connections", url.Values{"kind": {"openai"}, "name": {"openai"}, "credential": {"sk-bad-0123456789"}})
	page := "/connections/" + s.only(t).ID.String()
	if p.Status != http.StatusSeeOther || p.Location != page {
		t.Fatalf("%d to %q, want %q", p.Status, p.Location, page)
	}
	if p := browser.Get(page); !p.Has("Key refused", "Incorrect API key provided", "openai added.") {
		t.Errorf("its page:\n%s", p.Body)
	}
	p = browser.Post(page, url.Values{"name": {"openai"}, "credential": {testKey}})
	if p.Status != http.StatusSeeOther || p.Location != "/connections" {
		t.Errorf("put right: %d to %q", p.Status, p.Location)
	}
	p = browser.Post(page, url.Values{"name": {"openai"}, "base_url": {"https://eu.api.openai.com/v1"}})
	if p.Location != page || s.only(t).HasCredential() {
		t.Errorf("moved to another host: %d to %q, credential kept: %v", p.Status, p.Location, s.only(t).HasCredential())
	}
	if p := browser.Get(page); !p.Has("the key was erased", "No key") {
		t.Errorf("after the move:\n%s", p.Body)
	}
}

func TestAWrongFormComesBackWithWhatWasTyped(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Post("/connections", url.Values{"kind": {"openai-compatible"}, "name": {"Not OK"}, "base_url": {"http://169.254.169.254/v1"}, "credential": {"secret-that-stays"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has(`value="Not OK"`, `value="http://169.254.169.254/v1"`, "1 to 40 lower-case letters", "f-base_url-error") || p.Has("secret-that-stays") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	s.add(t, "sandbox")
	p = browser.Post("/connections", url.Values{"kind": {"sandbox"}, "name": {"sandbox"}})
	if p.Status != http.StatusUnprocessableEntity || !p.Has("Another connection has this name already") {
		t.Errorf("a taken name: %d", p.Status)
	}
}

func TestTheLiveTestAnswersInlineAndAsAPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.add(t, "sandbox")
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.HTMX("connection-"+r.ID.String()).Post("/connections/"+r.ID.String()+"/test", nil)
	if p.Status != 200 || !strings.HasPrefix(strings.TrimSpace(p.Body), "<tr") || !p.Has("Works") {
		t.Errorf("row: %d\n%s", p.Status, p.Body)
	}
	p = browser.HTMX("check").Post("/connections/"+r.ID.String()+"/test", url.Values{"from": {"page"}})
	if p.Status != 200 || !strings.HasPrefix(strings.TrimSpace(p.Body), `<div id="check"`) || !p.Has("It works") {
		t.Errorf("part of its page: %d\n%s", p.Status, p.Body)
	}
	p = browser.Post("/connections/"+r.ID.String()+"/test", nil)
	if p.Status != http.StatusSeeOther || p.Location != "/connections" {
		t.Errorf("without scripts: %d to %q", p.Status, p.Location)
	}
}

func TestDeletingNamesWhatBreaks(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.add(t, "sandbox")
	if _, err := s.aliases.Create(t.Context(), s.acme.Actor(org.Admin), route.Input{Name: "smart", Targets: []string{"sandbox/sandbox-chat"}}); err != nil {
		t.Fatal(err)
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/connections"); !p.Has("The alias smart loses its target here") {
		t.Errorf("question:\n%s", p.Body)
	}
	if p := browser.Post("/connections/"+r.ID.String()+"/delete", nil); p.Status != http.StatusConflict || !p.Has("target of the alias smart") {
		t.Errorf("unconfirmed: %d", p.Status)
	}
	asked := confirmation(browser.Get("/connections"))
	if _, err := s.aliases.Create(t.Context(), s.acme.Actor(org.Admin), route.Input{Name: "fast", Targets: []string{"sandbox/sandbox-chat"}}); err != nil {
		t.Fatal(err)
	}
	if p := browser.Post("/connections/"+r.ID.String()+"/delete", asked); p.Status != http.StatusConflict || !p.Has("target of the alias fast, smart") {
		t.Errorf("confirmed before there was another alias: %d", p.Status)
	}
	if p := browser.Post("/connections/"+r.ID.String()+"/delete", confirmation(browser.Get("/connections"))); p.Status != http.StatusSeeOther {
		t.Errorf("confirmed: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/connections"); !p.Has("No connections yet", "Connection deleted.") {
		t.Errorf("after it:\n%s", p.Body)
	}
}

// confirmation is what the button of a page's question sends.
func confirmation(p webtest.Page) url.Values {
	return url.Values{"confirm": append(regexp.MustCompile(`name="confirm" value="([^"]*)"`).FindStringSubmatch(p.Body), "", "")[1:2]}
}

func TestBelowAdminThereIsNothingToPress(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	r := s.add(t, "sandbox")
	for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		if p := browser.Get("/connections"); p.Status != 200 || !p.Has("sandbox") || p.Has("/delete") || p.Has("Add connection") {
			t.Errorf("%s sees: %d\n%s", role, p.Status, p.Body)
		}
		one := "/connections/" + r.ID.String()
		if p := browser.Get("/connections/new"); p.Status != http.StatusForbidden {
			t.Errorf("%s may add one: %d", role, p.Status)
		}
		p := browser.Get(one)
		if reads := role.AtLeast(org.Manager); (p.Status == http.StatusOK) != reads || !reads && p.Status != http.StatusForbidden {
			t.Errorf("%s gets its page: %d", role, p.Status)
		}
		if p.Has(one+"/delete") || p.Has(one+"/test") || p.Has(one+"/credential") || p.Has(`name="credential"`) {
			t.Errorf("%s is offered to change it:\n%s", role, p.Body)
		}
		if p := browser.Post("/connections/"+r.ID.String()+"/delete", url.Values{"confirm": {"yes"}}); p.Status != http.StatusForbidden {
			t.Errorf("%s may delete: %d", role, p.Status)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Viewer]).Get("/connections"); p.Has("/test\"") {
		t.Error("a viewer is offered the test")
	}
}

func TestTheAPISharesTheService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	p := api.JSON("POST", "/api/v1/connections", `{"name":"openai","kind":"openai","credential":"`+testKey+`"}`)
	if p.Status != http.StatusCreated || !p.Has(`"has_credential":true`, `"key_hint":"abcd"`) || p.Has("sk-test") {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	one := "/api/v1/connections/" + s.only(t).ID.String()
	if p := api.JSON("POST", one+"/test", ""); p.Status != 200 || !p.Has(`"ok":true`, `"models":2`) {
		t.Errorf("test: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"disabled":true}`); p.Status != 200 || !p.Has(`"disabled":true`, `"name":"openai"`, `"has_credential":true`) {
		t.Errorf("update: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"residency":" EU ","zero_retention":true}`); p.Status != 200 || !p.Has(`"residency":"eu"`, `"zero_retention":true`, `"disabled":true`) {
		t.Errorf("terms: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"residency":"somewhere in Europe"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"residency"`) {
		t.Errorf("terms that are none: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"disabled":true}`); p.Status != 200 || !p.Has(`"residency":"eu"`, `"zero_retention":true`) {
		t.Errorf("terms that were not spoken of: %d %s", p.Status, p.Body)
	}
	form := url.Values{"name": {"openai"}, "residency": {"some where"}, "zero_retention": {"on"}}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Post("/connections/"+s.only(t).ID.String(), form); p.Status != http.StatusUnprocessableEntity || !p.Has(`value="some where"`, "short word", `name="zero_retention" value="on" checked`) {
		t.Errorf("terms in the form: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", one+"/credential", `{"credential":"sk-next-000000wxyz"}`); p.Status != 200 || !p.Has(`"key_hint":"wxyz"`) {
		t.Errorf("rotate: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/connections"); p.Status != 200 || !p.Has(`"data":[{`, `"last_check":{"at"`, `"list_read_at"`) {
		t.Errorf("list: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/connections", `{"name":"X","kind":"openai"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"name"`) {
		t.Errorf("bad input: %d %s", p.Status, p.Body)
	}
	if p := s.house.Program(t, s.site, s.acme, org.Developer).JSON("DELETE", one, ""); p.Status != http.StatusForbidden {
		t.Errorf("a developer's token deletes: %d", p.Status)
	}
	theirs := s.house.Program(t, s.site, s.house.Found(t, "Other"), org.Admin)
	missing := "/api/v1/connections/" + id.NewConnection(id.NewSource(s.only(t).CreatedAt.Local, nil)).String()
	for _, path := range []string{one, missing, "/api/v1/connections/nonsense"} {
		if p := theirs.JSON("DELETE", path, ""); p.Status != http.StatusNotFound || !p.Has("There is no such connection.") {
			t.Errorf("another tenant deletes %s: %d %s", path, p.Status, p.Body)
		}
	}
	if p := api.JSON("DELETE", one, ""); p.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", p.Status, p.Body)
	}
}

func TestOfTwoWhoChangeAConnectionAtOnceTheSecondIsTold(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one := "/connections/" + s.add(t, "sandbox").ID.String()
	admin := webtest.As(t, s.site, s.acme.Members[org.Admin])
	version := func(p webtest.Page) []string {
		return append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(p.Body), "", "")[1:2]
	}
	mine, theirs := version(admin.Get(one)), version(admin.Get(one))
	s.house.Clock.Advance(time.Minute)
	if p := admin.Post(one+"/test", url.Values{"from": {"page"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("tested: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one, url.Values{"version": mine, "name": {"sandbox"}, "disabled": {"on"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("the first, after a test that changed nothing of it: %d\n%s", p.Status, p.Body)
	}
	if p := admin.Post(one, url.Values{"version": theirs, "name": {"sandbox-2"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this connection while you did", `value="sandbox-2"`) || version(p)[0] != theirs[0] {
		t.Errorf("the second: %d\n%s", p.Status, p.Body)
	}
	if r := s.only(t); r.Name != "sandbox" || !r.Disabled {
		t.Errorf("kept %+v", r)
	}
	if p := admin.Post(one, url.Values{"version": version(admin.Get(one)), "name": {"sandbox-2"}}); p.Status != http.StatusSeeOther {
		t.Errorf("having loaded it again: %d\n%s", p.Status, p.Body)
	}
}
