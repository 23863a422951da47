package usageweb

import (
	"context"
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/budget/budgetweb"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// Budgets are the budgets that an actor sees. *budget.Service implements it.
type Budgets interface {
	List(ctx context.Context, actor org.Actor) ([]budget.Entry, error)
	Forecast(ctx context.Context, actor org.Actor, b id.Budget) (budget.Forecast, error)
}

const (
	teamRows = 10
	// teamBudgets is how many of a team's budgets are drawn: those on itself, which are few.
	teamBudgets = 4
)

// team is the page at /teams/:id/usage.
func (h *Handlers) team(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParseTeam, error(fault.New(fault.NotFound, "not_found", "There is no such team.")))
	if err != nil {
		return err
	}
	t, err := h.People.Team(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	a, err := h.ask(c, "/teams/"+t.ID.String()+"/usage", monthly)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = nil, usage.Previous
	page := views.TeamPage{Page: h.frame(a, t.Name+": usage", "teams", fmt.Sprintf("What %s spends, on what, and how far its budgets go.", t.Name))}
	page.Crumbs = []ui.Crumb{{Label: "Teams", Href: "/teams"}, {Label: t.Name, Href: "/teams/" + t.ID.String()}, {Label: "Usage"}}
	if err == nil {
		err = h.fillTeam(a, t, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, a.path)
	} else if err != nil {
		return err
	}
	return c.Render(views.Team(page))
}

func (h *Handlers) fillTeam(a *asked, t org.Team, page *views.TeamPage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	inside := *a // links lead out of the page, and carry the team
	inside.path = costsPath
	inside.query.Where = narrowed(a.query.Where, usage.Filter{Dim: usage.Team, Values: []string{t.ID.String()}})
	b := &inside
	page.Span = a.words()
	drawn, err := h.query(b, func(q *usage.Query) {
		q.By, q.Grain, q.Top = []usage.Dim{usage.Member}, b.grain(), chartLayers
	})
	if err != nil {
		return err
	}
	page.Chart = spendChart(b, drawn)
	results := map[usage.Dim]usage.Result{}
	for _, part := range []struct {
		dim  usage.Dim
		into *views.Table
	}{{usage.Member, &page.People}, {usage.Model, &page.Models}, {usage.Key, &page.Keys}, {usage.Client, &page.Apps}} {
		r, err := h.query(b, func(q *usage.Query) { q.By, q.Top = []usage.Dim{part.dim}, usage.MaxTop })
		if err != nil {
			return err
		}
		results[part.dim] = r
		*part.into = rank(b, r, teamRows)
	}
	if page.Budgets, err = h.burns(a, t); err != nil {
		return err
	}
	people := results[usage.Member]
	now, before := active(people)
	who := ui.StatProps{Label: "Active people", Value: web.Count(now)}
	held(b, people, &who, now, before, web.Count)
	next, err := h.monthAhead(b)
	if err != nil {
		return err
	}
	page.Figures = []ui.StatProps{moneyFigure(b, "Spend", people, drawn.Series), next, countFigure(b, people, drawn.Series), who}
	rows := *b // what the page draws, where the page itself divides by nothing
	rows.query.By, rows.query.Grain = []usage.Dim{usage.Member}, b.grain()
	page.Exports = exportsOf(&rows)[:2]
	page.Changes, err = h.changes(a, t)
	return err
}

// monthAhead is what this month will come to, by the average of the last two weeks.
func (h *Handlers) monthAhead(a *asked) (ui.StatProps, error) {
	const recent = 14
	from, to := budget.Monthly.Window(a.now, a.zone)
	p := ui.StatProps{Label: a.now.In(a.zone).Format("January") + " will come to", Unit: "USD", Value: "–", Against: "too few days with spend to say"}
	month, err := h.query(a, func(q *usage.Query) { q.From, q.To, q.By, q.Compare = from, a.now, nil, usage.NoComparison })
	if err != nil {
		return p, err
	}
	today := usage.DayOf(a.now, a.zone, 0)
	days, err := h.query(a, func(q *usage.Query) {
		q.From, q.To, q.Grain, q.By, q.Compare = usage.DayOf(a.now, a.zone, -recent), today, usage.Day, nil, usage.NoComparison
	})
	if err != nil {
		return p, err
	}
	var spent []money.USD
	for _, d := range days.Series {
		spent = append(spent, d.Cost)
	}
	if next := report.Foresee(month.Total.Cost, spent, to.Sub(a.now)); next.Known {
		p.Value, p.Exact = web.Dollars(next.Total)
		p.Against = web.USD(month.Total.Cost) + " so far"
		p.Hint = fmt.Sprintf("This month so far, and the average of the last %d days for each day that is left.", next.Days)
	}
	return p, nil
}

// burns are the team's own budgets, and where each is heading.
func (h *Handlers) burns(a *asked, t org.Team) ([]views.Burn, error) {
	list, err := h.Budgets.List(a.c.Ctx(), a.c.Actor())
	if err != nil {
		return nil, err
	}
	var out []views.Burn
	for _, e := range list {
		if e.Scope != org.OfTeam(t.Org, t.ID) && e.Scope != org.OfPool(t.Org, t.ID) || len(out) == teamBudgets {
			continue
		}
		f, err := h.Budgets.Forecast(a.c.Ctx(), a.c.Actor(), e.ID)
		if err != nil {
			return nil, err
		}
		st := e.Standing
		used := st.Spent + st.Held
		b := views.Burn{Title: e.Name, Href: "/budgets/" + e.ID.String(), Chart: budgetweb.Burn(a.c, e, f),
			Bar: ui.ProgressProps{Label: "Budget " + e.Name, Text: budget.Amount(st.Measure, used) + " of " + budget.Amount(st.Measure, st.Limit), Value: int64(max(0, used)), Max: int64(st.Limit)}}
		if b.Title == "" {
			b.Title = e.Label
		}
		b.Chart.Title = b.Title + ": " + b.Chart.Title // two of them on one page must not be called alike
		switch {
		case !f.RunsOut.IsZero():
			b.Note, b.Tight = "Runs out "+f.RunsOut.In(a.zone).Format("Monday 2 January, 15:04")+" at this pace.", true
		case f.Known:
			b.Note = fmt.Sprintf("Heading for %s by %s.", budget.Amount(e.Measure, f.Total), f.At.Add(-time.Nanosecond).In(a.zone).Format("2 January"))
		}
		out = append(out, b)
	}
	return out, nil
}
