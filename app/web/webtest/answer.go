package webtest

import (
	"net/http"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Answer is what a route said.
type Answer struct {
	Status int
	Header http.Header
	Body   string
}

// Ask calls a route as the home tenant's member or token of a role, or as Stranger where anybody may, with the tenant's own
// things and the route's form.
func (s *Site) Ask(t testing.TB, r web.Route, role org.Role) Answer {
	t.Helper()
	var set func(*http.Request)
	switch {
	case r.Guard != web.Open:
		set = s.as(t, r, role)
	case s.Stranger != nil:
		set = func(q *http.Request) { q.AddCookie(s.Stranger) }
	}
	a := s.ask(t, r, s.Home.Things, set)
	return Answer{a.status, a.header, a.body}
}

// Path is a route's path with the home tenant's things in it.
func (s *Site) Path(t testing.TB, r web.Route) string {
	t.Helper()
	path, _ := s.fill(t, r, s.Home.Things)
	return path
}
