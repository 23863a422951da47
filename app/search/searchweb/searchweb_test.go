package searchweb_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/search"
	"github.com/bodhi-gateway/bodhi/app/search/searchweb"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

type scene struct {
	h    *webtest.House
	x    webtest.Tenant
	site http.Handler
	req  id.Request
	key  key.Key
}

// newScene has one request, the developer's: everybody else's actor is told that there is none.
func newScene(t *testing.T) *scene {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	h.Passwordless = true
	s := &scene{h: h, x: h.Found(t, "Acme"), req: id.NewRequest(h.IDs)}
	parts := search.Parts{People: h.Identity, Keys: h.Keys, Request: func(_ context.Context, a org.Actor, r id.Request) (string, error) {
		if a.Member == s.x.Members[org.Developer].ID && r == s.req {
			return "smart · laptop", nil
		}
		return "", report.Missing()
	}}
	s.site = h.Serve(t, append(searchweb.New(search.New(parts)).Routes(), webtest.Enter()))
	made, err := h.Keys.Create(t.Context(), s.x.Actor(org.Developer), key.Input{Name: "billing-robot", Team: s.x.Team, Member: s.x.Members[org.Developer].ID})
	if err != nil {
		t.Fatal(err)
	}
	s.key = made.Key
	return s
}

func (s *scene) search(t *testing.T, m org.Member, text string) string {
	t.Helper()
	w := webtest.As(t, s.site, m).Get("/search?q=" + url.QueryEscape(text))
	if w.Status != http.StatusOK {
		t.Fatalf("%q: %d", text, w.Status)
	}
	_, main, _ := strings.Cut(w.Body, `id="search-results"`)
	return main
}

func TestWordsAndIDsLeadToWhatOneMaySee(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	developer, outsider := s.x.Members[org.Developer], s.x.Outsider
	for name, tt := range map[string]struct {
		who  org.Member
		text string
		has  string
	}{
		"a key by a part of its name": {developer, "lling-rob", `href="/keys/` + s.key.ID.String()},
		"a key by its id":             {developer, s.key.ID.String(), "billing-robot"},
		"a request by its id":         {developer, s.req.String(), "smart · laptop"},
		"a person":                    {developer, "lead@", "/people/"},
		"a page by its beginning":     {developer, "budg", `href="/budgets"`},
		"a page by another word":      {developer, "gdpr", `href="/data-rules"`},
		"two words of an action":      {developer, "key create", `href="/keys/new"`},
		"nothing typed: all pages":    {developer, "", `href="/health"`},
		"another's key":               {outsider, "lling-rob", "Nothing found"},
		"another's key by its id":     {outsider, s.key.ID.String(), "Nothing found"},
		"another's request":           {outsider, s.req.String(), "Nothing found"},
		"an id of nothing":            {developer, id.NewRequest(s.h.IDs).String(), "Nothing found"},
		"markup":                      {developer, `"><script>`, "&lt;script&gt;"},
	} {
		got := s.search(t, tt.who, tt.text)
		if !strings.Contains(got, tt.has) {
			t.Errorf("%s: not %q in %.1500s", name, tt.has, got)
		}
	}
	if strings.Contains(s.search(t, developer, ""), `href="/settings"`) {
		t.Error("a developer is led to the settings of the organization")
	}
}

func TestTooLongATextIsRefusedInWords(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if got := s.search(t, s.x.Members[org.Developer], strings.Repeat("ä", 101)); !strings.Contains(got, "at most 100 characters") {
		t.Errorf("%.600s", got)
	}
}

// What one may not do is not offered: the way there would end in a refusal.
func TestActionsAreOfferedToWhoMayTakeThem(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	for role, may := range map[org.Role]string{
		org.Admin: "/keys/new /budgets/new /limits/new /connections/new /playground", org.Manager: "/keys/new /budgets/new /limits/new /playground", org.Lead: "/keys/new /budgets/new /limits/new /playground",
		org.Developer: "/keys/new /playground", org.Viewer: "",
	} {
		for action, href := range map[string]string{"create a key": "/keys/new", "set a budget": "/budgets/new", "set a rate limit": "/limits/new", "connect a provider": "/connections/new", "try a prompt": "/playground"} {
			if got := strings.Contains(s.search(t, s.x.Members[role], action), `href="`+href+`"`); got != strings.Contains(may, href) {
				t.Errorf("%s looks for %q: offered %v", role, action, got)
			}
		}
	}
}
