package reportweb_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
)

// A view that somebody shares is found by the team and by nobody beside it; its owner and the team's managers change and end
// it, others do not.
func TestAViewIsSharedWithATeam(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	as := func(r org.Role) *webtest.Client { return webtest.As(t, s.site, s.acme.Members[r]) }
	team, away := s.acme.Team.String(), s.acme.AwayTeam.String()
	form := func(team, query string) url.Values {
		return url.Values{"name": {" Failed  <here> "}, "team": {team}, "query": {query}}
	}
	for who, teams := range map[org.Role]string{org.Developer: away, org.Lead: "team_x", org.Viewer: ""} {
		if p := as(who).Post("/requests/views/share", form(teams, "")); p.Status != http.StatusBadRequest {
			t.Errorf("%s shares with %q: %d", who, teams, p.Status)
		}
	}
	if p := as(org.Developer).Post("/requests/views/share", form(team, "status=failed")); p.Status != http.StatusSeeOther {
		t.Fatalf("share: %d %s", p.Status, p.Body)
	}
	for _, who := range []org.Role{org.Developer, org.Lead, org.Viewer, org.Admin} {
		if p := as(who).Get("/requests"); !p.Has(`href="/requests?status=failed"`, "Failed &lt;here&gt;") {
			t.Errorf("%s does not find it", who)
		}
	}
	outside := webtest.As(t, s.site, s.house.Found(t, "Globex").Members[org.Admin])
	if outside.Get("/requests").Has("&lt;here&gt;") {
		t.Error("another organization finds it")
	}
	gone := url.Values{"name": {"Failed <here>"}, "team": {team}}
	if p := outside.Post("/requests/views/unshare", gone); p.Status != http.StatusNotFound {
		t.Errorf("another organization ends it: %d", p.Status)
	}
	for _, who := range []org.Role{org.Lead, org.Viewer} { // neither owner nor manager
		if p := as(who).Get("/requests"); p.Has("Stop sharing") {
			t.Errorf("%s is offered to end it", who)
		}
		if p := as(who).Post("/requests/views/unshare", gone); p.Status != http.StatusForbidden {
			t.Errorf("%s ends it: %d", who, p.Status)
		}
		if p := as(who).Post("/requests/views/share", form(team, "status=refused")); p.Status != http.StatusBadRequest {
			t.Errorf("%s changes it: %d", who, p.Status)
		}
	}
	if p := as(org.Admin).Post("/requests/views/share", form(team, "status=refused")); p.Status != http.StatusSeeOther {
		t.Errorf("somebody above the team changes it: %d", p.Status)
	}
	if p := as(org.Developer).Get("/requests"); !p.Has(`href="/requests?status=refused"`, "you share it with", "Stop sharing") {
		t.Error("the owner lost it to who changed it")
	}
	if err := db.NewOrgStore(s.db).RemoveMember(t.Context(), s.acme.Actor(org.Admin).Org, s.acme.Members[org.Developer].ID, s.house.Clock.Now()); err != nil {
		t.Fatal(err)
	}
	if !as(org.Lead).Get("/requests").Has(`href="/requests?status=refused"`) {
		t.Error("it left with its owner: the team uses it")
	}
	if p := as(org.Admin).Post("/requests/views/unshare", gone); p.Status != http.StatusSeeOther || as(org.Admin).Get("/requests").Has("&lt;here&gt;") {
		t.Errorf("ending it: %d", p.Status)
	}
}

// Programs share views by the same rules: a manager's token has no name of its own, so managers change what it shared.
func TestProgramsShareViews(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	program := func(r org.Role) *webtest.Client {
		if r == org.Admin {
			return s.house.Program(t, s.site, s.acme, r)
		}
		return s.house.ProgramAt(t, s.site, s.acme, r, org.OfTeam(s.acme.Org.ID, s.acme.Team))
	}
	at := "/api/v1/teams/" + s.acme.Team.String() + "/views"
	const body = `{"name":" Failed  here ","query":"status=failed"}`
	if p := program(org.Viewer).JSON(http.MethodPost, at, body); p.Status != http.StatusForbidden {
		t.Errorf("a viewer's token shares: %d %s", p.Status, p.Body)
	}
	manager := program(org.Admin)
	if p := manager.JSON(http.MethodPost, at, `{"name":"x","query":"colour=red"}`); p.Status != http.StatusBadRequest || !p.Has("colour") {
		t.Errorf("an unknown filter: %d %s", p.Status, p.Body)
	}
	if p := manager.JSON(http.MethodPost, at, body); p.Status != http.StatusOK || !p.Has(`"name":"Failed here","query":"status=failed","may_change":true`) || p.Has("owner") {
		t.Fatalf("share: %d %s", p.Status, p.Body)
	}
	lead := webtest.As(t, s.site, s.acme.Members[org.Lead])
	if p := lead.Get("/requests"); !p.Has(`href="/requests?status=failed"`, "a program shares it with") || p.Has("Stop sharing") {
		t.Error("its team does not find what a program shared, or may end it")
	}
	if p := program(org.Viewer).Get(at); p.Status != http.StatusOK || !p.Has(`"name":"Failed here"`, `"may_change":false`) {
		t.Errorf("a viewer's token reads %d %s", p.Status, p.Body)
	}
	const gone = `{"name":"Failed here"}`
	if p := program(org.Viewer).JSON(http.MethodPost, at+"/end", gone); p.Status != http.StatusForbidden || !p.Has("A program shares this view") {
		t.Errorf("a viewer's token ends it: %d %s", p.Status, p.Body)
	}
	outside := s.house.Found(t, "Globex")
	for _, path := range []string{at, "/api/v1/teams/team_x/views"} {
		if p := s.house.Program(t, s.site, outside, org.Admin).JSON(http.MethodPost, path, body); p.Status != http.StatusNotFound {
			t.Errorf("another organization shares with %s: %d", path, p.Status)
		}
	}
	if p := manager.JSON(http.MethodPost, at+"/end", gone); p.Status != http.StatusNoContent || manager.Get(at).Has("Failed") {
		t.Errorf("end: %d %s", p.Status, p.Body)
	}
	if p := manager.JSON(http.MethodPost, at+"/end", gone); p.Status != http.StatusNotFound {
		t.Errorf("end it again: %d", p.Status)
	}
}
