package budgetweb

import (
	"fmt"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// present turns a budget into what its row prints.
func present(c *web.Context, e budget.Entry, forecasts map[id.Budget]budget.Forecast) views.Row {
	r := views.Row{ID: e.ID.String(), Icon: icons[e.Scope.Kind()], Label: e.Label, Stand: stand(e, forecasts[e.ID]), Enforce: enforcement(e),
		Resets: c.When(e.Standing.ResetsAt), CanSee: true, CanChange: budget.Changeable(c.Actor(), e), Edit: root + "/" + e.ID.String() + "/edit"}
	if here := c.Request().URL; here.RawQuery != "" { // a search, a page
		r.Edit += "?back=" + url.QueryEscape(here.RequestURI())
	}
	if e.Name != e.Label {
		r.Sub = e.Name
	}
	return r
}

// stand is a budget's bar and figures.
func stand(e budget.Entry, f budget.Forecast) views.Stand {
	s, m := e.Standing, e.Measure
	out := views.Stand{Period: periods[e.Period], Share: fmt.Sprintf("%d %%", percent(e)), Spent: amount(m, s.Spent-e.Suspense)}
	if out.Left = amount(m, s.Left); s.Left < 0 {
		out.Left, out.Over = views.Amount{}, amount(m, -s.Left)
	}
	out.Used = short(m, s.Spent) + " of " + short(m, s.Limit)
	if s.Held > 0 {
		out.Held = amount(m, s.Held)
	}
	if e.Suspense > 0 {
		out.Suspense = amount(m, e.Suspense)
	}
	out.Bar = ui.MeterProps{Spent: int64(s.Spent - e.Suspense), Suspense: int64(e.Suspense), Held: int64(s.Held), Max: int64(s.Limit),
		Label: fmt.Sprintf("%s: %s of %s spent, %s held, %s left", e.Label, budget.Amount(m, s.Spent), budget.Amount(m, s.Limit), budget.Amount(m, s.Held), budget.Amount(m, s.Left))}
	if f.Known {
		out.Forecast, out.ForecastNote, out.ForecastTight = short(m, f.Total), f.Method, f.Total > s.Limit
		out.Bar.Forecast = int64(f.Total)
		out.Bar.Label += ", forecast " + budget.Amount(m, f.Total)
	}
	return out
}

// enforcement is what happens at the limit, as a word and a sign.
func enforcement(e budget.Entry) ui.StatusProps {
	switch e.Enforce {
	case budget.Soft:
		return ui.StatusProps{Label: "Warns", Icon: "bell", Title: "A soft limit: requests go through with a warning."}
	case budget.Throttle:
		return ui.StatusProps{Label: fmt.Sprintf("Slows from %d %%", e.Ladder.From), Icon: "gauge", Title: "Requests slow down as the limit nears; at it they are refused."}
	case budget.Downgrade:
		return ui.StatusProps{Label: fmt.Sprintf("Cheaper from %d %%", e.Ladder.From), Icon: "arrow-down", Title: "Near the limit " + e.Ladder.Model + " answers instead; at it requests are refused."}
	}
	return ui.StatusProps{Label: "Blocks", Icon: "ban", Title: "A hard limit: requests that do not fit are refused."}
}

var periods = map[budget.Period]string{budget.Daily: "per day", budget.Weekly: "per week", budget.Monthly: "per month",
	budget.Quarterly: "per quarter", budget.Forever: "in total"}

// amount is a figure with its unit, rounded for reading and exact.
func amount(m ledger.Measure, n ledger.Units) views.Amount {
	return views.Amount{Short: short(m, n), Exact: exact(m, n)}
}

func short(m ledger.Measure, n ledger.Units) string {
	if m == ledger.Money {
		s, _ := web.Dollars(n)
		return s
	}
	return budget.Amount(m, n)
}

func exact(m ledger.Measure, n ledger.Units) string {
	if m == ledger.Money {
		_, s := web.Dollars(n)
		return s
	}
	return budget.Amount(m, n)
}

func deletion(e budget.Entry) ui.ConfirmProps {
	return ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete the budget of " + e.Label + "?",
		Text:   "From then on nothing limits this place but the budgets above and below it.",
		Action: root + "/" + e.ID.String() + "/delete", Button: "Delete budget", Kind: ui.Destructive}
}

// tagChoice is the place that the field for a tag belongs to.
const tagChoice = "tag"

func zone(c *web.Context) string {
	if z := c.Organization().Zone; z != "" {
		return z
	}
	return "UTC"
}
