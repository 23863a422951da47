package budget_test

import (
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// A longer period may begin in the same moment as one that is over, the month with its first day, the quarter with January; or with none. It opens with
// what was spent since, what is still posted to the shorter ones is passed on, and what ended with the first one has ended.
func TestALongerPeriodThatBeginsWithOneThatIsOver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for _, c := range []struct {
			was, is budget.Period
			spend   []string // a dollar each; the calendar changes an hour after the last
			apart   bool     // none of the shorter ones begins with the longer one
		}{
			{budget.Daily, budget.Monthly, []string{"2026-12-01 10:00", "2026-12-02 10:00", "2026-12-04 10:00"}, false},
			{budget.Weekly, budget.Monthly, []string{"2027-02-01 10:00", "2027-02-09 10:00"}, false},
			{budget.Monthly, budget.Quarterly, []string{"2027-01-05 10:00", "2027-02-05 10:00", "2027-03-05 10:00"}, false},
			{budget.Monthly, budget.Quarterly, []string{"2027-01-05 10:00", "2027-02-05 10:00"}, false},
			{budget.Weekly, budget.Monthly, []string{"2027-01-05 10:00", "2027-01-13 10:00"}, true},
		} {
			t.Run(string(c.was), func(t *testing.T) {
				o := newOffice(t, d, nil)
				node := id.NewNode(ids)
				o.clock.Set(at(t, c.spend[0]))
				b := o.monthly(100*money.Dollar, func(b *budget.Budget) { b.Period, b.Reserve = c.was, 10*money.Dollar })
				o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 7 * money.Dollar})
				o.grant(b.ID, budget.GrantInput{Kind: budget.Opened, Amount: 4 * money.Dollar})
				o.grant(b.ID, budget.GrantInput{Kind: budget.Borrow, Amount: 2 * money.Dollar}) // and repaid in the second one
				for _, when := range c.spend {
					o.clock.Set(at(t, when))
					_, err := o.service.Expire(t.Context())
					o.must(err)
					o.pay(node, b, money.Dollar)
				}
				o.grant(b.ID, budget.GrantInput{Kind: budget.Increase, Amount: 5 * money.Dollar})
				inFlight := o.posting(b, 3*money.Dollar)
				o.clock.Advance(time.Hour)
				b.Period = c.is
				b = o.change(b)
				spent := money.USD(len(c.spend)) * money.Dollar
				if s := o.present(b); s.Spent != spent || s.Limit != 95*money.Dollar || s.Granted != 5*money.Dollar {
					t.Errorf("the longer period: %+v", s)
				}
				o.must(o.post(node, inFlight))
				o.pay(node, b, money.Dollar)
				s := o.present(b)
				if s.Spent != spent+4*money.Dollar {
					t.Errorf("with what was under way: %+v", s)
				}
				o.exact(b, s)
				all, err := o.service.Grants(t.Context(), o.actor(org.Admin), b.ID)
				o.must(err)
				for _, g := range all {
					ended := g.Kind == budget.Opened || g.Amount == 7*money.Dollar
					if ended && g.State != budget.Ended && !(c.apart && g.State == budget.Closed) || !ended && (g.State != budget.Active || !g.Start.Equal(s.From)) {
						t.Errorf("%s of $%s is %s in the period from %s", g.Kind, g.Amount, g.State, g.Start)
					}
				}
				o.verify()
			})
		}
	})
}
