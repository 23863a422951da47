package app

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// large holds every page to the promise over an organization of the size we promise it for. Without it the organization is
// just larger than what a form can list, and the pages must answer.
var large = flag.Bool("large", false, "hold the pages of an organization of 10,000 members in 500 teams to 200 ms")

// mostServing is how long a page may take to be made, the fastest of some times: how busy the machine is is not the page's fault.
const mostServing = 200 * time.Millisecond

func TestPagesOfALargeOrganization(t *testing.T) {
	members, crews := 400, 20
	if *large {
		members, crews = 10_000, 500
	}
	t.Run("sqlite", func(t *testing.T) { measure(t, dbtest.SQLiteURL(t), members, crews) })
	t.Run("postgres", func(t *testing.T) { measure(t, dbtest.PostgresURL(t), members, crews) })
}

func measure(t *testing.T, at string, members, crews int) {
	s := furnish(t, at)
	d, err := db.Open(t.Context(), at, db.Options{})
	must(t, err)
	t.Cleanup(func() { _ = d.Close() })
	teams := settle(t, d, s.Home.Org, members, crews)
	dbtest.Analyze(t, at)
	s.LogInAll(t, &s.Home)
	asked := []string{"/people?q=person+09", "/people?team=" + teams[3].String(), "/people?role=lead", "/people?status=disabled", "/teams/" + teams[3].String(), "/keys?q=person+09", "/keys?unused=true", "/keys?q=k&unused=true",
		"/limits/new?find=crew+123", "/policies/new?find=person+09", "/budgets/new?find=k", "/requests?client=x", "/audit?q=person", "/budgets?q=crew"}
	for _, r := range s.Routes {
		if r.Method == http.MethodGet && r.Guard == web.Person && r.Audit == "" {
			asked = append(asked, s.Path(t, r))
		}
	}
	token := func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+s.Home.Tokens[org.Admin]) }
	cookie := func(q *http.Request) { s.As(t, q, org.Admin) }
	var report []string
	for _, path := range asked {
		report = append(report, serving(t, s.Handler, path, cookie))
	}
	for _, r := range s.Routes {
		if r.Method == http.MethodGet && r.Guard == web.Token {
			report = append(report, serving(t, s.Handler, s.Path(t, r), token))
		}
	}
	scim := func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+s.Home.SCIM) }
	for _, path := range []string{"/scim/v2/Users", "/scim/v2/Users?filter=" + url.QueryEscape(`userName eq "p00042@large.test"`), "/scim/v2/Users?startIndex=9000&count=100",
		"/scim/v2/Groups", "/scim/v2/Groups?filter=" + url.QueryEscape(`displayName eq "Everybody"`)} {
		report = append(report, serving(t, s.Handler, path, scim))
	}
	slices.Sort(report)
	slices.Reverse(report)
	t.Logf("%d pages, the slowest first:\n%s", len(report), strings.Join(report[:min(len(report), 25)], "\n"))
}

// settle adds teams in twenty departments and members with a key each.
func settle(t *testing.T, d *db.DB, o id.Org, members, crews int) (teams []id.Team) {
	t.Helper()
	ids := id.NewSource(clock.System{}.Now, nil)
	orgs, keys := db.NewOrgStore(d), db.NewKeyStore(d)
	must(t, d.Do(t.Context(), func(ctx context.Context) error {
		departments := make([]id.Department, 20)
		for i := range departments {
			departments[i] = id.NewDepartment(ids)
			if err := orgs.AddDepartment(ctx, org.Department{ID: departments[i], Org: o, Name: fmt.Sprintf("Department %02d", i)}); err != nil {
				return err
			}
		}
		for i := range crews {
			team := org.Team{ID: id.NewTeam(ids), Org: o, Name: fmt.Sprintf("Crew %03d", i), Department: departments[i%20]}
			teams = append(teams, team.ID)
			if err := orgs.AddTeam(ctx, team); err != nil {
				return err
			}
		}
		for i := range members {
			m := org.Member{ID: id.NewMember(ids), Org: o, Name: fmt.Sprintf("Person %05d", i), Email: fmt.Sprintf("p%05d@large.test", i),
				Assignments: []org.Assignment{{Role: org.Developer, At: org.OfTeam(o, teams[i%crews])}, {Role: org.Viewer, At: org.OfTeam(o, teams[(i*7+1)%crews])}}}
			if err := orgs.AddMember(ctx, m); err != nil {
				return err
			}
			k := key.Key{ID: id.NewKey(ids), Org: o, Name: "k", Team: teams[i%crews], Member: m.ID, Public: fmt.Sprintf("%016d", i)}
			if err := keys.Insert(ctx, k); err != nil {
				return err
			}
		}
		return nil
	}))
	return teams
}

// serving is how long a page takes to be made at best, and which page it is, as a line that sorts.
func serving(t *testing.T, h http.Handler, path string, as func(*http.Request)) string {
	t.Helper()
	best := time.Hour
	for try := 0; try < 5 || *large && try < 25 && best > mostServing; try++ {
		q := httptest.NewRequest(http.MethodGet, path, nil)
		as(q)
		w := httptest.NewRecorder()
		start := clock.System{}.Now()
		h.ServeHTTP(w, q)
		best = min(best, clock.Since(start))
		if w.Code >= http.StatusInternalServerError {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	if *large && best > mostServing {
		t.Errorf("%s takes %s", path, best.Round(time.Millisecond))
	}
	return fmt.Sprintf("%9.1f ms  %s", float64(best.Microseconds())/1000, path)
}
