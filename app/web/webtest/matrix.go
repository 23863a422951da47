package webtest

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Matrix is what every role may call, as text for a golden file: the answer to an id nobody has, or to an empty form.
// "yes" means that the call reached its handler. The last column is the admin of an organization that was deleted.
func Matrix(t testing.TB, s *Site) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%-28s %-7s %-38s %-8s", "route", "method", "path", "nobody")
	for _, role := range org.Roles {
		fmt.Fprintf(&b, " %-9s", role)
	}
	b.WriteString(" deleted\n")
	for _, r := range s.Routes {
		fmt.Fprintf(&b, "%-28s %-7s %-38s %-8s", r.Name, r.Method, r.Path, s.cell(t, r, ""))
		for _, role := range org.Roles {
			fmt.Fprintf(&b, " %-9s", s.cell(t, r, role))
		}
		b.WriteString(" " + s.goneCell(t, r) + "\n")
	}
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func (s *Site) cell(t testing.TB, r web.Route, role org.Role) string {
	t.Helper()
	if role == "" {
		return s.reached(t, r, nil, false)
	}
	if r.Guard == web.Open {
		return "yes"
	}
	return s.reached(t, r, s.as(t, r, role), true)
}

func (s *Site) goneCell(t testing.TB, r web.Route) string {
	t.Helper()
	if r.Guard == web.Open || s.Gone.Things == nil {
		return "yes"
	}
	return s.reached(t, r, s.with(t, &s.Gone, r, org.Admin), false)
}

// reached asks as whom set says; member tells a page that leads to the log-in from one that asks for it.
func (s *Site) reached(t testing.TB, r web.Route, set func(*http.Request), member bool) string {
	t.Helper()
	switch a := s.ask(t, r, s.unknown(), set); {
	case a.status == http.StatusUnauthorized:
		return "no"
	case a.status == http.StatusForbidden:
		return "no"
	case !member && r.Guard == web.Person && a.status == http.StatusSeeOther:
		return "log-in"
	case a.status >= 500:
		t.Errorf("%s: %d", r.Name, a.status)
		return "error"
	}
	return "yes"
}
