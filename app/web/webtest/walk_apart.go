package webtest

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// walkIDs: another tenant's id, in each spelling, is answered like one that never was.
func (s *Site) walkIDs(t testing.TB, r web.Route, role org.Role) {
	t.Helper()
	nobodys := s.unknown()
	asked := map[string][2]map[string]string{"printed": {s.Foreign.Things, nobodys}, "plain": {plain(s.Foreign.Things), plain(nobodys)}}
	if s.Gone.Things != nil {
		asked["of a deleted one"] = [2]map[string]string{s.Gone.Things, nobodys}
	}
	for spelling, ids := range asked {
		foreign, unknown := s.ask(t, r, ids[0], s.as(t, r, role)), s.ask(t, r, ids[1], s.as(t, r, role))
		if !refused(r, unknown.status) {
			t.Errorf("%s as %s with an unknown id: %d, want a refusal", r.Name, role, unknown.status)
		}
		if f, u := difference(foreign.text(), unknown.text()); f != u {
			t.Errorf("%s as %s tells another tenant's id (%s) from an unknown one:\n--- foreign\n%s\n--- unknown\n%s", r.Name, role, spelling, f, u)
		}
	}
}

// walkGone: nobody of a deleted organization gets in, with what they had in hand when it ended.
func (s *Site) walkGone(t testing.TB, r web.Route) {
	t.Helper()
	if r.Guard == web.Open || s.Gone.Things == nil {
		return
	}
	for _, role := range org.Roles {
		a := s.ask(t, r, s.Gone.Things, s.with(t, &s.Gone, r, role))
		switch {
		case r.Guard == web.Person && !s.turnedAway(t, r, a):
			t.Errorf("%s with a session of a deleted organization's %s: %d to %q, want the log-in", r.Name, role, a.status, a.header.Get("Location"))
		case r.Guard != web.Person && a.status != http.StatusUnauthorized:
			t.Errorf("%s with a token of a deleted organization's %s: %d, want 401", r.Name, role, a.status)
		}
	}
}

// ApartName is in the name of everything in Apart, so that lists that show it are found.
const ApartName = "zebra"

// walkApart: below admin, what is in another department is answered like what never was, and in no list.
func (s *Site) walkApart(t testing.TB, r web.Route, role org.Role) {
	t.Helper()
	nobodys, apart := s.unknown(), s.unknown()
	for kind, v := range s.Home.Apart {
		apart[kind] = v
	}
	if s.names(r) {
		there, unknown := s.ask(t, r, apart, s.as(t, r, role)), s.ask(t, r, nobodys, s.as(t, r, role))
		if f, u := difference(there.text(), unknown.text()); f != u {
			t.Errorf("%s as %s tells another department's id from an unknown one:\n--- theirs\n%s\n--- unknown\n%s", r.Name, role, f, u)
		}
	}
	if r.Method != http.MethodGet || strings.Contains(r.Path, ":") {
		return
	}
	body := s.ask(t, r, s.Home.Things, s.as(t, r, role)).body
	if at := strings.Index(body, ApartName); at >= 0 {
		t.Errorf("%s shows %s what is another department's: …%s…", r.Name, role, body[max(0, at-100):min(len(body), at+100)])
	}
	for kind, v := range s.Home.Apart {
		if strings.Contains(body, v) {
			t.Errorf("%s shows %s the %s of another department", r.Name, role, kind)
		}
	}
}

// difference cuts both texts to the first place where they differ, with a little around it.
func difference(a, b string) (string, string) {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	if n == len(a) && n == len(b) {
		return "", ""
	}
	around := func(s string) string { return s[max(0, n-200):min(len(s), n+200)] }
	return around(a), around(b)
}

// refused reports whether a status says no. A list filtered by an id nobody has is empty, and that is an answer too.
func refused(r web.Route, status int) bool {
	switch status {
	case http.StatusNotFound, http.StatusForbidden, http.StatusUnprocessableEntity, http.StatusBadRequest:
		return true
	case http.StatusOK:
		return r.Method == http.MethodGet && !strings.Contains(r.Path, ":")
	}
	return false
}

// until finds the ends of a reported period, when a report was made and a token's last use, which are the time of asking.
var until = regexp.MustCompile(`"(from|to|last_used_at|made_at)":"[^"]*"`)

// foreignThings is how the foreign admin sees their own things: every reading route of the API, in full.
func (s *Site) foreignThings(t testing.TB) map[string]string {
	t.Helper()
	out := map[string]string{}
	for _, r := range s.Routes {
		if r.Method != http.MethodGet || r.Guard != web.Token || r.Name == "api.batches.results" { // reading it is an audit entry
			continue
		}
		a := s.ask(t, r, s.Foreign.Things, func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+s.Foreign.Tokens[org.Admin]) })
		if a.status != http.StatusOK {
			t.Errorf("%s as the foreign admin with their own ids: %d %s", r.Name, a.status, a.body)
		}
		if slices.Contains(r.Files, "application/pdf") {
			continue // the document of what another route says, with the time of its making packed into it
		}
		out[r.Name] = until.ReplaceAllString(a.body, "")
	}
	return out
}

// count gives both tenants' numbers of audit entries, without those of logging in and out, which walking takes.
func (s *Site) count(t testing.TB) [2]int64 {
	t.Helper()
	if s.Entries == nil {
		return [2]int64{}
	}
	return [2]int64{s.Entries(t, s.Home.Org), s.Entries(t, s.Foreign.Org)}
}
