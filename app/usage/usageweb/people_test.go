package usageweb_test

import (
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

func TestPeopleAreActiveOrIdle(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	old, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "forgotten key", Team: s.acme.Team, Member: s.acme.Members[org.Developer].ID})
	if err != nil {
		t.Fatal(err)
	}
	s.house.Clock.Advance(40 * 24 * time.Hour)
	if _, err := s.house.Keys.Create(t.Context(), s.acme.Actor(org.Admin), key.Input{Name: "fresh key", Team: s.acme.Team, Member: s.acme.Members[org.Developer].ID}); err != nil {
		t.Fatal(err)
	}
	s.spent(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m1", "Codex", 3*money.Dollar)
	s.spent(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m2", "", money.Dollar)
	s.spent(t, s.acme.Team, s.acme.Members[org.Lead].ID, "m2", "", 2*money.Dollar)
	s.spent(t, s.acme.Team, id.Member{}, "m2", "", 90*money.Dollar)
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/people/usage")
	if p.Status != 200 || !p.Has("Active people", "$3.00", "$96.00", "Service accounts", "Codex", "forgotten key", "never used", "/keys/"+old.Key.ID.String(), "1 of 2 keys lie unused") || p.Has("fresh key") {
		t.Errorf("page: %d\n%s", p.Status, p.Body)
	}
	_, idle, _ := strings.Cut(p.Body, "People who asked nothing")
	for role, m := range s.acme.Members {
		if listed, active := strings.Contains(idle, m.Email), role == org.Developer || role == org.Lead; listed == active {
			t.Errorf("%s is idle: %v", role, listed)
		}
	}
	if narrowed := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/people/usage?model=m1"); narrowed.Has("People who asked nothing") || !narrowed.Has("$3.00") || narrowed.Has("$96.00") {
		t.Error("under a filter nobody is called idle")
	}
	own := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/people/usage")
	if own.Status != 200 || !own.Has("$4.00") || own.Has("$96.00") || own.Has("$2.00") {
		t.Errorf("a developer sees others: %d", own.Status)
	}
	_, idle, _ = strings.Cut(own.Body, "People who asked nothing")
	for role, m := range s.acme.Members {
		if strings.Contains(idle, m.Email) {
			t.Errorf("a developer, who reads only their own requests, is told that the %s sent none", role)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/people/usage?from=2026-02-30"); p.Status != 200 || !p.Has("from is a day like") {
		t.Errorf("no day: %d", p.Status)
	}
}

func TestATeamsPageIsAboutTheTeamOnly(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	own, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Name: "ours", Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.AwayTeam), Name: "theirs", Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard}); err != nil {
		t.Fatal(err)
	}
	for i := range 4 {
		s.book(t, fact{team: s.acme.Team, member: s.acme.Members[org.Developer].ID, model: "m1", client: "Codex", cost: 2_000_000_001, at: s.house.Clock.Now().AddDate(0, 0, -i)})
	}
	s.spent(t, s.acme.AwayTeam, s.acme.Members[org.Lead].ID, "m2", "cursor", 77*money.Dollar)
	path := "/teams/" + s.acme.Team.String() + "/usage"
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get(path)
	if p.Status != 200 || !p.Has("General: usage", `value="$8.000000004"`, "will come to", "ours", "/budgets/"+own.ID.String(), "of $10.00", "Codex", "m1", "team="+s.acme.Team.String()) || p.Has("cursor") || p.Has("theirs") || p.Has("$77.00") {
		t.Errorf("page: %d\n%s", p.Status, p.Body)
	}
	file := regexp.MustCompile(`href="(/usage/export\?[^"]*format=csv[^"]*)"`).FindStringSubmatch(p.Body)
	if file == nil {
		t.Fatal("no table to download")
	}
	table := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get(html.UnescapeString(file[1]))
	if table.Status != 200 || !table.Has("member_name", s.acme.Members[org.Developer].Name, "2.000000001") || table.Has("8.000000004") || table.Has(",77") {
		t.Errorf("every row of spend per day and person: %d\n%s", table.Status, table.Body)
	}
	for _, wrong := range []string{"/teams/" + id.NewTeam(s.house.IDs).String() + "/usage", "/teams/nonsense/usage"} {
		if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get(wrong); p.Status != 404 {
			t.Errorf("%s: %d", wrong, p.Status)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Developer]).Get("/teams/" + s.acme.AwayTeam.String() + "/usage"); p.Status != 404 {
		t.Errorf("a team that one is not in: %d", p.Status)
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/teams/" + s.acme.Other.String() + "/usage"); p.Status != 200 || !p.Has("Nothing was asked in these days", "No budget of its own") {
		t.Errorf("a team without requests: %d", p.Status)
	}
}
