package scimweb_test

import (
	"context"
	"fmt"
	"net/url"
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

// What the database narrows groups to is what the filter library would have picked: each filter is asked as it is, and in a
// form that only the library knows.
func TestGroupsAreFilteredAlikeInTheDatabaseAndOut(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := serve(t, d)
		ada := s.Members[org.Developer].ID.String()
		for _, body := range []string{`"displayName":"Tour Guides","externalId":"g1","members":[{"value":"` + ada + `"}]`, `"displayName":"tour guides of the north"`, `"displayName":"Größe","externalId":"G1"`, `"displayName":"50% off","members":[{"value":"` + ada + `"}]`} {
			s.want(body, s.ask("POST", "Groups", `{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],`+body+`}`), 201)
		}
		total := func(filter string) any {
			a := s.want(filter, s.ask("GET", "Groups?excludedAttributes=members&filter="+url.QueryEscape(filter), ""), 200)
			return a.at("totalResults")
		}
		for filter, want := range map[string]float64{`displayName eq "TOUR guides"`: 1, `displayName eq "größe"`: 1, `displayName eq "50% off"`: 1, `displayName eq "tour"`: 0, `externalId eq "g1"`: 1,
			`members.value eq "` + ada + `"`: 2, `members[value eq "` + ada + `"]`: 2, `displayName eq "tour guides" and members.value eq "` + ada + `"`: 1, `displayName sw "tour"`: 2,
			`members.value eq "nobody"`: 0} {
			if inside, outside := total(filter), total("not (not ("+filter+"))"); inside != want || outside != want {
				t.Errorf("%s: %v in the database, %v out of it, want %v", filter, inside, outside, want)
			}
		}
	})
}
