package budgetweb_test

import (
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/budget/budgetweb"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// flight is a Desk with the same amounts in flight on every budget.
type flight struct{ spent, held money.USD }

func (f *flight) Now(id.Org, id.Budget) (budget.Standing, bool) {
	return budget.Standing{Spent: f.spent, Held: f.held}, true
}

type scene struct {
	house   *webtest.House
	site    http.Handler
	acme    webtest.Tenant
	budgets *budget.Service
	flight  *flight
	key     key.Key
}

func newScene(t *testing.T) *scene {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	s := &scene{house: h, acme: h.Found(t, "Acme"), flight: &flight{}}
	s.budgets = budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock,
		Log: slog.New(slog.DiscardHandler), Desk: s.flight})
	reports := report.NewService(db.NewReportStore(d), db.NewOrgStore(d), h.Clock)
	s.site = h.Serve(t, append(budgetweb.New(s.budgets, h.Identity, h.Keys, reports).Routes(), webtest.Enter()))
	made, err := h.Keys.Create(t.Context(), s.acme.Actor(org.Manager), key.Input{Name: "ci", Team: s.acme.Team, Account: "robot"})
	if err != nil {
		t.Fatal(err)
	}
	s.key = made.Key
	return s
}

func (s *scene) set(t *testing.T, scope org.Scope, limit money.USD, e budget.Enforcement) budget.Entry {
	t.Helper()
	out, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: scope, Limit: limit, Period: budget.Monthly, Enforce: e})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func form(scope, limit string) url.Values {
	return url.Values{"scope": {scope}, "limit": {limit}, "period": {"monthly"}, "enforce": {"hard"}}
}

func TestAmountsAreReadAsMoneyOrRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	team := s.acme.Team.String()
	for typed, says := range map[string]string{
		"":                     "Enter an amount in USD such as 500 or 12.50",
		"twelve":               "Enter an amount in USD",
		"1e9":                  "Enter an amount in USD",
		"1,000":                "Enter an amount in USD",
		"0.0000000001":         "Enter an amount in USD",
		"99999999999999999999": "at most $1,000,000,000",
		"2000000000":           "at most $1,000,000,000",
		"-1":                   "$0 or more",
	} {
		p := browser.Post("/budgets", form(team, typed))
		if p.Status != http.StatusUnprocessableEntity || !p.Has(says, `value="`+typed+`"`, "f-limit-error") {
			t.Errorf("%q: %d\n%s", typed, p.Status, p.Body)
		}
	}
	if p := browser.Post("/budgets", form("", "5")); p.Status != http.StatusUnprocessableEntity || !p.Has("Choose where the budget sits.") {
		t.Errorf("no scope: %d", p.Status)
	}
	if p := browser.Post("/budgets", form(team, "0.01")); p.Status != http.StatusSeeOther {
		t.Errorf("a cent: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post("/budgets", form(team, "5")); p.Status != http.StatusUnprocessableEntity || !p.Has("monthly budget of this name here already") {
		t.Errorf("a second one for the month: %d\n%s", p.Status, p.Body)
	}
}

func TestTheListIsATreeWithWhereEachLimitStands(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	o := s.acme.Org.ID
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/budgets"); !p.Has("No budgets yet", "Set the first budget") {
		t.Errorf("empty: %d\n%s", p.Status, p.Body)
	}
	s.flight.spent, s.flight.held = 30*money.Dollar, 12*money.Dollar+345_678_901
	s.set(t, org.OfKey(o, s.key.ID), 100*money.Dollar, budget.Hard)
	s.set(t, org.OfMember(o, s.acme.Outsider.ID), 50*money.Dollar, budget.Hard)
	s.set(t, org.OfTeam(o, s.acme.Team), 60*money.Dollar, budget.Soft)
	s.set(t, org.OfOrg(o), 1000*money.Dollar, budget.Hard)
	p := browser.Get("/budgets")
	if !p.Has("$30.00 of $1,000.00", "$12.35", `title="$12.345678901"`, "$57.65", "Blocks", "Warns", "no budget of its own", "per month") {
		t.Errorf("list:\n%s", p.Body)
	}
	at := -1
	for _, label := range []string{"$30.00 of $1,000.00", "Team General", "$30.00 of $60.00", "$30.00 of $100.00", "Team Other", "$30.00 of $50.00"} {
		next := strings.Index(p.Body, label)
		if next < at {
			t.Errorf("%q stands too early", label)
		}
		at = next
	}
}

func TestABudgetIsChangedAndDeleted(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	one := "/budgets/" + s.set(t, org.OfTeam(s.acme.Org.ID, s.acme.Team), 60*money.Dollar, budget.Hard).ID.String()
	browser := webtest.As(t, s.site, s.acme.Members[org.Manager])
	if p := browser.Get(one + "/edit"); !p.Has(`value="60"`, "$0.00 of $60.00", "Team General") {
		t.Errorf("form: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get(one); p.Status != http.StatusOK || !p.Has("$0.00 of $60.00", "Not enough data", one+"/edit", one+"/ask", "Delete budget") {
		t.Errorf("its page: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Post(one, url.Values{"limit": {"x"}, "period": {"daily"}, "enforce": {"soft"}}); p.Status != http.StatusUnprocessableEntity || !p.Has(`value="x"`) {
		t.Errorf("refused: %d", p.Status)
	}
	if p := browser.Post(one, url.Values{"limit": {"75.5"}, "period": {"daily"}, "enforce": {"soft"}}); p.Status != http.StatusSeeOther {
		t.Errorf("changed: %d\n%s", p.Status, p.Body)
	}
	if p := browser.Get("/budgets"); !p.Has("of $75.50", "per day", "Warns") {
		t.Errorf("list:\n%s", p.Body)
	}
	if p := browser.Post(one+"/delete", nil); p.Status != http.StatusSeeOther {
		t.Errorf("deleted: %d", p.Status)
	}
	if p := browser.Get(one); p.Status != http.StatusNotFound {
		t.Errorf("after it: %d", p.Status)
	}
}

func TestPlacesOnOfferAreTheOnesTheServiceAccepts(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	o, team, other, k := s.acme.Org.ID.String(), s.acme.Team.String(), s.acme.Other.String(), s.key.ID.String()
	lead, developer := s.acme.Members[org.Lead].ID.String(), s.acme.Members[org.Developer].ID.String()
	for role, offered := range map[org.Role][]string{
		org.Admin:   {o, team, other, lead, developer, k},
		org.Manager: {team, other, lead, developer, k},
		org.Lead:    {developer, k},
	} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		p := browser.Get("/budgets/new")
		for _, place := range []string{o, team, other, lead, developer, k} {
			refused := http.StatusForbidden
			if place == other && role == org.Lead { // of another team, which they do not even know of
				refused = http.StatusNotFound
			}
			want := false
			for _, x := range offered {
				want = want || x == place
			}
			if p.Has(`value="`+place+`"`) != want {
				t.Errorf("%s is offered %s: %v", role, place, !want)
			}
			status := browser.Post("/budgets", form(place, "5")).Status
			if want && status != http.StatusSeeOther && status != http.StatusUnprocessableEntity || !want && status != refused {
				t.Errorf("%s sets a budget on %s: %d", role, place, status)
			}
		}
	}
	for _, role := range []org.Role{org.Developer, org.Viewer} {
		browser := webtest.As(t, s.site, s.acme.Members[role])
		if p := browser.Get("/budgets/new"); p.Status != http.StatusForbidden {
			t.Errorf("%s: %d", role, p.Status)
		}
		if p := browser.Get("/budgets"); p.Status != http.StatusOK || p.Has("/budgets/new") {
			t.Errorf("%s lists: %d", role, p.Status)
		}
	}
}

func TestTheAPISharesTheService(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	api := s.house.Program(t, s.site, s.acme, org.Admin)
	p := api.JSON("POST", "/api/v1/budgets", `{"limit_usd":"0.01","period":"monthly","enforcement":"hard"}`)
	if p.Status != http.StatusCreated || !p.Has(`"scope":"`+s.acme.Org.ID.String()+`"`, `"limit_usd":"0.01"`, `"left_usd":"0.01"`, `"resets_at":"20`) {
		t.Fatalf("create: %d %s", p.Status, p.Body)
	}
	all, err := s.budgets.List(t.Context(), s.acme.Actor(org.Admin))
	if err != nil || len(all) != 1 {
		t.Fatal(len(all), err)
	}
	one := "/api/v1/budgets/" + all[0].ID.String()
	if p := api.JSON("PATCH", one, `{"limit_usd":"2"}`); p.Status != 200 || !p.Has(`"limit_usd":"2"`, `"period":"monthly"`) {
		t.Errorf("update: %d %s", p.Status, p.Body)
	}
	if p := api.JSON("PATCH", one, `{"limit_usd":"2e3"}`); p.Status != http.StatusBadRequest || !p.Has(`"field":"limit_usd"`) {
		t.Errorf("bad amount: %d %s", p.Status, p.Body)
	}
	if p := api.Get("/api/v1/budgets"); !p.Has(`"data":[{`, `"scope_kind":"organization"`) {
		t.Errorf("list: %d %s", p.Status, p.Body)
	}
	other := s.house.Found(t, "Other")
	theirs := s.house.Program(t, s.site, other, org.Admin)
	for _, path := range []string{one, "/api/v1/budgets/" + id.NewBudget(s.house.IDs).String(), "/api/v1/budgets/nonsense"} {
		for method, body := range map[string]string{"GET": "", "PATCH": `{"limit_usd":"1"}`, "DELETE": ""} {
			if p := theirs.JSON(method, path, body); p.Status != http.StatusNotFound || !p.Has("There is no such budget.") {
				t.Errorf("another tenant: %s %s: %d %s", method, path, p.Status, p.Body)
			}
		}
	}
	for _, scope := range []string{s.acme.Team.String(), s.acme.Org.ID.String(), s.key.ID.String(), id.NewTeam(s.house.IDs).String(), "nonsense"} {
		p := theirs.JSON("POST", "/api/v1/budgets", `{"scope":"`+scope+`","limit_usd":"1","period":"monthly","enforcement":"hard"}`)
		if p.Status != http.StatusNotFound || !p.Has("There is no such organization, department, team, member or key.") {
			t.Errorf("a budget on another tenant's %s: %d %s", scope, p.Status, p.Body)
		}
	}
	if p := api.JSON("DELETE", one, ""); p.Status != http.StatusNoContent {
		t.Errorf("delete: %d %s", p.Status, p.Body)
	}
}
