package priceweb_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/price/priceweb"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	*webtest.House
	site      http.Handler
	acme      webtest.Tenant
	refresher *price.Refresher
	account   provider.ConnectionRecord
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	log := slog.New(slog.DiscardHandler)
	store := db.NewConnectionStore(d)
	aliases := route.New(route.Parts{Store: db.NewAliasStore(d), Connections: store, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	accounts := provider.New(provider.Parts{Store: store, Tx: d, Audit: h.Audit, Bus: h.Bus, Vault: h.Keyring, URLs: egress.New(egress.Config{}),
		Aliases: aliases, IDs: h.IDs, Clock: h.Clock, Log: log})
	shelf := price.NewShelf(catalog.BuiltIn())
	prices := price.New(price.Parts{Store: db.NewPriceStore(d), Connections: store, Shelf: shelf, Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: log})
	s := &scene{House: h, acme: h.Found(t, "Acme"), refresher: &price.Refresher{Keep: db.NewRefreshStore(d, h.IDs), Shelf: shelf, Bus: h.Bus, Clock: h.Clock, Log: log}}
	s.site = h.Serve(t, append(priceweb.New(prices, accounts, s.refresher).Routes(), webtest.Enter()))
	var err error
	s.account, err = accounts.Create(t.Context(), s.acme.Actor(org.Admin), provider.Input{Name: "eu", Kind: provider.OpenAI, Credential: secret.New("sk-test-0123456789")})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestTheListIsSearchedAndGoesOnPageByPage(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Viewer])
	p := browser.Get("/prices?q=gpt-5.5")
	if p.Status != http.StatusOK || !p.Has("gpt-5.5", "$5.00", "$0.50", "$30.00", "1M", "came with the program") || p.Has("Our own prices") || p.Has("Add price") {
		t.Errorf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/prices?q=claude-sonnet-4-6&provider=anthropic"); !p.Has(">dates<", "$3.00", "Each web search", "$0.01") {
		t.Errorf("dates are not marked\n%s", p.Body)
	}
	if p := browser.Get("/prices?q=gemini-2.5-pro&provider=google"); !p.Has(">tiers<") {
		t.Error("tiers are not marked")
	}
	if p := browser.Get("/prices?provider=deepseek"); !p.Has(">hours<") {
		t.Error("hours are not marked")
	}
	if p := browser.Get("/prices?q=%3Cscript%3E"); !p.Has("No model matches") || p.Has("<script>") {
		t.Error("nothing found, or the query is markup")
	}
	if p := browser.Get("/prices?q=gemma-3&provider=google"); !p.Has("No price") {
		t.Error("an unknown price is not marked")
	}
	seen := map[string]bool{}
	next := "/prices?provider=openai"
	for pages := 0; next != ""; pages++ {
		p := browser.Get(next)
		if pages > 20 {
			t.Fatal("the list never ends")
		}
		for _, row := range strings.Split(p.Body, `<span class="b-mono">`)[1:] {
			name, _, _ := strings.Cut(row, "<")
			if seen[name] {
				t.Fatalf("%s is listed twice", name)
			}
			seen[name] = true
		}
		_, rest, more := strings.Cut(p.Body, `href="/prices?after=`)
		next = ""
		if more {
			link, _, _ := strings.Cut(rest, `"`)
			next = "/prices?after=" + strings.ReplaceAll(link, "&amp;", "&")
		}
	}
	if want := len(catalog.BuiltIn().Models("openai")); len(seen) != want {
		t.Errorf("%d models on all pages, want %d", len(seen), want)
	}
}

func TestAPriceOfOnesOwnIsAddedChangedAndEnded(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/prices"); !p.Has("No prices of your own", "Add the first price") {
		t.Errorf("empty: %d", p.Status)
	}
	if p := browser.Get("/prices/new"); !p.Has(`name="price_input"`, `name="price_web_search"`, `value="provider:groq"`, `value="connection:`+s.account.ID.String()) {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	wrong := browser.Post("/prices", url.Values{"model": {"gpt-5.5"}, "price_input": {"much"}, "price_output": {"24"}, "until": {"soon"}})
	if wrong.Status != http.StatusUnprocessableEntity || !wrong.Has(`value="much"`, `value="24"`, "plain number", "Enter a date") {
		t.Errorf("refused: %d\n%s", wrong.Status, wrong.Body)
	}
	if p := browser.Post("/prices", url.Values{"model": {"gpt-5.5"}, "price_output": {"24"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("at least the input price") {
		t.Errorf("without input: %d", p.Status)
	}
	p := browser.Post("/prices", url.Values{"model": {"gpt-5.5"}, "target": {"connection:" + s.account.ID.String()}, "price_input": {"4"}, "price_output": {"24.5"}, "price_web_search": {"0.01"}, "note": {"contract 7"}})
	if p.Status != http.StatusSeeOther || p.Location != "/prices" {
		t.Fatalf("added: %d\n%s", p.Status, p.Body)
	}
	p = browser.Get("/prices")
	if !p.Has("gpt-5.5", "connection eu", "In force", "$24.50", "contract 7", "Each web search", "$0.01") {
		t.Errorf("list: %s", p.Body)
	}
	_, rest, _ := strings.Cut(p.Body, `href="/prices/ovr_`)
	which, _, _ := strings.Cut(rest, `"`)
	page := "/prices/ovr_" + which
	if p := browser.Get(page); !p.Has(`value="24.5"`, `value="contract 7"`, "connection eu", "End price") {
		t.Errorf("edit: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(page, url.Values{"price_input": {"3"}, "price_output": {"20"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("saved: %d\n%s", p.Status, p.Body)
	}
	s.Clock.Advance(time.Minute)
	if p := browser.Post(page+"/end", nil); p.Status != http.StatusSeeOther {
		t.Fatalf("ended: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/prices"); !p.Has("Ended", "$3.00") || p.Has("In force") {
		t.Errorf("after the end: %s", p.Body)
	}
	manager := webtest.As(t, s.site, s.acme.Members[org.Manager])
	if p := manager.Get("/prices"); !p.Has("Our own prices", "gpt-5.5") || p.Has("/prices/ovr_") {
		t.Error("a manager sees them, and changes nothing")
	}
	if p := manager.Get("/prices/new"); p.Status != http.StatusForbidden {
		t.Errorf("a manager's form: %d", p.Status)
	}
}

func TestAnEndThatWasNotTouchedStaysToTheSecond(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api, browser := s.Program(t, s.site, s.acme, org.Admin), webtest.As(t, s.site, s.acme.Members[org.Admin])
	var made struct{ ID string }
	p := api.JSON("POST", "/api/v1/prices/overrides", `{"model":"gpt-4o","from":"2026-01-01T00:00:00Z","until":"2099-12-31T23:59:59Z","prices_usd":{"input":"2.25","output":"9"}}`)
	if err := json.Unmarshal([]byte(p.Body), &made); err != nil || p.Status != http.StatusCreated {
		t.Fatalf("%d %s", p.Status, p.Body)
	}
	if p := browser.Get("/prices/" + made.ID); !p.Has(`value="2099-12-31T23:59"`) {
		t.Fatalf("%d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/prices/"+made.ID, url.Values{"price_input": {"2.25"}, "price_output": {"9"}, "until": {"2099-12-31T23:59"}, "note": {"contract 8"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("saved: %d\n%s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/prices/overrides/" + made.ID); !p.Has(`"until":"2099-12-31T23:59:59Z"`, "contract 8") {
		t.Errorf("a new note moved the end: %s", p.Body)
	}
	typed := append(regexp.MustCompile(`name="version" value="([^"]+)"`).FindStringSubmatch(browser.Get("/prices/"+made.ID).Body), "", "")[1]
	s.Clock.Advance(time.Second)
	if p := api.JSON("PATCH", "/api/v1/prices/overrides/"+made.ID, `{"prices_usd":{"input":"2","output":"9"}}`); p.Status != http.StatusOK {
		t.Fatalf("changed meanwhile: %d %s", p.Status, p.Body)
	}
	if p := browser.Post("/prices/"+made.ID, url.Values{"version": {typed}, "price_input": {"2.25"}, "price_output": {"9"}}); p.Status != http.StatusUnprocessableEntity || !p.Has("Somebody changed this price while you did") {
		t.Errorf("typed over the old one: %d", p.Status)
	}
	if p := browser.Post("/prices/"+made.ID, url.Values{"price_input": {"2.25"}, "price_output": {"9"}}); p.Status != http.StatusSeeOther {
		t.Fatalf("saved without an end: %d", p.Status)
	}
	if p := api.Get("/api/v1/prices/overrides/" + made.ID); !p.Has(`"until":null`) {
		t.Errorf("the end was not taken away: %s", p.Body)
	}
}

func TestARefreshThatFailedIsSaid(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Viewer])
	s.refresher.URL = "https://prices.example.com/list.json"
	if p := browser.Get("/prices"); !p.Has("not yet", "prices.example.com") {
		t.Error("before the first look")
	}
	for verdict, trouble := range map[price.Verdict]bool{price.Refused: true, price.Unchanged: false} {
		s.Clock.Advance(time.Hour)
		if err := s.refresher.Keep.Append(t.Context(), price.Refresh{At: s.Clock.Now(), Verdict: verdict, Message: "Because of the moon."}); err != nil {
			t.Fatal(err)
		}
		if p := browser.Get("/prices"); !p.Has(string(verdict)+": Because of the moon.") || p.Has("The price list was not refreshed") != trouble {
			t.Errorf("%s: %s", verdict, p.Body)
		}
	}
}

func TestTheAPISpeaksDecimals(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.Program(t, s.site, s.acme, org.Admin)
	var list struct {
		Version string
		Data    []struct {
			Model  string
			Prices map[string]string `json:"prices_usd"`
		}
		Next string
	}
	p := api.Get("/api/v1/prices?q=gpt-4o&provider=openai&limit=1")
	if err := json.Unmarshal([]byte(p.Body), &list); err != nil || len(list.Data) != 1 || list.Next == "" || list.Version == "" {
		t.Fatalf("%s, %v", p.Body, err)
	}
	if p := api.Get("/api/v1/prices?limit=1000"); p.Status != http.StatusUnprocessableEntity && p.Status != http.StatusBadRequest {
		t.Errorf("limit: %d", p.Status)
	}
	made := api.JSON("POST", "/api/v1/prices/overrides", `{"provider":"openai","model":"gpt-4o","from":"2026-01-01T00:00:00Z","prices_usd":{"input":"2.25","output":"9","web_search":"0.01"}}`)
	if made.Status != http.StatusCreated || !made.Has(`"input":"2.25"`, `"web_search":"0.01"`, `"price_version":"override/ovr_`, `"until":null`) {
		t.Fatalf("%d %s", made.Status, made.Body)
	}
	var own struct{ ID string }
	if err := json.Unmarshal([]byte(made.Body), &own); err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct{ body, until string }{
		{`{"until":"2027-01-01T00:00:00Z"}`, `"until":"2027-01-01T00:00:00Z"`},
		{`{"note":"as agreed"}`, `"until":"2027-01-01T00:00:00Z"`}, // not named
		{`{"until":null}`, `"until":null`},
	} {
		if p := api.JSON("PATCH", "/api/v1/prices/overrides/"+own.ID, change.body); p.Status != http.StatusOK || !p.Has(change.until) {
			t.Errorf("%s: %d %s", change.body, p.Status, p.Body)
		}
	}
	if p := api.JSON("PATCH", "/api/v1/prices/overrides/"+own.ID, `{"untill":null}`); p.Status < 400 {
		t.Errorf("a field that is none: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("POST", "/api/v1/prices/overrides", `{"model":"x","prices_usd":{"input":"a lot"}}`); p.Status < 400 || !p.Has("plain number") {
		t.Errorf("%d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/prices/overrides"); !p.Has(`"model":"gpt-4o"`) {
		t.Errorf("%d %s", p.Status, p.Body)
	}
}
