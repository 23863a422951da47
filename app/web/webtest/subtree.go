package webtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Subtree is what every role may do with things of its own part of the organization, with those of another department,
// with those of another tenant, and with those of an organization that was deleted, as text for a golden file: "yes" means that the call went through, "no" that it was
// forbidden, "-" that the thing was answered like one that never was. The site must undo what goes through, so that one
// call does not take the next one's thing away; it may fail it with a 5xx for that.
func Subtree(t testing.TB, s *Site) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%-32s", "own/apart/foreign/deleted")
	for _, role := range org.Roles {
		fmt.Fprintf(&b, " %-12s", role)
	}
	b.WriteByte('\n')
	for _, r := range s.Routes {
		if !s.about(r) {
			continue
		}
		fmt.Fprintf(&b, "%-32s", r.Name)
		for _, role := range org.Roles {
			cell := s.reach(t, r, role, s.Home.Things) + "/" + s.reach(t, r, role, s.Home.Apart) + "/" + s.reach(t, r, role, s.Foreign.Things) + "/" + s.reach(t, r, role, s.Gone.Things)
			fmt.Fprintf(&b, " %-12s", cell)
		}
		b.WriteByte('\n')
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

// about reports whether the route is about something that lies somewhere in the tree.
func (s *Site) about(r web.Route) bool {
	if r.Guard == web.Open || r.Audit == "session.ended" {
		return false
	}
	for _, m := range parameters.FindAllStringSubmatch(r.Path, -1) {
		if s.Home.Apart[m[1]] != "" {
			return true
		}
	}
	for _, values := range s.Forms[r.Name] {
		for _, v := range values {
			if kind, is := strings.CutPrefix(v, "things:"); is && s.Home.Apart[kind] != "" {
				return true
			}
		}
	}
	return false
}

func (s *Site) reach(t testing.TB, r web.Route, role org.Role, some map[string]string) string {
	t.Helper()
	things := s.unknown()
	for kind, v := range some {
		things[kind] = v
	}
	switch status := s.ask(t, r, things, s.as(t, r, role)).status; status {
	case http.StatusForbidden:
		return "no"
	case http.StatusNotFound:
		return "-"
	default:
		return "yes"
	}
}

// LogInAll logs everybody of a tenant of the site in, for those who cannot later.
func (s *Site) LogInAll(t testing.TB, v *Visitors) {
	t.Helper()
	for _, role := range org.Roles {
		s.cookie(t, v, role)
	}
}

// As makes a request the home tenant's member's of a role.
func (s *Site) As(t testing.TB, q *http.Request, role org.Role) {
	q.AddCookie(s.cookie(t, &s.Home, role))
}
