package bulletin

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// tight is the share of a budget, in percent, above which a daily report goes out.
const tight = 90

// standing reads how the budgets are used that the report is about: the team's own, or those of the organization, its
// departments and teams. What binds a team from above is not its to report: it would tell what others spend.
func (x *making) standing() error {
	all, err := x.Budgets.List(x.ctx, x.eyes)
	if err != nil {
		return err
	}
	for _, e := range all {
		if x.ours(e.Scope) && e.Standing.Limit > 0 {
			x.budgets = append(x.budgets, e)
		}
	}
	forecasts, err := x.Budgets.Forecasts(x.ctx, x.eyes, x.budgets)
	if err != nil {
		return err
	}
	over, err := x.atEnd()
	if err != nil {
		return err
	}
	slices.SortStableFunc(x.budgets, func(a, b budget.Entry) int { return cmp.Compare(percent(b), percent(a)) })
	for _, e := range x.budgets[:min(mostBudgets, len(x.budgets))] {
		st := e.Standing
		b := Budget{ID: e.ID.String(), Name: e.Label, Used: amount(e.Measure, used(e)), Limit: amount(e.Measure, st.Limit), Percent: percent(e), Tight: above(e, tight)}
		if e.Name != "" && e.Name != e.Label {
			b.Name += ", " + e.Name
		}
		switch f := forecasts[e.ID]; {
		case st.Left <= 0:
			b.Outlook = "Used up."
		case over[e.ID]:
			b.Outlook = "Its period is over."
		case !f.RunsOut.IsZero():
			b.Outlook = "Runs out " + f.RunsOut.In(x.zone).Format("2 January, 15:04") + " at this pace."
		case f.Known:
			b.Outlook = fmt.Sprintf("Heading for %s by %s.", amount(e.Measure, f.Total), f.At.Add(-time.Nanosecond).In(x.zone).Format("2 January"))
		}
		x.out.Budgets = append(x.out.Budgets, b)
	}
	return nil
}

// atEnd puts in place of the present standings those of the period that the report's time ended in, where that one is over: on the first
// of a month nothing is used of the new one. Periods may end later than the report's time does (a week's in a month's report that is made
// up for later). A daily report goes out because of the present ones, so it keeps them.
func (x *making) atEnd() (over map[id.Budget]bool, err error) {
	over = map[id.Budget]bool{}
	for i := range x.budgets {
		e := &x.budgets[i]
		if from, _ := e.Calendar().Window(x.now, x.zone); x.report.Kind == Daily || from.Before(x.slot.To) || !e.CreatedAt.Before(x.slot.To) {
			continue
		}
		all, err := x.Budgets.Statements(x.ctx, x.eyes, e.ID)
		if err != nil {
			return nil, err
		}
		then := budget.Statement{Limit: e.Limit - e.Reserve} // nobody spent in it
		n := slices.IndexFunc(all, func(s budget.Statement) bool { return s.From.Before(x.slot.To) && !s.To.Before(x.slot.To) })
		if _, to := e.Calendar().Window(x.slot.To.Add(-time.Nanosecond), x.zone); n >= 0 {
			then = all[n]
		} else if !to.Equal(x.slot.To) { // the present one says more than the emptiness of another time
			continue
		}
		over[e.ID] = true
		if st := &e.Standing; then.Limit > 0 {
			st.Limit, st.Spent, st.Held = then.Limit, then.Spent+then.Suspense, 0
			st.Left = st.Limit - st.Spent
		}
	}
	return over, nil
}

// ours reports whether a budget's standing is the report's to tell.
func (x *making) ours(s org.Scope) bool {
	if !x.report.Team.IsZero() {
		return s == org.OfTeam(x.report.Org, x.report.Team) || s == org.OfPool(x.report.Org, x.report.Team)
	}
	switch s.Kind() {
	case org.OrgScope, org.DepartmentScope, org.TeamScope, org.PoolScope:
		return true
	}
	return false
}

// amount is units in words: money to the cent, as everything in a report.
func amount(m ledger.Measure, n ledger.Units) string {
	if m == ledger.Money && n >= 0 {
		return "$" + n.Format(2)
	}
	return budget.Amount(m, n)
}

// used is what is gone or held.
func used(e budget.Entry) ledger.Units { return e.Standing.Limit - e.Standing.Left }

// percent is how much of a budget is used, rounded down.
func percent(e budget.Entry) int64 {
	n := new(big.Int).Mul(big.NewInt(int64(used(e))), big.NewInt(100))
	n.Div(n, big.NewInt(int64(e.Standing.Limit)))
	if !n.IsInt64() {
		return 0
	}
	return n.Int64()
}

// above reports whether more than a share of a budget, in percent, is used.
func above(e budget.Entry, share int64) bool {
	a := new(big.Int).Mul(big.NewInt(int64(used(e))), big.NewInt(100))
	return a.Cmp(new(big.Int).Mul(big.NewInt(int64(e.Standing.Limit)), big.NewInt(share))) > 0
}
