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

// A report of a month that is over says how its budgets stood at its end: of the new one nothing is used yet.
func TestAReportSaysHowBudgetsStoodAtItsEnd(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, c := range map[string]struct {
			kind   bulletin.Kind
			period budget.Period
			at     time.Time
			says   string
		}{
			"a month's":                     {bulletin.Monthly, budget.Monthly, time.Date(2027, 4, 1, 8, 1, 0, 0, time.UTC), "Its period is over."},
			"a week's":                      {bulletin.Weekly, budget.Weekly, time.Date(2027, 3, 8, 8, 1, 0, 0, time.UTC), "Its period is over."},
			"a total's, which goes on":      {bulletin.Monthly, budget.Forever, time.Date(2027, 4, 1, 8, 1, 0, 0, time.UTC), ""},
			"a month's, in the week's mail": {bulletin.Weekly, budget.Monthly, time.Date(2027, 3, 8, 8, 1, 0, 0, time.UTC), ""},
		} {
			s := newScene(t, d)
			s.house.Clock.Set(time.Date(2027, 3, 3, 7, 0, 0, 0, time.UTC))
			s.spend(t, s.acme.Team, s.acme.Members[org.Developer].ID, "m", 80*money.Dollar, time.Date(2027, 3, 2, 7, 0, 0, 0, time.UTC))
			_, err := s.budgets.Create(t.Context(), s.acme.Actor(org.Admin), budget.Input{Scope: org.OfTeam(s.acme.Org.ID, s.acme.Team), Measure: ledger.Money, Limit: 100 * money.Dollar,
				Period: c.period, Enforce: budget.Hard})
			if err != nil {
				t.Fatal(err)
			}
			in := bulletin.Input{Kind: c.kind, Hour: 8, Answering: true}
			if c.kind == bulletin.Weekly { // months are the organization's
				in.Team = s.acme.Team
			}
			s.create(t, in)
			s.house.Clock.Set(c.at)
			if err := s.reports.Due(t.Context()); err != nil {
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
