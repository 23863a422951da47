package bulletinweb_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/bulletin"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// standing is a budget that is 80 % used, and the report that says so.
type standing struct {
	kind   bulletin.Kind
	period budget.Period
	starts int
	spent  time.Time // a day before the budget was made
	at     time.Time
	late   bool // sent by hand
	says   string
}

// A report of a month that is over says how its budgets stood at its end: of the new one nothing is used yet.
func TestAReportSaysHowBudgetsStoodAtItsEnd(t *testing.T) {
	t.Parallel()
	standsAtItsEnd(t, map[string]standing{
		"a month's":                     {bulletin.Monthly, budget.Monthly, 0, in(3, 2), in(4, 1), false, "Its period is over."},
		"a week's":                      {bulletin.Weekly, budget.Weekly, 0, in(3, 2), in(3, 8), false, "Its period is over."},
		"a total's, which goes on":      {bulletin.Monthly, budget.Forever, 0, in(3, 2), in(4, 1), false, ""},
		"a month's, in the week's mail": {bulletin.Weekly, budget.Monthly, 0, in(3, 2), in(3, 8), false, ""},
	})
}

// One that is made up for later knows budgets whose periods ended after its days did.
func TestALateReportSaysHowBudgetsOfAnotherCalendarStood(t *testing.T) {
	t.Parallel()
	standsAtItsEnd(t, map[string]standing{
		"a week's, in the month's report of three weeks ago": {bulletin.Monthly, budget.Weekly, 0, in(3, 30), in(4, 20), true, "Its period is over."},
		"a month's that begins on the third, in the week's":  {bulletin.Weekly, budget.Monthly, 3, in(2, 26), in(3, 3), true, "Its period is over."},
	})
}

// in is a morning of 2027.
func in(month time.Month, day int) time.Time {
	return time.Date(2027, month, day, 8, 1, 0, 0, time.UTC)
}

func standsAtItsEnd(t *testing.T, some map[string]standing) {
	t.Helper()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range some {
			s := newScene(t, d)
			s.house.Clock.Set(c.spent.AddDate(0, 0, 1))
			s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m", 80*money.Dollar, c.spent)
			_, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Measure: ledger.Money, Limit: 100 * money.Dollar,
				Period: c.period, Starts: c.starts, Enforce: budget.Hard})
			if err != nil {
				t.Fatal(err)
			}
			report := bulletin.Input{Kind: c.kind, Hour: 8, Answering: true}
			if c.kind == bulletin.Weekly { // months are the organization's
				report.Team = s.acme.Team
			}
			l := s.create(t, report)
			s.house.Clock.Set(c.at)
			if c.late {
				_, err = s.reports.SendNow(t.Context(), s.acme.Actor(org.Admin), l.ID)
			} else {
				err = s.reports.Due(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			all := s.sent(t)
			if len(all) != 1 || len(all[0].Content.Budgets) != 1 {
				t.Fatalf("%s: %+v", name, all)
			}
			if b := all[0].Content.Budgets[0]; b.Percent != 80 || b.Used != "$80.00" || c.says != "" && b.Outlook != c.says || c.says == "" && b.Outlook == "Its period is over." {
				t.Errorf("%s: %+v", name, b)
			}
		}
	})
}
