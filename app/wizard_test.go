package app

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// newcomer is a browser that has just signed up.
func newcomer(t *testing.T, s *webtest.Site, name string) *webtest.Client {
	t.Helper()
	b := s.Browser(t, "")
	p := b.Post("/sign-up", url.Values{"organization": {name}, "name": {"Eve"}, "email": {"eve@" + strings.ToLower(name) + ".test"}, "password": {"correct horse battery"}, "zone": {"UTC"}})
	if p.Status != http.StatusSeeOther || p.Location != "/start" {
		t.Fatalf("signed up: %d to %q\n%s", p.Status, p.Location, p.Body)
	}
	return b.With(p)
}

// TestTheSetUpGoesOnWhereItStands interrupts the guided set-up at every step: a new visit goes on at the first thing that is neither done
// nor left out, whoever did it and wherever.
func TestTheSetUpGoesOnWhereItStands(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]func(testing.TB) string{"sqlite": dbtest.SQLiteURL, "postgres": dbtest.PostgresURL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, _, s := furnished(t, at(t))
			b := newcomer(t, s, "Walk")
			at := func(step string) {
				t.Helper()
				if p := b.Get("/start"); p.Location != "/start/"+step {
					t.Fatalf("it goes on at %q, not at %s: %d", p.Location, step, p.Status)
				}
				if p := b.Get("/start/" + step); p.Status != http.StatusOK || !p.Has(`aria-current="step"`) {
					t.Fatalf("%s: %d\n%s", step, p.Status, p.Body)
				}
			}
			post := func(path string, form url.Values) {
				t.Helper()
				if p := b.Post(path, form); p.Status != http.StatusSeeOther {
					t.Fatalf("%s: %d\n%s", path, p.Status, p.Body)
				}
			}
			at("provider")
			if p := b.Post("/start/provider", url.Values{"kind": {"sandbox"}}); p.Status != http.StatusUnprocessableEntity {
				t.Errorf("a kind that is not offered here: %d", p.Status)
			}
			p := b.Post("/start/provider", url.Values{"kind": {"openai-compatible"}, "name": {"ours"}, "base_url": {"http://127.0.0.1:9/v1"}, "credential": {"sk-canary-12345"}})
			if p.Status != http.StatusUnprocessableEntity || p.Has("sk-canary") || !p.Has("http://127.0.0.1:9/v1") {
				t.Errorf("an address that we may not call: %d\n%s", p.Status, p.Body)
			}
			at("provider")
			post("/start/skip", url.Values{"step": {"provider"}})
			at("template")
			if p := b.Get("/start/provider"); !p.Has("You left this step out") {
				t.Error("going back does not say that it was left out")
			}
			post("/templates/apply", url.Values{"text": {"blueprint: 1\ndepartments: [{name: Lab}]"}, "back": {"/start/budget"}})
			at("budget")
			for limit, want := range map[string]string{"-5": "above 0", "lots": "above 0", "0": "above 0", "1e9": "above 0"} {
				if p := b.Post("/start/budget", url.Values{"limit": {limit}, "period": {"monthly"}, "enforce": {"hard"}}); p.Status != http.StatusUnprocessableEntity || !p.Has(want, `value="`+limit+`"`) {
					t.Errorf("a budget of %s: %d\n%s", limit, p.Status, p.Body)
				}
			}
			post("/start/budget", url.Values{"limit": {"$250"}, "period": {"monthly"}, "enforce": {"hard"}})
			at("invite")
			p = b.Post("/start/invite", url.Values{"emails": {"bob@walk.test\nnope\neve@walk.test"}, "role": {"developer"}})
			if p.Status != http.StatusUnprocessableEntity || !p.Has("bob@walk.test", "nope:") || strings.Contains(between(p.Body, "<textarea", "</textarea>"), "bob@") {
				t.Errorf("one good address of three: %d\n%s", p.Status, p.Body)
			}
			at("key")
			p = b.Post("/start/key", url.Values{"name": {""}, "team": {"team_nonsense"}})
			if p.Status != http.StatusNotFound {
				t.Errorf("no such team: %d", p.Status)
			}
			team := between(b.Get("/start/key").Body, `<option value="`, `"`)
			p = b.Post("/start/key", url.Values{"name": {"laptop"}, "team": {team}})
			if p.Status != http.StatusOK || !p.Has("bdh_live_", "/t/walk/v1", "Waiting for your first request", "sse-connect") {
				t.Errorf("the key: %d\n%s", p.Status, p.Body)
			}
			at("request")
			if p := b.Get("/start/key"); p.Has("bdh_live_") || !p.Has("There is 1 key already") {
				t.Error("the secret is shown twice, or the key is not")
			}
			if p := b.Post("/start/skip", url.Values{"step": {"request"}}); p.Status != http.StatusBadRequest {
				t.Errorf("the first request was left out: %d", p.Status)
			}
			if p := b.Get("/start/done"); !p.Has("Left out so far", "/start/provider") {
				t.Errorf("done:\n%s", p.Body)
			}
			for _, role := range []org.Role{org.Manager, org.Lead, org.Developer, org.Viewer} {
				if p := s.Browser(t, role).Get("/start/budget"); p.Status != http.StatusForbidden {
					t.Errorf("%s sees the set-up: %d", role, p.Status)
				}
			}
		})
	}
}

// silent is a prober that finds nobody, or everybody.
type silent struct{ works bool }

// Probe implements provider.Prober.
func (p *silent) Probe(context.Context, *provider.Connection) ([]string, error) {
	if p.works {
		return []string{"gpt-5.5"}, nil
	}
	return nil, &provider.Failure{Status: http.StatusUnauthorized, Message: "Incorrect API key provided."}
}

// TestAConnectionThatDoesNotWorkIsNoDoneStep enters a key that the provider refuses: the connection is kept, so that the same form mends it,
// but the set-up goes on at it until it works.
func TestAConnectionThatDoesNotWorkIsNoDoneStep(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	probe := &silent{}
	a.providers.Prober = probe
	b := newcomer(t, s, "Locked")
	form := url.Values{"kind": {"openai"}, "name": {"ours"}, "credential": {"sk-canary-12345"}}
	if p := b.Post("/start/provider", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Incorrect API key provided") || p.Has("sk-canary") {
		t.Errorf("a key that is refused: %d\n%s", p.Status, p.Body)
	}
	if p := b.Get("/start"); p.Location != "/start/provider" {
		t.Errorf("it goes on at %q though the connection does not work", p.Location)
	}
	probe.works = true
	if p := b.Post("/start/provider", form); p.Status != http.StatusSeeOther {
		t.Errorf("a key that works: %d\n%s", p.Status, p.Body)
	}
	if p := b.Get("/start"); p.Location != "/start/template" {
		t.Errorf("it goes on at %q though the connection works", p.Location)
	}
}

// TestGoingBackShowsWhereTheNamesLead looks at the first step again with another provider connected: its fields say where the names lead, and
// sending them as they are changes nothing.
func TestGoingBackShowsWhereTheNamesLead(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	a.providers.Prober = &silent{works: true}
	b := newcomer(t, s, "Back")
	post := func(path string, form url.Values) {
		t.Helper()
		if p := b.Post(path, form); p.Status != http.StatusSeeOther {
			t.Fatalf("%s: %d\n%s", path, p.Status, p.Body)
		}
	}
	post("/start/provider", url.Values{"kind": {"openai"}, "name": {"ours"}, "credential": {"sk-canary-12345"}})
	if p := b.Get("/start/provider"); strings.Count(p.Body, `value="ours/gpt-5.5"`) < 2 {
		t.Errorf("the sandbox's place is not offered to what works:\n%s", p.Body)
	}
	post("/start/models", url.Values{"smart": {"ours/gpt-5.5"}, "fast": {"ours/gpt-5.5"}})
	post("/start/provider", url.Values{"kind": {"openai"}, "name": {"again"}, "credential": {"sk-canary-67890"}})
	p := b.Get("/start/provider")
	for _, name := range []string{"smart", "fast"} {
		if field := between(p.Body, `<label class="b-label" for="f-`+name+`"`, "</div>"); !strings.Contains(between(field, "<input", ">"), `value="ours/gpt-5.5"`) {
			t.Errorf("%s leads elsewhere by the form: %s", name, field)
		}
	}
	const switched = "alias.switched"
	was := strings.Count(b.Get("/audit?action="+switched).Body, ">"+switched+"<")
	post("/start/models", url.Values{"smart": {"ours/gpt-5.5"}, "fast": {"ours/gpt-5.5"}})
	if now := strings.Count(b.Get("/audit?action="+switched).Body, ">"+switched+"<"); was != 2 || now != was {
		t.Errorf("%d changes, then %d", was, now)
	}
}

// TestTwoAdminsSetUpAtOnce lets two browsers send every form of the set-up at the same time: nobody sees a failure, and there is one of
// each thing.
func TestTwoAdminsSetUpAtOnce(t *testing.T) {
	t.Parallel()
	_, _, s := furnished(t, dbtest.SQLiteURL(t))
	b := newcomer(t, s, "Twins")
	both := func(path string, form url.Values) {
		t.Helper()
		var pages [2]webtest.Page
		var wait sync.WaitGroup
		for i := range pages {
			wait.Go(func() { pages[i] = b.Post(path, form) })
		}
		wait.Wait()
		for _, p := range pages {
			if p.Status != http.StatusSeeOther {
				t.Errorf("%s: %d\n%s", path, p.Status, p.Body)
			}
		}
	}
	both("/start/skip", url.Values{"step": {"provider"}})
	both("/start/budget", url.Values{"limit": {"100"}, "period": {"monthly"}, "enforce": {"hard"}})
	p := b.Get("/start/budget")
	if n := strings.Count(p.Body, "The organization has a monthly budget"); n != 1 {
		t.Errorf("there are %d budgets", n)
	}
	if p := b.Get("/start"); p.Location != "/start/template" {
		t.Errorf("it goes on at %q", p.Location)
	}
}

func between(text, from, to string) string {
	_, text, _ = strings.Cut(text, from)
	text, _, _ = strings.Cut(text, to)
	return text
}

// TestConnectingAgainTakesNoKeyAway connects a second account without naming it, as one who overlooks the field does.
func TestConnectingAgainTakesNoKeyAway(t *testing.T) {
	t.Parallel()
	a, _, s := furnished(t, dbtest.SQLiteURL(t))
	a.providers.Prober = &silent{works: true}
	b := newcomer(t, s, "Twice")
	form := url.Values{"kind": {"openai"}, "name": {""}, "credential": {"sk-first-12345"}}
	if p := b.Post("/start/provider", form); p.Status != http.StatusSeeOther {
		t.Fatalf("the first account: %d\n%s", p.Status, p.Body)
	}
	form.Set("credential", "sk-second-67890")
	if p := b.Post("/start/provider", form); p.Status != http.StatusUnprocessableEntity || !p.Has("Give this account another name") || p.Has("sk-second") {
		t.Errorf("a second account of the same name: %d\n%s", p.Status, p.Body)
	}
	if p := b.Get("/connections"); !p.Has("2345") || p.Has("7890") {
		t.Errorf("the first account's key is gone:\n%s", p.Body)
	}
	form.Set("name", "second")
	if p := b.Post("/start/provider", form); p.Status != http.StatusSeeOther {
		t.Errorf("under another name: %d\n%s", p.Status, p.Body)
	}
}

// TestWhoIsInNoTeamInvitesAdminsOnly is how the set-up looks to an admin whom another one invited with its own form.
func TestWhoIsInNoTeamInvitesAdminsOnly(t *testing.T) {
	t.Parallel()
	_, h, s := furnished(t, dbtest.SQLiteURL(t))
	second := h.Join(t, h.Found(t, "Gamma"), "second", org.Admin)
	b := s.Browser(t, "")
	b = b.With(b.Post("/log-in", url.Values{"email": {second.Email}, "password": {webtest.Password}}))
	if p := b.Get("/start/invite"); !p.Has("You are in no team", "/invitations/new") || p.Has("in your team") {
		t.Errorf("the form: %d\n%s", p.Status, p.Body)
	}
	for _, role := range []string{"developer", "lead"} {
		if p := b.Post("/start/invite", url.Values{"emails": {"ada@walk.test"}, "role": {role}}); p.Status != http.StatusUnprocessableEntity || !p.Has("You are in no team, so there is none") {
			t.Errorf("a %s into no team: %d\n%s", role, p.Status, p.Body)
		}
	}
}
