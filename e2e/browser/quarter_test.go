package browser

import (
	"fmt"
	"net/url"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/apptest"
	"github.com/bodhi-gateway/bodhi/app/client"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// company is one whose first quarter is played, from its sign-up to the close: how its people come, and what happens when.
type company struct {
	name   string
	people int // with the founder
	// list is what the provider charges for a token of input, of input from its cache, and of output, in nano-dollars.
	list    [3]int64
	daily   int              // requests on a working day
	limit   string           // of the organization in each month, in dollars
	connect func(q *quarter) // where requests go
	come    func(q *quarter) // people, teams and keys
	diary   []entry
	// closing is what finance looks at besides, at the end of each month.
	closing func(q *quarter, days url.Values, m *tally)
}

// entry is what happens on a day of the quarter, the first is 1, or on the Monday after, before that day's requests.
type entry struct {
	day  int
	what func(q *quarter)
}

var companies = []company{
	{name: "Alder", people: 12, list: [3]int64{1000, 100, 4000}, daily: 3, limit: "0.05", connect: bySandbox, come: byForm,
		diary: []entry{{4, usedUp}}},
	{name: "Birch", people: 120, list: [3]int64{1000, 100, 4000}, daily: 8, limit: "20", connect: bySandbox, come: byList,
		diary: []entry{{4, teamBudgets}, {10, ownTeamOnly}, {33, carriedOver}, {65, raised}}, closing: costCentres},
	{name: "Cedar", people: 480, list: [3]int64{3000, 300, 15000}, daily: 8, limit: "60", connect: byAccount, come: byDirectory,
		diary: []entry{{20, comeAndGo}, {45, unusual}, {75, reconciled}}, closing: costCentres},
}

// quarter is a company while it is played. People are at browsers; in between an injected clock goes ahead, with requests on every
// working day.
type quarter struct {
	company
	t         *testing.T
	s         *apptest.Served
	g         *harness.Gateway // where letters are
	from      time.Time        // when the quarter begins
	ada       *tab             // who founded it
	api       *client.Client
	base      string // of requests
	finance   *tab   // who closes; ada where nobody else does
	account   *apptest.Account
	directory *directory
	staff     []worker // who has a key; the first one asks on every working day
	months    map[string]*tally
	answers   int64 // in all months
	asked     int
}

// worker is somebody who sends requests, and the team that pays.
type worker struct{ email, team, secret string }

// TestAQuarterOfThreeCompanies plays the first quarter of companies of three sizes in the browser: sign-up, people, keys, limits, three
// months, and the close, where the page, the management API, the finance export, the budget, the provider's bill and our own count of what
// the answers said have to be one sum to the nano-dollar.
func TestAQuarterOfThreeCompanies(t *testing.T) {
	t.Parallel()
	for _, c := range companies {
		t.Run(fmt.Sprint(c.people), func(t *testing.T) {
			t.Parallel()
			q := found(t, c)
			c.connect(q)
			q.limited()
			c.come(q)
			q.counted()
			for n := range 3 {
				q.work(q.from.AddDate(0, n+1, 0))
				q.closeMonth(q.from.AddDate(0, n, 0))
			}
			if len(q.diary) > 0 {
				t.Errorf("%d entries of the diary did not happen", len(q.diary))
			}
			q.closeQuarter()
		})
	}
}

// found signs up on the second morning of the next quarter. What is past would not do: the browser drops cookies by its own clock.
func found(t *testing.T, c company) *quarter {
	t.Helper()
	y, m, _ := time.Now().UTC().Date()
	q := &quarter{company: c, t: t, from: time.Date(y, m+3-(m-1)%3, 1, 0, 0, 0, 0, time.UTC), months: map[string]*tally{}}
	q.s = apptest.Serve(t, q.from.Add(33*time.Hour))
	q.ada = q.browser()
	q.ada.signUp(c.name, "ada@acme.test")
	q.base = q.ada.text("#base-url")
	q.g = &harness.Gateway{URL: q.s.URL, ProxyURL: q.base}
	return q
}

// browser opens one.
func (q *quarter) browser() *tab {
	q.t.Helper()
	b := open(q.t, q.s.URL)
	b.exact = true // "Team" and not "Team lead"
	return b
}

// work lets the days until a moment pass: what the diary has, and a few requests on each working day.
func (q *quarter) work(until time.Time) {
	q.t.Helper()
	for day := q.s.Clock.Now().Truncate(24*time.Hour).AddDate(0, 0, 1); day.Before(until); day = day.AddDate(0, 0, 1) {
		q.s.Forward(q.t, day.Add(9*time.Hour))
		if d := day.Weekday(); d == time.Saturday || d == time.Sunday {
			continue
		}
		for n := int(day.Sub(q.from).Hours()/24) + 1; len(q.diary) > 0 && q.diary[0].day <= n; {
			what := q.diary[0].what
			q.diary = q.diary[1:]
			what(q)
		}
		for i := range q.daily {
			w := q.staff[0]
			if i > 0 {
				w = q.staff[q.asked%len(q.staff)]
			}
			if err := q.ask(w, "what is a gateway?"); err != nil {
				q.t.Fatalf("%s on %s: %v", w.email, day.Format(time.DateOnly), err)
			}
		}
	}
	q.booked()
	q.s.Forward(q.t, until.Add(9*time.Hour))
}
