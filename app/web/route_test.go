package web

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/org"
)

func ok(*Context) error { return nil }

func TestCheckAcceptsCompleteRoutes(t *testing.T) {
	t.Parallel()
	routes := []Route{
		{Method: "GET", Path: "/log-in", Name: "log_in.form", Guard: Open, Handle: ok},
		{Method: "GET", Path: "/keys", Name: "keys.list", Guard: Person, Floor: org.Viewer, Handle: ok},
		{Method: "POST", Path: "/keys", Name: "keys.create", Guard: Person, Floor: org.Developer, Audit: "key.created", Handle: ok},
		{Method: "POST", Path: "/api/v1/keys", Name: "api.keys.create", Guard: Token, Floor: org.Developer,
			Audit: "key.created", Handle: ok, In: None{}, Out: None{}},
		{Method: "POST", Path: "/log-out", Name: "log_out.do", Guard: Open, Audit: "none: ends the own session", Handle: ok},
	}
	if err := Check(routes); err != nil {
		t.Fatal(err)
	}
}

func TestCheckNamesEveryGap(t *testing.T) {
	t.Parallel()
	whole := Route{Method: "POST", Path: "/keys", Name: "keys.create", Guard: Person, Floor: org.Lead, Audit: "key.created", Handle: ok}
	cases := []struct {
		name  string
		spoil func(r *Route)
		want  string
	}{
		{"no guard", func(r *Route) { r.Guard = 0 }, "needs a guard"},
		{"no floor", func(r *Route) { r.Floor = "" }, "needs a role floor"},
		{"a floor nobody has", func(r *Route) { r.Floor = "owner" }, "needs a role floor"},
		{"a floor on an open route", func(r *Route) { r.Guard = Open }, "open to anyone"},
		{"no audit action", func(r *Route) { r.Audit = "" }, "needs an audit action"},
		{"an excuse without a reason", func(r *Route) { r.Audit = "none: " }, "needs an audit action"},
		{"an audit action on a read", func(r *Route) { r.Method = "GET" }, "has no audit action"},
		{"no handler", func(r *Route) { r.Handle = nil }, "needs a handler"},
		{"no name", func(r *Route) { r.Name = "" }, "needs a name"},
		{"a relative path", func(r *Route) { r.Path = "keys" }, "needs a path"},
		{"a form with PUT", func(r *Route) { r.Method = "PUT" }, "must be POST"},
		{"an unknown method", func(r *Route) { r.Method = "post" }, "unknown method"},
		{"a session under the API", func(r *Route) { r.Path = "/api/v1/keys" }, "takes a session under"},
		{"a token outside the API", func(r *Route) { r.Guard = Token }, "takes a token outside"},
		{"an API route without types", func(r *Route) { r.Guard, r.Path = Token, "/api/v1/keys" }, "needs an Out type"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := whole
			c.spoil(&r)
			err := Check([]Route{r})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("got %v, want a complaint with %q", err, c.want)
			}
		})
	}
}

func TestCheckRefusesDuplicates(t *testing.T) {
	t.Parallel()
	a := Route{Method: "GET", Path: "/keys/:id", Name: "keys.show", Guard: Person, Floor: org.Viewer, Handle: ok}
	b := a
	b.Path = "/keys/:key"
	err := Check([]Route{a, b})
	if err == nil || !strings.Contains(err.Error(), "name \"keys.show\" is taken") || !strings.Contains(err.Error(), "URL is taken") {
		t.Fatalf("got %v, want both duplicates named", err)
	}
}
