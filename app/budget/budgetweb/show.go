package budgetweb

import (
	"fmt"
	"net/url"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// lastRefusals is how many refused requests the page of a budget shows.
const lastRefusals = 8

// show is the page of one budget.
func (h *Handlers) show(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	page, err := h.showPage(c, e, gift{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// showPage gathers everything about a budget; given is what was typed into one of its forms, if that was refused.
func (h *Handlers) showPage(c *web.Context, e budget.Entry, given gift) (templ.Component, error) {
	page, err := h.gather(c, e, given)
	return views.Show(page), err
}

// mostHistory is how many periods a budget's page shows; the API has all.
const mostHistory = 100

func (h *Handlers) gather(c *web.Context, e budget.Entry, given gift) (page views.ShowPage, err error) {
	ctx, actor := c.Ctx(), c.Actor()
	forecast, err := h.budgets.Forecast(ctx, actor, e.ID)
	if err != nil {
		return page, err
	}
	statements, err := h.budgets.Statements(ctx, actor, e.ID)
	if err != nil {
		return page, err
	}
	grants, err := h.budgets.Grants(ctx, actor, e.ID)
	if err != nil {
		return page, err
	}
	asks, err := h.budgets.Requests(ctx, actor, budget.RequestQuery{Budget: e.ID})
	if err != nil {
		return page, err
	}
	alerts, err := h.budgets.Alerts(ctx, actor, e.ID)
	if err != nil {
		return page, err
	}
	refused, err := h.reports.Requests(ctx, actor, report.Query{Budget: e.ID, Limit: lastRefusals})
	if err != nil {
		return page, err
	}
	row := present(c, e, map[id.Budget]budget.Forecast{e.ID: forecast})
	page = views.ShowPage{Shell: c.Shell(e.Label, "budgets"), Title: e.Label, Status: row.Enforce, Row: row, Sub: subtitle(c, e), Facts: rules(c, e), Burn: Burn(c, e, forecast),
		Outlook: outlook(c, e, forecast), History: history(c, e, statements[:min(len(statements), mostHistory)]), Grants: granted(c, e, grants), Asks: requests(c, asks), Alerts: crossed(c, alerts),
		Requests: "/requests?" + url.Values{"range": {"month"}, "under": {printScope(e.Scope)}}.Encode(),
		Refusals: "/requests?" + url.Values{"range": {"all"}, "budget": {e.ID.String()}}.Encode(), Last: lines(c, refused.Requests), Error: given.form}
	if page.Suspended, err = h.suspended(c, e); err != nil {
		return page, err
	}
	page.Actions.Ask = root + "/" + e.ID.String() + "/ask"
	if row.CanChange {
		question := deletion(e)
		page.Actions.Edit, page.Actions.Delete = root+"/"+e.ID.String()+"/edit", &question
		if page.Actions.Give, err = h.gives(c, e, given); err != nil {
			return page, err
		}
	}
	return page, nil
}

func subtitle(c *web.Context, e budget.Entry) string {
	s := fmt.Sprintf("%s %s", budget.Amount(e.Measure, e.Limit), periods[e.Period])
	if e.Name != e.Label {
		s = e.Name + ": " + s
	}
	if e.Standing.ResetsAt.IsZero() {
		return s + ", never resets."
	}
	return s + ", resets " + e.Standing.ResetsAt.Format("Monday 2 January, 15:04 MST") + "."
}

// alerts are the shares of the limit at which people are told.
func alerts(thresholds []int) string {
	if len(thresholds) == 0 {
		return "none"
	}
	return percents(thresholds) + " %"
}

// rules are what somebody set, in words.
func rules(c *web.Context, e budget.Entry) []ui.Fact {
	m := e.Measure
	begins := map[budget.Period]string{budget.Daily: "every day at midnight", budget.Weekly: "every " + weekdays[max(e.Starts, 1)-1], budget.Monthly: fmt.Sprintf("every month on day %d", max(e.Starts, 1)),
		budget.Quarterly: "every quarter of a year from " + monthNames[max(e.Starts, 1)-1], budget.Forever: "once"}[e.Period]
	facts := []ui.Fact{
		{Label: "Counts", Value: map[ledger.Measure]string{ledger.Money: "money, in USD", ledger.Tokens: "tokens, input and output", ledger.Requests: "requests that reach a provider"}[m]},
		{Label: "Begins", Value: begins + ", " + zone(c)},
		{Label: "At the limit", Value: atLimit(e)},
		{Label: "Alerts at", Value: alerts(e.Thresholds)},
	}
	for _, f := range []struct {
		label string
		n     ledger.Units
	}{{"Carries over", e.Rollover}, {"Reserve", e.Reserve}, {"Rolled over", e.RolledOver}, {"Granted", e.Granted}} {
		if f.n != 0 {
			facts = append(facts, ui.Fact{Label: f.label, Value: budget.Amount(m, f.n)})
		}
	}
	if e.Strict {
		facts = append(facts, ui.Fact{Label: "Strict", Value: "limits right below add up to no more"})
	}
	return append(facts, ui.Fact{Label: "Id", Value: e.ID.String(), Mono: true, Copy: true})
}

func atLimit(e budget.Entry) string {
	switch e.Enforce {
	case budget.Soft:
		return "requests go through with a warning"
	case budget.Throttle:
		return fmt.Sprintf("slows down from %d %%, refuses at the limit", e.Ladder.From)
	case budget.Downgrade:
		return fmt.Sprintf("%s answers from %d %%, refuses at the limit", e.Ladder.Model, e.Ladder.From)
	}
	return "requests that do not fit are refused"
}

var weekdays = []string{"Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"}

var monthNames = []string{"January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"}

func history(c *web.Context, e budget.Entry, list []budget.Statement) []views.Statement {
	m := e.Measure
	optional := func(n ledger.Units) views.Amount {
		if n == 0 {
			return views.Amount{}
		}
		return amount(m, n)
	}
	var out []views.Statement
	for _, s := range list {
		v := views.Statement{Period: span(e, s, c), Spent: amount(m, s.Spent), Limit: amount(m, s.Limit), RolledOver: optional(s.RolledOver), Granted: optional(s.Granted),
			Suspense: optional(s.Suspense), Value: int64(s.Spent + s.Suspense), Max: int64(max(s.Limit, 1))}
		part := e
		part.Standing = budget.Standing{Spent: s.Spent + s.Suspense, Limit: s.Limit}
		v.Share = fmt.Sprintf("%d %%", percent(part))
		v.Now = !c.Now().Before(s.From) && (s.To.IsZero() || c.Now().Before(s.To))
		out = append(out, v)
	}
	return out
}

// span is a period in words: a day, a month, or its first and last day.
func span(e budget.Entry, s budget.Statement, c *web.Context) string {
	from, to := s.From.In(c.Zone()), s.To.In(c.Zone())
	switch {
	case s.To.IsZero():
		return "Since the beginning"
	case e.Period == budget.Daily:
		return from.Format("Mon 2 Jan 2006")
	case e.Period == budget.Monthly && from.Day() == 1:
		return from.Format("January 2006")
	}
	return from.Format("2 Jan") + " to " + to.AddDate(0, 0, -1).Format("2 Jan 2006")
}

func crossed(c *web.Context, list []budget.Alert) []views.Alert {
	var out []views.Alert
	for _, a := range list {
		v := views.Alert{Threshold: fmt.Sprintf("%d %%", a.Threshold), Tone: ui.Warn, At: c.When(a.At),
			Text: fmt.Sprintf("%s of %s spent", budget.Amount(a.Measure, a.Spent), budget.Amount(a.Measure, a.Limit))}
		switch {
		case a.Threshold >= 100:
			v.Tone = ui.Bad
		case a.Threshold < 75:
			v.Tone = ui.Info
		}
		if a.Rearmed {
			v.Text += "; the limit was raised since"
		}
		out = append(out, v)
	}
	return out
}

func lines(c *web.Context, list []report.Request) []views.RefusalLine {
	var out []views.RefusalLine
	for _, r := range list {
		l := views.RefusalLine{Href: "/requests/" + r.ID.String(), Who: or(r.Member, r.Key), Model: r.Asked, Code: words[r.Code], At: c.When(r.At)}
		if r.Refusal.Need > 0 {
			l.Needed = budget.Amount(r.Refusal.Measure, r.Refusal.Need)
		}
		out = append(out, l)
	}
	return out
}

// words are refusals in a table.
var words = map[string]string{"budget_exhausted": "used up", "budget_reserved": "held by others", "price_unknown": "no price known"}
