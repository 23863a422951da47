package keyweb_test

import (
	"fmt"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
)

var next = regexp.MustCompile(`href="(/keys\?after=[^"]+)" rel="next"`)

func TestKeysAreListedInPagesAndFound(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	admin, dev := s.x.Actor(org.Admin), s.x.Members[org.Developer]
	make := func(name string, team id.Team, member id.Member) {
		t.Helper()
		in := key.Input{Name: name, Team: team, Member: member}
		if member.IsZero() {
			in.Account = "Robot 50%"
		}
		if _, err := s.h.Keys.Create(t.Context(), admin, in); err != nil {
			t.Fatal(err)
		}
	}
	for n := range 110 {
		make(fmt.Sprintf("key-%03d", n), s.x.Team, dev.ID)
	}
	make("robot's", s.x.Team, id.Member{})
	make("far away", s.x.AwayTeam, id.Member{})
	seen := func(r org.Role, path string) (names []string) {
		t.Helper()
		as := s.as(r)
		for path != "" {
			w := as(path, nil)
			if w.Code != 200 {
				t.Fatalf("%s: %d", path, w.Code)
			}
			rows := regexp.MustCompile(`<a href="/keys/key_[^"]+">([^<]+)</a>`).FindAllStringSubmatch(w.Body.String(), -1)
			if len(rows) > 50 {
				t.Errorf("%d keys on one page", len(rows))
			}
			for _, m := range rows {
				names = append(names, m[1])
			}
			m := next.FindStringSubmatch(w.Body.String())
			if path = ""; m != nil {
				path = strings.ReplaceAll(m[1], "&amp;", "&")
			}
		}
		return names
	}
	all := seen(org.Admin, "/keys")
	if len(all) != 112 || all[0] != "far away" || all[111] != "key-000" {
		t.Errorf("an admin pages through %d keys: %v", len(all), all)
	}
	if own := seen(org.Lead, "/keys"); len(own) != 111 {
		t.Errorf("a lead pages through %d keys", len(own))
	}
	for q, want := range map[string]int{"KEY-01": 10, "robot 50%": 2, "50%x": 0, "member developer": 50, "key_01": 0} {
		got := seen(org.Admin, "/keys?q="+url.QueryEscape(q))
		if len(got) != want && !(want == 50 && len(got) >= 50) {
			t.Errorf("search %q: %d keys, want %d", q, len(got), want)
		}
	}
	if got := seen(org.Lead, "/keys?q=far"); len(got) != 0 {
		t.Errorf("a lead finds another department's keys: %v", got)
	}
	if w := s.as(org.Admin)("/keys?q=nothing-like-it", nil); !strings.Contains(w.Body.String(), "No key matches") {
		t.Errorf("nothing found: %s", w.Body)
	}
	if w := s.as(org.Admin)("/keys?after=x", nil); w.Code != 422 && w.Code != 400 {
		t.Errorf("a cursor that is none: %d", w.Code)
	}
}

func TestAKeyForSomebodyAmongManyIsMadeBySearching(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	s.h.Passwordless = true
	var last org.Member
	for n := range identity.MaxMembers + 5 {
		last = s.h.Join(t, s.x, fmt.Sprintf("zz%03d", n), org.Developer, s.x.Team)
	}
	lead := s.as(org.Lead)
	form := lead("/keys/new", nil).Body.String()
	if !strings.Contains(form, "Acts as: search") || strings.Contains(form, last.ID.String()) || !strings.Contains(form, "… and more: search for them") {
		t.Error("the form of a large organization does not say how to find people")
	}
	typed := url.Values{"name": {"Night build"}, "team": {s.x.Team.String()}, "owner": {""}, "account": {"builder"}, "models": {"smart"}, "endpoints": {"chat"}, "budget_usd": {"12.5"}, "expires": {"2027-02-01"},
		"find": {"zz204"}, "found": {""}}
	for what, w := range map[string]*httptest.ResponseRecorder{"sent": lead("/keys", typed), "by htmx": lead("/keys/new?"+typed.Encode(), nil)} {
		found := w.Body.String()
		if w.Code != 200 || !strings.Contains(found, last.ID.String()+`" selected`) {
			t.Errorf("%s: the one who was searched for is not chosen: %d\n%s", what, w.Code, found)
		}
		for _, kept := range []string{"Night build", "builder", ">smart<", `value="chat" checked`, "12.5", "2027-02-01"} {
			if !strings.Contains(found, kept) {
				t.Errorf("%s: the search has lost %s:\n%s", what, kept, found)
			}
		}
	}
	typed.Set("find", "nobody-like-it")
	if w := lead("/keys", typed); w.Code != 200 || !strings.Contains(w.Body.String(), "Nobody matches") {
		t.Error("nothing is said where nobody matches")
	}
	bad := lead("/keys", url.Values{"name": {""}, "team": {s.x.Team.String()}, "owner": {last.ID.String()}})
	if bad.Code != 422 || !strings.Contains(bad.Body.String(), last.ID.String()) {
		t.Errorf("a wrong form forgets whom the key was for: %d", bad.Code)
	}
	if made := lead("/keys", url.Values{"name": {"x"}, "team": {s.x.Team.String()}, "owner": {last.ID.String()}}); made.Code != 200 {
		t.Errorf("made: %d", made.Code)
	}
}
