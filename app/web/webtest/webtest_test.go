package webtest_test

import (
	"flag"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/key/keyweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var update = flag.Bool("update", false, "write the golden files")

// site is two tenants with a key each, over the routes of the identity and key rooms.
func site(t *testing.T, d *db.DB) (*webtest.House, *webtest.Site) {
	t.Helper()
	h := webtest.NewHouse(t, d)
	routes := slices.Concat(identityweb.New(h.Identity, h.Factors, h.SSO).Routes(), keyweb.New(h.Keys, h.Identity, nil, nil).Routes())
	s := &webtest.Site{Handler: h.Serve(t, routes), Routes: routes, Entries: h.Entries, Forms: map[string]url.Values{
		"keys.create":     {"name": {"x"}, "team": {"things:teams"}, "owner": {"things:members"}},
		"api.keys.create": {"name": {"x"}, "team": {"things:teams"}, "member": {"things:members"}},
		"log_in.chosen":   {"member": {"things:members"}},
	}}
	s.Home, s.Foreign = h.Visitors(t, h.Found(t, "Acme")), h.Visitors(t, h.Found(t, "Beta"))
	for _, v := range []*webtest.Visitors{&s.Home, &s.Foreign} {
		made, err := h.Keys.Create(t.Context(), org.System(v.Org, "test"), key.Input{Name: "k", Team: teamOf(t, v.Things["teams"]), Account: "service"})
		if err != nil {
			t.Fatal(err)
		}
		v.Things["keys"] = made.Key.ID.String()
	}
	return h, s
}

func teamOf(t *testing.T, s string) id.Team {
	t.Helper()
	v, err := id.ParseTeam(s)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestNoRouteTellsAnotherTenantsThingsFromUnknownOnes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		_, s := site(t, d)
		webtest.Walk(t, s)
	})
}

func TestRolesReachWhatTheGoldenFileSays(t *testing.T) {
	t.Parallel()
	_, s := site(t, dbtest.SQLite(t))
	webtest.Golden(t, "roles.golden", webtest.Matrix(t, s), *update)
}

// leaky is a route that forgets whose thing it shows; the walk must find it.
func TestTheWalkFindsALeak(t *testing.T) {
	t.Parallel()
	h, s := site(t, dbtest.SQLite(t))
	s.Routes = append(s.Routes, web.Route{Method: "GET", Path: "/leaky/keys/:id", Name: "leaky.show", Guard: web.Person, Floor: org.Admin, Handle: func(c *web.Context) error {
		if strings.Contains(c.Param("id"), strings.TrimPrefix(s.Foreign.Things["keys"], "key_")) {
			return c.JSON(200, "it exists")
		}
		return key.Missing()
	}})
	s.Handler = h.Serve(t, s.Routes)
	seen := &recorder{TB: t}
	webtest.Walk(seen, s)
	if len(seen.complaints) == 0 || !strings.Contains(seen.complaints[0], "leaky.show as admin tells another tenant's id") {
		t.Fatalf("the walk complained of %q", seen.complaints)
	}
}

// recorder keeps complaints instead of failing.
type recorder struct {
	testing.TB
	complaints []string
}

func (r *recorder) Errorf(format string, args ...any) {
	r.complaints = append(r.complaints, fmt.Sprintf(format, args...))
}
