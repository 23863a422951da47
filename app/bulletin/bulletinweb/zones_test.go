package bulletinweb_test

import (
	"context"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func place(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// A week of an organization in UTC reaches each of its readers at eight on their own Monday: the one in Tokyo as soon as its figures
// are whole, the one in Honolulu ten hours after the one at home. It is one edition, with the same figures for all.
func TestACopyComesAtTheHourOfItsReadersClocks(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := newScene(t, d)
		s.house.Clock.Set(time.Date(2027, 3, 17, 12, 0, 0, 0, time.UTC)) // a Wednesday
		s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m", 12*money.Dollar, time.Date(2027, 3, 17, 12, 0, 0, 0, time.UTC))
		who := func(r org.Role) id.Member { return s.acme.Members[r].ID }
		s.reports.Zones = func(context.Context, id.Org, []id.Member) (map[id.Member]*time.Location, error) {
			return map[id.Member]*time.Location{who(org.Lead): place(t, "Asia/Tokyo"), who(org.Viewer): place(t, "Pacific/Honolulu"), who(org.Admin): place(t, "Pacific/Honolulu")}, nil
		}
		s.create(t, bulletin.Input{Kind: bulletin.Weekly, Team: s.acme.Team, Hour: 8, Answering: true, Members: []id.Member{who(org.Viewer), who(org.Manager), who(org.Admin)}})
		monday := time.Date(2027, 3, 22, 0, 0, 0, 0, time.UTC)
		for _, c := range []struct {
			after time.Duration
			to    string
		}{
			{-time.Hour, ""}, {29 * time.Minute, ""}, {30 * time.Minute, "lead@acme.test"}, {7*time.Hour + 59*time.Minute, ""}, {8 * time.Hour, "manager@acme.test"},
			{17*time.Hour + 59*time.Minute, ""}, {18 * time.Hour, "viewer@acme.test"}, {30 * time.Hour, ""},
		} {
			if c.after == 18*time.Hour { // who was disabled meanwhile gets none
				if err := db.NewOrgStore(d).DisableMember(t.Context(), s.acme.Org.ID, who(org.Admin), monday); err != nil {
					t.Fatal(err)
				}
			}
			s.house.Clock.Set(monday.Add(c.after))
			for range 2 { // two nodes
				if err := s.reports.Due(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			got := ""
			for _, m := range s.office.Deliver(t) {
				got += m.To
			}
			if got != c.to {
				t.Errorf("%s after the organization's Monday began: letters to %q, want %q", c.after, got, c.to)
			}
		}
		all := s.sent(t)
		if len(all) != 1 || !all[0].From.Equal(monday.AddDate(0, 0, -7)) || !all[0].To.Equal(monday) {
			t.Fatalf("editions %+v", all)
		}
		e, err := s.reports.Edition(t.Context(), s.acme.Actor(org.Lead), all[0].ID)
		if err != nil || e.Content.Now.Cost != 12*money.Dollar {
			t.Errorf("it holds %v, %v", e.Content.Now.Cost, err)
		}
	})
}
