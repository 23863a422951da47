package reportweb

import (
	"cmp"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/usage/usageweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
)

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
