package reportweb

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	mostMovers = 6
	topRows    = 8
)

// company fills the overview of whoever answers for more than their own requests: an organization, or teams of it.
func (o *overview) company(page *views.HomePage) error {
	page.Company = &views.Company{Spans: o.spanTabs(), Parts: o.partTabs(), Span: spans[o.span].label, Part: parts[o.part].label, Zone: o.zone.String()}
	for _, fill := range []func(*overview, *views.Company) error{companySpend, companyMovers, companyTeams, companyModels, companyBudgets, companyAdvice} {
		if err := fill(o, page.Company); err != nil {
			return err
		}
	}
	return nil
}

func companySpend(o *overview, p *views.Company) (err error) {
	if p.Chart, err = o.spendChart(); err != nil {
		return err
	}
	p.Heat, err = o.heat()
	return err
}

// companyFigures are the six cards on top.
func (o *overview) companyFigures() ([]ui.StatProps, error) {
	all, err := o.whole()
	if err != nil {
		return nil, err
	}
	series, err := o.daily(0, 1)
	if err != nil {
		return nil, err
	}
	people, err := o.whole(usage.Member)
	if err != nil {
		return nil, err
	}
	next, last, err := o.outlook()
	if err != nil {
		return nil, err
	}
	saved, err := o.saved()
	if err != nil {
		return nil, err
	}
	words, requests := spans[o.span].words, listURL(o.narrow())
	spend := ui.StatProps{Label: "Spend", Unit: "USD", Spark: spark(series, func(t usage.Totals) int64 { return int64(t.Cost) }), Href: usageweb.URLOf("/costs", o.narrow())}
	spend.Value, spend.Exact = web.Dollars(all.Total.Cost)
	change(&spend, int64(all.Total.Cost), int64(all.Before.Cost), usd(all.Before.Cost), "in "+words)

	forecast := ui.StatProps{Label: o.now.In(o.zone).Format("January") + " will come to", Unit: "USD", Against: "too few days with spend to say", Value: "–"}
	if next.Known {
		forecast.Value, forecast.Exact = web.Dollars(next.Total)
		change(&forecast, int64(next.Total), int64(last), usd(last), "last month")
		forecast.Hint = fmt.Sprintf("This month so far, and the average of the last %d days for each day that is left.", next.Days)
	}

	count1 := ui.StatProps{Label: "Requests", Value: count(all.Total.Requests), Spark: spark(series, func(t usage.Totals) int64 { return t.Requests }), Href: requests}
	change(&count1, all.Total.Requests, all.Before.Requests, count(all.Before.Requests), "in "+words)

	now, before := active(people)
	users := ui.StatProps{Label: "Active people", Value: count(now), Href: usageweb.URLOf("/costs", map[string]string{"by": "member"})}
	change(&users, now, before, count(before), "in "+words)

	return []ui.StatProps{spend, forecast, count1, users, success(all, o.narrow()), saved}, nil
}

// success is the share of requests that were answered of those that reached a provider: our own refusals are decisions.
func success(all usage.Result, narrow map[string]string) ui.StatProps {
	t := all.Total
	asked := t.Requests - t.Refused
	p := ui.StatProps{Label: "Success rate", Value: share(t.Answered(), asked), Href: listURL(merge(map[string]string{"status": "errors"}, narrow)),
		Against: fmt.Sprintf("%s failed, %s refused by rules", count(t.Failed), count(t.Refused))}
	if asked == 0 {
		p.Value = "–"
	}
	return p
}

// saved is what caches saved: input that providers read from their caches costs less.
func (o *overview) saved() (ui.StatProps, error) {
	r, err := o.whole(usage.Connection, usage.Model)
	if err != nil {
		return ui.StatProps{}, err
	}
	s, _, _, err := o.h.Pricing.Saved(o.c.Ctx(), o.c.Actor(), r)
	if err != nil {
		return ui.StatProps{}, err
	}
	p := ui.StatProps{Label: "Saved by caches", Unit: "USD", Against: share(r.Total.Cached, r.Total.Input) + " of input was cached by providers", Href: "/savings",
		Hint: "Input that providers read from their prompt caches, at today's difference between its price and that of new input."}
	p.Value, p.Exact = web.Dollars(s.Saved)
	switch {
	case s.Unknown > 0 && s.Priced == 0:
		p.Value, p.Exact, p.Unit = "unknown", "", ""
		p.Against += "; no price is known"
	case s.Unknown > 0:
		p.Against += "; no price is known for " + share(s.Unknown, s.Unknown+s.Priced) + " of it"
	}
	return p, nil
}

// active counts people with requests, in the span and before it.
func active(r usage.Result) (now, before int64) {
	for _, row := range r.Rows {
		if row.Others || len(row.Values) == 0 || row.Values[0].ID == "" {
			continue
		}
		if row.Requests > 0 {
			now++
		}
		if row.Before.Requests > 0 {
			before++
		}
	}
	return now, before
}

func spark(r usage.Result, value func(usage.Totals) int64) []int64 {
	out := make([]int64, len(r.Steps))
	for i := range r.Steps {
		out[i] = value(usageweb.StepOf(r, i))
	}
	return out
}

// narrow is the span as filters of the list of requests.
func (o *overview) narrow() map[string]string {
	return usageweb.Days(o.now.AddDate(0, 0, 1-spans[o.span].days), o.now, o.zone)
}

func merge(a, b map[string]string) map[string]string {
	for k, v := range b {
		a[k] = v
	}
	return a
}

func companyMovers(o *overview, p *views.Company) error {
	for _, part := range parts[:3] {
		r, err := o.whole(part.dim)
		if err != nil {
			return err
		}
		r.Rows = usageweb.Moved(r.Rows, mostMovers)
		if r.Query.Nameless {
			if err := o.h.Usage.Name(o.c.Ctx(), o.c.Actor(), &r); err != nil {
				return err
			}
		}
		p.Movers = append(p.Movers, views.Movers{Title: part.label, Rows: usageweb.Movers(r, part.dim, o.narrow(), mostMovers)})
	}
	return nil
}

func companyTeams(o *overview, p *views.Company) error {
	r, err := o.whole(usage.Team)
	if err != nil {
		return err
	}
	for _, row := range top(r.Rows, topRows) {
		p.Teams = append(p.Teams, comparison(row, usage.Team, r.Total.Cost, usageweb.RequestsOf(row, 0, usage.Team, o.narrow())))
	}
	return nil
}

func companyModels(o *overview, p *views.Company) error {
	r, err := o.whole(usage.Model)
	if err != nil {
		return err
	}
	for _, row := range top(r.Rows, topRows) {
		p.Models = append(p.Models, comparison(row, usage.Model, r.Total.Cost, usageweb.RequestsOf(row, 0, usage.Model, o.narrow())))
	}
	return nil
}

// top are the first rows, without what is summed up below them.
func top(rows []usage.Row, n int) []usage.Row {
	var out []usage.Row
	for _, r := range rows[:min(n, len(rows))] {
		if !r.Others {
			out = append(out, r)
		}
	}
	return out
}

const nearBudgets = 4

// companyBudgets are the ones that most of is gone of.
func companyBudgets(o *overview, p *views.Company) error {
	all, forecasts, err := o.limits()
	if err != nil {
		return err
	}
	list := slices.SortedStableFunc(slices.Values(all), func(a, b budget.Entry) int { return cmp.Compare(gone(b), gone(a)) })
	for _, e := range list[:min(nearBudgets, len(list))] {
		b := budgetBinding(o.c, e, forecasts[e.ID])
		b.Ask = ""
		p.Budgets = append(p.Budgets, b)
	}
	return nil
}

// gone is how much of a budget is spent or held, in percent.
func gone(e budget.Entry) int64 {
	return percent(int64(e.Standing.Spent+e.Standing.Held), int64(e.Standing.Limit))
}

// comparison is a row of a table of teams or models.
func comparison(r usage.Row, dim usage.Dim, whole money.USD, href string) views.Comparison {
	out := views.Comparison{Label: usageweb.Label(r, 0, dim), Href: href, Requests: count(r.Requests), Value: int64(max(r.Cost, 0)), Whole: int64(max(whole, 1)),
		Share: share(int64(max(r.Cost, 0)), int64(whole)), Success: "–", Cached: "–", Each: "–"}
	out.Cost, out.Exact = web.Dollars(r.Cost)
	if before := int64(r.Before.Cost); before > 0 || r.Cost > 0 {
		out.Change, out.Up = web.Growth(int64(r.Cost), before), r.Cost > r.Before.Cost
	}
	if asked := r.Requests - r.Refused; asked > 0 {
		out.Success = share(r.Answered(), asked)
		out.Each = usd(r.Cost / money.USD(asked))
	}
	if r.Input > 0 {
		out.Cached = share(r.Cached, r.Input)
	}
	return out
}
