package reportweb_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// Whoever answers for nobody else is at home with their own figures; everybody else finds theirs at /me.
func TestADevelopersHomeIsAboutThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	mine := s.key(t, "laptop", org.Developer)
	s.answered(t, s.key(t, "leads", org.Lead), 70*money.Dollar)
	dev := s.acme.Actor(org.Developer)
	for range 11 { // newer than the key, and no keys to them
		if _, err := s.house.Keys.Enter(t.Context(), dev, key.Input{Name: "session", Team: s.acme.Team, Member: dev.Member}, "codex"); err != nil {
			t.Fatal(err)
		}
	}
	browser := webtest.As(t, s.site, s.acme.Members[org.Developer])
	if p := browser.Get("/"); !p.Has("Three steps to the first answer") {
		t.Errorf("before the first request home teaches:\n%.800s", p.Body)
	}
	s.answered(t, mine, 3*money.Dollar)
	admin := s.acme.Actor(org.Admin)
	for scope, name := range map[org.Scope]string{org.OfTeam(s.acme.Org.ID, s.acme.Team): "ours", org.OfTeam(s.acme.Org.ID, s.acme.AwayTeam): "theirs", org.OfMember(s.acme.Org.ID, s.acme.Members[org.Developer].ID): "own"} {
		if _, err := s.budgets.Create(t.Context(), admin, budget.Input{Scope: scope, Name: name, Limit: 10 * money.Dollar, Period: budget.Monthly, Enforce: budget.Hard}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := s.limits.Create(t.Context(), admin, limit.Input{Scope: org.OfOrg(s.acme.Org.ID), Unit: limit.Requests, Amount: 60, Window: time.Minute}); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/", "/me"} {
		p := browser.Get(path)
		for _, text := range []string{"Limits that bind you", "You spent", "$3.00 of $10.00", "$73.00 of $10.00", "of 60 requests", "laptop", "Ask for more"} {
			if p.Status != 200 || !p.Has(text) {
				t.Errorf("%s: %d without %q", path, p.Status, text)
			}
		}
		if p.Has("leads") || p.Has("$0.00 of $10.00") {
			t.Errorf("%s shows what is not theirs, or what does not bind them", path)
		}
	}
	if p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/me"); p.Status != 200 || !p.Has("Limits that bind you") || p.Has("laptop") {
		t.Errorf("an admin's own page: %d", p.Status)
	}
}

func TestTheOverviewNarrowsAndDrillsDown(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	s.answered(t, s.key(t, "ci", org.Developer), 12*money.Dollar)
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	today := s.house.Clock.Now().Format(time.DateOnly)
	for path, has := range map[string][]string{
		"/?by=team&span=week": {"By team, last 7 days", "team=team_", "Top movers: person"},
		"/?span=quarter":      {"/costs?by=member&amp;from=", "/costs?by=team&amp;from=", "/costs?by=model&amp;from=", "/savings?from="}, // which would show 30 days
		"/?by=client":         {"By app", "client=openai-python"},
		"/?by=x&span=y":       {"By model, last 30 days"},
		"/requests?from=" + today + "&to=" + today: {"gpt-5.5"},
		"/requests?client=openai-python":           {"gpt-5.5"},
	} {
		p := browser.Get(path)
		for _, text := range has {
			if p.Status != 200 || !p.Has(text) {
				t.Errorf("%s: %d without %q", path, p.Status, text)
			}
		}
	}
	for path, says := range map[string]string{
		"/requests?from=2026-02-30":               "These are no days",
		"/requests?from=2026-03-02&to=2026-03-01": "These are no days",
		"/requests?range=days":                    "These are no days",
		"/requests?from=2001-01-01&to=2001-01-02": "Nothing matches",
		"/requests?client=nobody":                 "Nothing matches",
	} {
		if p := browser.Get(path); p.Status != 200 || !p.Has(says) {
			t.Errorf("%s: %d without %q", path, p.Status, says)
		}
	}
}
