package identityweb_test

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// garden is the tree's pages over a house with one tenant.
type garden struct {
	*webtest.House
	x    webtest.Tenant
	site http.Handler
}

func newGarden(t *testing.T) *garden {
	t.Helper()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	h.Passwordless = true
	budgets := budget.New(budget.Parts{Store: db.NewBudgetStore(d), Tx: d, Audit: h.Audit, Bus: h.Bus, IDs: h.IDs, Clock: h.Clock, Log: slog.New(slog.DiscardHandler)})
	reports := usage.NewService(db.NewUsageStore(d), db.NewOrgStore(d), h.Clock)
	routes := identityweb.NewTree(identityweb.TreeParts{People: h.Identity, Keys: h.Keys, Budgets: budgets, Reports: reports,
		Kept: usage.NewRetention(db.NewUsageStore(d), d, h.Audit)}).Routes()
	return &garden{House: h, x: h.Found(t, "Acme"), site: h.Serve(t, append(routes, webtest.Enter()))}
}

func (g *garden) as(t *testing.T, r org.Role) *webtest.Client {
	t.Helper()
	return webtest.As(t, g.site, g.x.Members[r])
}

func expect(t *testing.T, what string, p webtest.Page, status int, location string, texts ...string) {
	t.Helper()
	if p.Status != status || p.Location != location || !p.Has(texts...) {
		t.Errorf("%s: %d to %q, want %d to %q with %q\n%.3000s", what, p.Status, p.Location, status, location, texts, p.Body)
	}
}

func TestAnAdminArrangesTheOrganization(t *testing.T) {
	t.Parallel()
	g := newGarden(t)
	admin, x := g.as(t, org.Admin), g.x
	if _, err := g.Keys.Create(t.Context(), x.Actor(org.Admin), key.Input{Name: "ci", Team: x.Team, Account: "build server"}); err != nil {
		t.Fatal(err)
	}
	expect(t, "the tree", admin.Get("/teams"), 200, "", "Own", "Away", "General", "New department")
	expect(t, "a name that is taken", admin.Post("/teams", url.Values{"name": {"Other"}, "department": {x.Away.String()}}), 422, "", "exists already", `value="Other"`)
	expect(t, "a department without a name", admin.Post("/departments", url.Values{"name": {" "}}), 422, "", "Enter the department")
	team, away := "/teams/"+x.Team.String(), x.Away.String()
	expect(t, "what a move will do", admin.Get(team+"/plan?do=move&to="+away), 200, "", "Move General to Away", "1 key", "stays with the old one", `value="`+away+`"`)
	expect(t, "the move", admin.Post(team+"/move", url.Values{"department": {away}}), 303, team)
	expect(t, "the same move again", admin.Post(team+"/move", url.Values{"department": {away}}), 422, "", "there already")
	expect(t, "what a merge will do", admin.Get(team+"/plan?do=merge&to="+x.Other.String()), 200, "", "Merge General into Other", "5 people, 1 key and 1 service account", "is archived")
	expect(t, "the merge", admin.Post(team+"/merge", url.Values{"into": {x.Other.String()}}), 303, team)
	expect(t, "the merged team", admin.Get(team), 200, "", "Archived", "Restore")
	expect(t, "the other team", admin.Get("/teams/"+x.Other.String()), 200, "", "build server", "Ada Admin", "Member lead")
	expect(t, "archiving a department with teams", admin.Post("/departments/"+away+"/archive", nil), 422, "", "teams in use (1)")
	expect(t, "archiving its team", admin.Post("/teams/"+x.AwayTeam.String()+"/archive", nil), 303, "/teams/"+x.AwayTeam.String())
	expect(t, "archiving one without", admin.Post("/departments/"+away+"/archive", nil), 303, "/departments/"+away)
	expect(t, "restoring a team of it", admin.Post("/teams/"+x.AwayTeam.String()+"/restore", nil), 422, "", "department is archived")
	expect(t, "service accounts", admin.Get("/service-accounts"), 200, "", "build server", "Other")
	expect(t, "settings that are wrong", admin.Post("/settings", url.Values{"name": {"Acme <b>"}, "slug": {"API"}, "zone": {"Mars"}}), 422, "", "Acme &lt;b&gt;", `value="API"`, "small letters", "Choose a time zone")
	expect(t, "days that are none", admin.Post("/settings/retention", url.Values{"keep_days": {"3"}}), 422, "", "7 to 3650 days", `value="3"`, `value="acme"`)
	expect(t, "days in words", admin.Post("/settings/retention", url.Values{"keep_days": {"a week"}}), 422, "", "7 to 3650 days", `value="a week"`)
	expect(t, "days", admin.Post("/settings/retention", url.Values{"keep_days": {"14"}}), 303, "/settings")
	expect(t, "what was set", admin.Get("/settings"), 200, "", `value="14"`)
	expect(t, "settings", admin.Post("/settings", url.Values{"name": {"Acme"}, "slug": {"acme"}, "zone": {"Europe/Prague"}}), 303, "/settings")
	expect(t, "settings since", admin.Get("/settings"), 200, "", "Saved.", "Europe/Prague")
}

func TestAdminsLetPeopleInAndOut(t *testing.T) {
	t.Parallel()
	g := newGarden(t)
	admin, x := g.as(t, org.Admin), g.x
	form := url.Values{"name": {`<i>Zoë</i> ` + "عمر"}, "email": {"nope"}, "role": {"manager"}, "team": {x.Team.String()}}
	expect(t, "a wrong form", admin.Post("/people", form), 422, "", "e-mail address like", "Choose the departments", "&lt;i&gt;Zoë", `value="nope"`)
	form["email"], form["department"] = []string{"zoe@acme.test"}, []string{x.Department.String()}
	made := admin.Post("/people", form)
	if made.Status != 303 || !strings.HasPrefix(made.Location, "/people/mem_") {
		t.Fatalf("adding: %d %q %.2000s", made.Status, made.Location, made.Body)
	}
	one := made.Location
	expect(t, "their page", admin.Get(one), 200, "", "&lt;i&gt;Zoë", "Department manager", "Own", "General", "Disable", "0 keys")
	expect(t, "a role that means nothing there", admin.Post(one+"/roles", url.Values{"role": {"admin"}, "at": {x.Team.String()}}), 422, "", "one of the whole organization")
	expect(t, "a role", admin.Post(one+"/roles", url.Values{"role": {"lead"}, "at": {x.Other.String()}}), 303, one)
	expect(t, "a move", admin.Post(one+"/move", url.Values{"from": {x.Team.String()}, "to": {x.AwayTeam.String()}}), 303, one)
	expect(t, "a role taken", admin.Post(one+"/roles/take", url.Values{"at": {x.Other.String()}}), 303, one)
	p := admin.Get(one)
	if !p.Has("Apart") || p.Has("<span>Team lead</span>") || p.Has(`href="/teams/`+x.Team.String()+`"`) {
		t.Errorf("after all that: %.3000s", p.Body)
	}
	expect(t, "disabling", admin.Post(one+"/disable", nil), 303, one)
	expect(t, "disabled", admin.Get(one), 200, "", "Disabled", "Enable")
	expect(t, "the disabled", admin.Get("/people?status=disabled"), 200, "", "&lt;i&gt;Zoë")
	expect(t, "nobody matches", admin.Get("/people?q=xyz"), 200, "", "Nobody matches")
	expect(t, "a status that is none", admin.Get("/people?status=gone"), 400, "")
	expect(t, "removing", admin.Post(one+"/remove", nil), 303, one)
	expect(t, "oneself", admin.Post("/people/"+x.Members[org.Admin].ID.String()+"/remove", nil), 422, "", "cannot do this to yourself")
}

func TestPagesOfferWhatTheReaderMayDo(t *testing.T) {
	t.Parallel()
	g := newGarden(t)
	x := g.x
	dev, team := "/people/"+x.Members[org.Developer].ID.String(), "/teams/"+x.Team.String()
	for role, c := range map[org.Role]struct{ give, end, archive, add bool }{
		org.Admin: {true, true, true, true}, org.Manager: {true, true, true, false}, org.Lead: {true, false, false, false}, org.Developer: {}, org.Viewer: {},
	} {
		browser := g.as(t, role)
		person, node, people := browser.Get(dev), browser.Get(team), browser.Get("/people")
		for what, ok := range map[string]bool{"give": person.Has("Give a role") == c.give, "disable": person.Has("/disable") == c.end, "archive": node.Has("Archive team") == c.archive,
			"add": people.Has("Add a person") == c.add, "settings": people.Has(`href="/settings"`) == (role == org.Admin)} {
			if !ok {
				t.Errorf("%s: %s is offered wrongly", role, what)
			}
		}
		if role != org.Admin && (people.Has("Apart") || browser.Get("/teams").Has("Away")) {
			t.Errorf("%s sees the other department", role)
		}
	}
}

func TestTheManagementAPIArrangesTheTree(t *testing.T) {
	t.Parallel()
	g := newGarden(t)
	x := g.x
	admin := g.Program(t, g.site, x, org.Admin)
	dev := x.Members[org.Developer].ID.String()
	call := func(method, path, body string, status int, texts ...string) {
		t.Helper()
		before := g.Entries(t, x.Org.ID)
		p := admin.JSON(method, "/api/v1/"+path, body)
		if p.Status != status || !p.Has(texts...) {
			t.Errorf("%s %s %s: %d %s", method, path, body, p.Status, p.Body)
		}
		want := int64(0)
		if method != "GET" && status < 300 {
			want = 1
		}
		if got := g.Entries(t, x.Org.ID) - before; got != want {
			t.Errorf("%s %s: %d audit entries, want %d", method, path, got, want)
		}
	}
	call("GET", "members?limit=2", "", 200, `"next":`)
	call("GET", "members?limit=0", "", 400)
	call("GET", "members?after=!!", "", 400)
	call("GET", "members/"+dev, "", 200, `"role":"developer"`, `"at":"`+x.Team.String())
	call("PUT", "members/"+dev+"/roles", fmt.Sprintf(`{"roles":[{"role":"lead","at":%q},{"role":"developer","at":%q}],"home":%q}`, x.Team, x.Other, x.Other), 200, `"teams":["`+x.Other.String())
	call("PUT", "members/"+dev+"/roles", `{"roles":[{"role":"lead","at":"key_x"}]}`, 404)
	call("PUT", "members/"+dev+"/roles", `{"roles":[{"role":"lead"}]}`, 400)
	call("PUT", "members/"+dev+"/roles", `{"roles":[],"admin":true}`, 400)
	call("POST", "members/"+dev+"/move", fmt.Sprintf(`{"from":%q,"to":%q}`, x.Other, x.AwayTeam), 200, x.AwayTeam.String())
	call("POST", "members/"+dev+"/disable", `{}`, 200, `"status":"disabled"`)
	call("POST", "members/"+dev+"/enable", `{}`, 200, `"status":"active"`)
	call("DELETE", "members/"+dev, "", 204)
	call("DELETE", "members/"+dev, "", 404)
	call("POST", "teams", fmt.Sprintf(`{"name":"New","department":%q}`, x.Away), 201, `"department":"`+x.Away.String())
	call("POST", "teams", `{"name":"New","department":"dep_x"}`, 404)
	call("PATCH", "teams/"+x.Team.String(), `{"name":"Renamed"}`, 200, "Renamed")
	call("POST", "teams/"+x.Team.String()+"/move", `{"department":""}`, 200)
	call("POST", "teams/"+x.Team.String()+"/archive", `{}`, 200, "archived_at")
	call("POST", "teams/"+x.Team.String()+"/restore", `{}`, 200)
	call("POST", "teams/"+x.Team.String()+"/merge", fmt.Sprintf(`{"into":%q}`, x.Other), 200, "archived_at")
	call("POST", "departments", `{"name":"Third"}`, 201)
	call("PATCH", "departments/"+x.Away.String(), `{"name":"Far"}`, 200, "Far")
	call("POST", "departments/"+x.Away.String()+"/merge", fmt.Sprintf(`{"into":%q}`, x.Department), 200, "archived_at")
	call("POST", "departments/"+x.Away.String()+"/restore", `{}`, 200)
	call("POST", "departments/"+x.Away.String()+"/archive", `{}`, 200, "archived_at")
	call("POST", "service-accounts", fmt.Sprintf(`{"name":"ci","team":%q}`, x.Other), 201, `"name":"ci"`)
	call("POST", "service-accounts", fmt.Sprintf(`{"name":"ci","team":%q}`, x.Other), 400, "exists already")
	call("PUT", "organization", `{"zone":"Asia/Tokyo"}`, 200, "Asia/Tokyo", `"slug":"acme"`)
	call("PUT", "organization", `{"slug":"api"}`, 400)
	accounts, err := g.Identity.Accounts(t.Context(), x.Actor(org.Admin))
	if err != nil || len(accounts) != 1 {
		t.Fatal(accounts, err)
	}
	one := "service-accounts/" + accounts[0].ID.String()
	call("PATCH", one, `{"name":"builder"}`, 200, "builder")
	call("POST", one+"/move", fmt.Sprintf(`{"team":%q}`, x.AwayTeam), 200, x.AwayTeam.String())
	call("POST", one+"/archive", `{}`, 200, "archived_at")
	call("POST", one+"/restore", `{}`, 200)
	call("GET", "service-accounts/"+id.NewAccount(g.IDs).String(), "", 404)
	call("GET", "teams", "", 200, "Renamed", "archived_at")
	call("GET", "departments", "", 200, "Far")
}
