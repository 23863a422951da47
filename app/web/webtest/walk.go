package webtest

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Site is a served installation with two tenants in it, to be walked. What a route needs to be walked must be given:
// a route that names a thing nobody seeded fails the walk instead of being skipped.
type Site struct {
	Handler http.Handler
	Routes  []web.Route
	// Home walks, Foreign is what it must not see.
	Home, Foreign Visitors
	// Gone was an organization like them, and its admin deleted it; its people are logged in as if nothing had happened.
	Gone Visitors
	// Forms say, by route name, what to send where the path alone is not enough: fields whose values are ids of things.
	// A form value "things:teams" stands for the tenant's thing of that kind.
	Forms map[string]url.Values
	// Entries counts an organization's audit entries; nil leaves that check out.
	Entries func(t testing.TB, o id.Org) int64
	// Stranger is the session of a browser that nobody is logged in with yet, for Ask; nil = none.
	Stranger *http.Cookie
}

// Visitors are a tenant's people at the door, and what belongs to it.
type Visitors struct {
	Org id.Org
	// Email and Password log in a member of each role; Tokens are management tokens of each role.
	Email    map[org.Role]string
	Password string
	Tokens   map[org.Role]string
	// SCIM is the token of the tenant's directory; it stands in for an admin on SCIM routes.
	SCIM string
	// Things are ids of what the tenant has, by the path segment before their parameter: "keys", "members", …
	Things map[string]string
	// Apart are such things in a department that none of the people but the admin has a role in. Their names hold
	// ApartName.
	Apart map[string]string

	cookies map[org.Role]*http.Cookie
}

// Walk runs every route × role against another tenant's ids, those of a deleted organization, and ids nobody has, and requires
// that the answers differ in not one byte, that nothing is written to either audit log, and that the foreign things are
// untouched. Who was of the deleted organization is a stranger everywhere.
func Walk(t testing.TB, s *Site) {
	t.Helper()
	before := s.foreignThings(t)
	entries := s.count(t)
	for _, r := range s.Routes {
		s.walkGuard(t, r)
		s.walkGone(t, r)
		for _, role := range org.Roles {
			if r.Guard == web.Open {
				continue
			}
			if !role.AtLeast(r.Floor) {
				s.mustForbid(t, r, role)
				continue
			}
			if s.names(r) {
				s.walkIDs(t, r, role)
			}
			if role != org.Admin && s.Home.Apart != nil {
				s.walkApart(t, r, role)
			}
		}
	}
	if got := s.count(t); got != entries {
		t.Errorf("walking foreign and unknown ids wrote audit entries: %v before, %v after", entries, got)
	}
	for name, after := range s.foreignThings(t) {
		if after != before[name] {
			t.Errorf("the walk changed another tenant's things: %s said\n%s\nand now says\n%s", name, before[name], after)
		}
	}
}

// names reports whether the route takes an id, in its path or in its form.
func (s *Site) names(r web.Route) bool {
	if strings.Contains(r.Path, ":") {
		return true
	}
	for _, values := range s.Forms[r.Name] {
		if slices.ContainsFunc(values, func(v string) bool { return strings.HasPrefix(v, "things:") }) {
			return true
		}
	}
	return false
}

// turnedAway reports whether somebody without a session was sent to the log-in. The first page is for visitors as well: there
// it must be what everybody gets who never had one.
func (s *Site) turnedAway(t testing.TB, r web.Route, a answer) bool {
	t.Helper()
	if r.Path != "/" {
		return a.status == http.StatusSeeOther && strings.HasPrefix(a.header.Get("Location"), web.LogInPath)
	}
	anyone := s.ask(t, r, map[string]string{}, nil)
	return a.status == http.StatusOK && a.body == anyone.body
}

// walkGuard: without what its guard asks for, a route tells nothing and does nothing.
func (s *Site) walkGuard(t testing.TB, r web.Route) {
	t.Helper()
	if r.Guard == web.Open {
		return
	}
	mine := s.Home.Things
	a := s.ask(t, r, mine, nil)
	switch r.Guard {
	case web.Person:
		if !s.turnedAway(t, r, a) {
			t.Errorf("%s without a session: %d to %q, want the log-in", r.Name, a.status, a.header.Get("Location"))
		}
		token := s.Home.Tokens[org.Admin]
		if b := s.ask(t, r, mine, func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+token) }); !s.turnedAway(t, r, b) {
			t.Errorf("%s takes a management token for a session: %d", r.Name, b.status)
		}
	case web.SCIM:
		if a.status != http.StatusUnauthorized || !strings.Contains(a.body, "urn:ietf:params:scim:api:messages:2.0:Error") {
			t.Errorf("%s without a token: %d %s, want 401 in SCIM's shape", r.Name, a.status, a.body)
		}
		cookie, token := s.cookie(t, &s.Home, org.Admin), s.Home.Tokens[org.Admin]
		if b := s.ask(t, r, mine, func(q *http.Request) { q.AddCookie(cookie); q.Header.Set("Authorization", "Bearer "+token) }); b.status != http.StatusUnauthorized {
			t.Errorf("%s takes a session or a management token for a directory's: %d", r.Name, b.status)
		}
	case web.Token:
		if scim := s.Home.SCIM; scim != "" {
			if b := s.ask(t, r, mine, func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+scim) }); b.status != http.StatusUnauthorized {
				t.Errorf("%s takes a directory's token for a management token: %d", r.Name, b.status)
			}
		}
		if a.status != http.StatusUnauthorized {
			t.Errorf("%s without a token: %d, want 401", r.Name, a.status)
		}
		cookie := s.cookie(t, &s.Home, org.Admin)
		if b := s.ask(t, r, mine, func(q *http.Request) { q.AddCookie(cookie) }); b.status != http.StatusUnauthorized {
			t.Errorf("%s takes a session for a token: %d", r.Name, b.status)
		}
	}
}

func (s *Site) mustForbid(t testing.TB, r web.Route, role org.Role) {
	t.Helper()
	want := http.StatusForbidden
	if r.Guard == web.SCIM { // the role has no token that is good there
		want = http.StatusUnauthorized
	}
	for what, things := range map[string]map[string]string{"its own": s.Home.Things, "foreign": s.Foreign.Things, "unknown": s.unknown()} {
		if a := s.ask(t, r, things, s.as(t, r, role)); a.status != want {
			t.Errorf("%s as %s with %s ids: %d, want %d", r.Name, role, what, a.status, want)
		}
	}
}
