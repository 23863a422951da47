package reportweb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

// In Berlin clocks went forward on 28 March 2027. What is said of the last days is of whole days of its calendar all the same.
func TestTheOverviewCountsDaysOfTheCalendarWhereClocksChange(t *testing.T) {
	t.Parallel()
	s := newScene(t)
	if _, err := s.house.Identity.SetOrganization(t.Context(), s.acme.Actor(org.Admin), identity.Settings{Name: s.acme.Org.Name, Slug: s.acme.Org.Slug, Zone: "Europe/Berlin"}); err != nil {
		t.Fatal(err)
	}
	day := func(d int) time.Time { return time.Date(2027, time.March, d, 11, 0, 0, 0, time.UTC) }
	s.house.Clock.Set(day(1))
	k := s.key(t, "ci", org.Developer)
	for d, cost := range map[int]money.USD{16: 140 * money.Dollar, 17: 14 * money.Dollar, 20: 14 * money.Dollar, 25: 14 * money.Dollar} {
		s.house.Clock.Set(day(d))
		s.answered(t, k, cost)
	}
	// Half a day is left of the month, and 42 dollars were spent on the 14 days before the 31st: on the 15th before it were 140 more.
	s.house.Clock.Set(time.Date(2027, time.March, 31, 10, 0, 0, 0, time.UTC))
	browser := webtest.As(t, s.site, s.acme.Members[org.Admin])
	if p := browser.Get("/"); p.Status != 200 || !p.Has("183.50") {
		t.Errorf("the month is to come to 183.50: %d\n%s", p.Status, around(p.Body, "will come to"))
	}
	// At half past midnight the last seven days begin on the 25th, in the list that the figure leads to as well.
	s.house.Clock.Set(time.Date(2027, time.March, 30, 22, 30, 0, 0, time.UTC))
	p := webtest.As(t, s.site, s.acme.Members[org.Admin]).Get("/?span=week")
	if p.Status != 200 || !p.Has("from=2027-03-25") || p.Has("from=2027-03-24") || p.Has("24 Mar") && !p.Has("18 Mar") {
		t.Errorf("the last seven days do not begin on the 25th: %d\n%s", p.Status, around(p.Body, "2027-03-24"))
	}
}

func around(text, what string) string {
	i := strings.Index(text, what)
	if i < 0 {
		return ""
	}
	return text[max(0, i-300):min(len(text), i+700)]
}
