package routeweb_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/route/routeweb"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// book is the real catalogue, without overrides.
type snapshot = catalog.Catalog

type book struct{ *snapshot }

func (b book) Catalog() *catalog.Catalog { return b.snapshot }

func (b book) Quote(_ id.Org, kind, model string, at time.Time) (catalog.Quote, bool) {
	provider, _, _ := strings.Cut(kind, "@")
	return b.snapshot.Quote(provider, model, at)
}

type nobody struct{}

func (nobody) Probe(context.Context, *provider.Connection) ([]string, error) {
	return nil, errors.New("no network here")
}

type scene struct {
	house   *webtest.House
	site    http.Handler
	acme    webtest.Tenant
	aliases *route.Service
	table   *route.Table
	loads   *balance.Book
	db      *db.DB
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	store := db.NewConnectionStore(d)
	prices := book{catalog.BuiltIn()}
	aliases := route.New(route.Parts{Prices: prices, Store: db.NewAliasStore(d), Connections: store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	connections := provider.New(provider.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Prober: nobody{}, Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	s := &scene{house: h, acme: h.Found(t, "Acme"), aliases: aliases, table: &route.Table{}, loads: &balance.Book{}, db: d}
	s.site = h.Serve(t, append(routeweb.New(aliases, connections, prices, prices, h.Clock, report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock), s.table, s.loads).Routes(), webtest.Enter()))
	admin := s.acme.Actor(org.Admin)
	if err := (route.Welcome{Connections: connections, Aliases: aliases}).Prepare(t.Context(), admin, s.acme.Org); err != nil {
		t.Fatal(err)
	}
	for _, in := range []provider.Input{
		{Name: "openai", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")},
		{Name: "off", Kind: provider.Compatible, BaseURL: "https://api.example.com/v1", Disabled: true},
	} {
		if _, err := connections.Create(t.Context(), admin, in); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func TestANewOrganizationHasAliasesThatWork(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Viewer])
	p := browser.Get("/models")
	if !p.Has(">smart<", ">fast<", "sandbox/sandbox-chat", "$1.00", "$0.10", "$4.00", "128K") || p.Has("/delete") || p.Has("Add alias") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
}

func TestTheSearchFindsModelsByNameAndConnection(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	p := browser.Get("/models?q=OPENAI%2Fgpt-4o-mini")
	if !p.Has("gpt-4o-mini", "$0.15") || p.Has(">sandbox-chat<") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/models?q=nonsense"); !p.Has("No model matches “nonsense”", "Show all models") {
		t.Errorf("nothing found: %d", p.Status)
	}
	if p := browser.HTMX("offers").Get("/models?q=sandbox"); !strings.HasPrefix(strings.TrimSpace(p.Body), `<div id="offers"`) || p.Has("<html") {
		t.Errorf("the part alone:\n%s", p.Body)
	}
	if p := browser.Get("/models?q=%3Cscript%3E"); p.Has("<script>") {
		t.Error("the query is printed as markup")
	}
}

func TestAnAliasIsAddedChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/aliases/new"); !p.Has(`name="target"`, `value="sandbox/sandbox-chat"`, `value="openai/gpt-4o-mini"`) || p.Has(`value="off/`) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	wrong := browser.Post("/aliases", url.Values{"name": {"Clever"}, "target": {"openai/gpt-4o-mini", "", "nowhere/x"}})
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has(`value="Clever"`, `value="nowhere/x"`, "An alias is 1 to 60", "no connection &#34;nowhere&#34;") {
		t.Errorf("refused: %d\n%s", wrong.Status, wrong.Body)
	}
	if p := browser.Post("/aliases", url.Values{"name": {"smart"}, "target": {"openai/gpt-4o-mini"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Another alias has this name") {
		t.Errorf("taken: %d", p.Status)
	}
	p := browser.Post("/aliases", url.Values{"name": {"clever"}, "target": {"openai/gpt-4o-mini", "off/llama", ""}})
	if p.Status != http.StatusSeeOther || p.Location != "/models" {
		t.Fatalf("added: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/models"); !p.Has("Alias clever added.", "off/llama", "Switched off") {
		t.Errorf("list:\n%s", p.Body)
	}
	one := "/aliases/" + s.find(t, "clever").ID.String()
	if p := browser.Get(one); !p.Has(`value="clever"`, `value="off/llama"`, `name="version" value="1"`) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one, url.Values{"name": {"clever"}, "target": {"sandbox/sandbox-chat"}}); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one, url.Values{"version": {"1"}, "name": {"clever"}, "target": {"off/llama"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this alias while you did") {
		t.Errorf("typed over the old one: %d\n%s", p.Status, p.Body)
	}
	if a := s.find(t, "clever"); len(a.Targets) != 1 || a.Targets[0].Model != "sandbox-chat" {
		t.Errorf("targets = %+v", a.Targets)
	}
	if p := browser.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := browser.Get(one); p.Status != http.StatusNotFound {
		t.Errorf("after it: %d", p.Status)
	}
}

func (s *scene) find(t *testing.T, name string) route.Alias {
	t.Helper()
	all, err := s.aliases.List(t.Context(), s.acme.Actor(org.Viewer))
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if a.Name == name {
			return a
		}
	}
	t.Fatalf("no alias %q", name)
	return route.Alias{}
}

func TestOnlyAdminsChangeAliases(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one := "/aliases/" + s.find(t, "smart").ID.String()
	for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		for path, form := range map[string]url.Values{"/aliases": {"name": {"x"}}, one: {"name": {"x"}}, one + "/delete": nil} {
			if p := browser.Post(path, form); p.Status != http.StatusForbidden {
				t.Errorf("%s posts to %s: %d", role, path, p.Status)
			}
		}
	}
}

func TestTheAPISharesTheService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	p := api.JSON("POST", "/api/v1/aliases", `{"name":"clever","targets":["openai/gpt-4o-mini","sandbox/sandbox-chat"]}`)
	if p.Status != http.StatusCreated || !p.Has(`"targets":["openai/gpt-4o-mini","sandbox/sandbox-chat"]`) {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	one := "/api/v1/aliases/" + s.find(t, "clever").ID.String()
	if p := api.JSON("PUT", one, `{"name":"clever","targets":["sandbox/sandbox-chat"]}`); p.Status != 200 || !p.Has(`"targets":["sandbox/sandbox-chat"]`) {
		t.Errorf("update: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PUT", one, `{"name":"clever","target":["x"]}`); p.Status != http.StatusBadRequest {
		t.Errorf("a misspelt field: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/aliases"); p.Status != 200 || !p.Has(`"name":"clever"`, `"name":"fast"`, `"name":"smart"`) {
		t.Errorf("list: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/models?q=sandbox-chat"); p.Status != 200 || !p.Has(`"name":"sandbox/sandbox-chat"`, `"input_usd_per_mtok":"1"`, `"cached_usd_per_mtok":"0.1"`, `"output_usd_per_mtok":"4"`, `"context_window":128000`) {
		t.Errorf("models: %d %s", p.Status, p.Body)
	}
	theirs := s.house.Program(t, s.site, s.house.Found(t, "Other"), org.Admin)
	missing := "/api/v1/aliases/" + id.NewAlias(s.house.IDs).String()
	for _, path := range []string{one, missing, "/api/v1/aliases/nonsense"} {
		for method, body := range map[string]string{"GET": "", "PUT": `{"name":"x","targets":["a/b"]}`, "DELETE": ""} {
			if p := theirs.JSON(method, path, body); p.Status != http.StatusNotFound || !p.Has("There is no such alias.") {
				t.Errorf("another tenant: %s %s: %d %s", method, path, p.Status, p.Body)
			}
		}
	}
	if p := api.JSON("DELETE", one, ""); p.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", p.Status, p.Body)
	}
}
