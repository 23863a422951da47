package app

import (
	"context"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// large measures pages over an organization of the size we promise. It reports and does not judge: how long a page takes
// is the machine's business too. Without it the organization is just larger than what a form can list, and the pages must answer.
var large = flag.Bool("large", false, "measure the pages of an organization of 10,000 members in 500 teams")

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
	ids := id.NewSource(clock.System{}.Now, nil)
	o := s.Home.Org
	orgs, keys := db.NewOrgStore(d), db.NewKeyStore(d)
	var teams []id.Team
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
	s.LogInAll(t, &s.Home)
	for _, path := range []string{"/", "/people", "/people?q=person+09", "/people?team=" + teams[3].String(), "/people?role=lead", "/people/" + s.Home.Things["people"], "/teams",
		"/teams/" + teams[3].String(), "/service-accounts", "/settings", "/keys", "/keys?q=person+09", "/keys?unused=true", "/keys/new", "/budgets", "/budgets/new", "/limits", "/limits/new", "/policies", "/policies/new", "/data-rules", "/data-rules/new", "/data-rules/try", "/incidents", "/requests", "/costs"} {
		best := time.Hour
		for range 5 {
			q := httptest.NewRequest(http.MethodGet, path, nil)
			s.As(t, q, org.Admin)
			w := httptest.NewRecorder()
			start := clock.System{}.Now()
			s.Handler.ServeHTTP(w, q)
			best = min(best, clock.Since(start))
			if w.Code != http.StatusOK {
				t.Errorf("%s: %d", path, w.Code)
			}
		}
		t.Logf("%-44s %s", path[:min(44, len(path))], best.Round(100*time.Microsecond))
	}
}
