package scimweb_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestTenThousandUsersAreListedInPages(t *testing.T) {
	t.Parallel()
	s := serve(t, dbtest.SQLite(t))
	const many = 10_000
	err := s.DB.Do(t.Context(), func(ctx context.Context) error {
		orgs := db.NewOrgStore(s.DB)
		for n := range many {
			m := org.Member{ID: id.NewMember(s.IDs), Org: s.Org.ID, Name: fmt.Sprint("Member ", n), Email: fmt.Sprintf("m%05d@acme.test", n), CreatedAt: s.Clock.Now()}
			if err := orgs.AddMember(ctx, m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for q, want := range map[string][2]int{"count=100&startIndex=9900": {many + 6, 100}, "count=10&filter=userName+eq+%22m09999@acme.test%22": {1, 1},
		"count=5&filter=active+eq+true+and+userName+sw+%22m0999%22": {10, 5}, "count=100&filter=title+pr": {0, 0}} {
		began := clock.System{}.Now()
		a := s.want(q, s.ask("GET", "Users?"+q, ""), 200)
		list, _ := a.at("Resources").([]any)
		if a.at("totalResults") != float64(want[0]) || len(list) != want[1] {
			t.Errorf("%s: %v in all, %d shown, want %v", q, a.at("totalResults"), len(list), want)
		}
		t.Logf("%s: %s", q, clock.Since(began).Round(time.Millisecond))
	}
}
