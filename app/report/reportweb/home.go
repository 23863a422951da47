package reportweb

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const (
	lastRequests = 10
	topModels    = 5
	nearBudgets  = 4
	sparkDays    = 14
)

// home is the page at /. Its parts poll themselves: for them only what they show is looked up.
func (h *Handlers) home(c *web.Context) error {
	page := views.HomePage{}
	var err error
	switch c.Request().Header.Get("HX-Target") {
	case "home-last":
		err = h.last(c, &page)
	case "home-figures":
		err = h.figures(c, &page)
	case "home-waiting":
		page.Start, err = h.start(c)
	default:
		err = h.whole(c, &page)
	}
	if err != nil {
		return err
	}
	return c.Render(views.Home(page))
}

func (h *Handlers) whole(c *web.Context, page *views.HomePage) error {
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	reach, err := h.Reports.Reach(c.Actor())
	if err != nil {
		return err
	}
	page.Shell = c.Shell("Home", "home")
	page.Title = c.Organization().Name
	page.Sub = fmt.Sprintf("Figures of %s. Days and months begin at midnight in %s.", reach.Words(), zone)
	if err := h.last(c, page); err != nil {
		return err
	}
	found, ok, err := h.Connections.Discover(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if ok {
		page.Found = found.Names(6)
	}
	if len(page.Last) == 0 {
		page.Title, page.Sub = "Welcome to Bodhi Gateway", "Three steps, and your app's requests are governed, metered and logged."
		page.Start, err = h.start(c)
		return err
	}
	if err := h.figures(c, page); err != nil {
		return err
	}
	if err := h.topModels(c, page); err != nil {
		return err
	}
	return h.budgets(c, page)
}

func (h *Handlers) last(c *web.Context, page *views.HomePage) error {
	p, err := h.Reports.Requests(c.Ctx(), c.Actor(), report.Query{Limit: lastRequests})
	if err != nil {
		return err
	}
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page.Last = rows(c, p.Requests, zone)
	return nil
}

func (h *Handlers) figures(c *web.Context, page *views.HomePage) error {
	f, err := h.Reports.Figures(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	days, err := h.Reports.Daily(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page.Figures = cards(f, days)
	page.Daily = dailyChart(days, f.Zone)
	return nil
}

// cards are the four figures on top of the home page.
func cards(f report.Figures, days []report.Day) []ui.StatProps {
	recent := days[max(0, len(days)-sparkDays):]
	today := ui.StatProps{Label: "Spend today", Unit: "USD", Spark: series(recent, func(t report.Totals) int64 { return int64(t.Cost) })}
	today.Value, today.Exact = web.Dollars(f.Today.Cost)
	change(&today, int64(f.Today.Cost), int64(f.Yesterday.Cost), usd(f.Yesterday.Cost), "by this time yesterday")

	month := ui.StatProps{Label: "Spend this month", Unit: "USD", Spark: monthToDate(days, f.Now, f.Zone)}
	month.Value, month.Exact = web.Dollars(f.Month.Cost)
	change(&month, int64(f.Month.Cost), int64(f.LastMonth.Cost), usd(f.LastMonth.Cost), "by this day in "+f.MonthBefore.In(f.Zone).Format("January"))

	requests := ui.StatProps{Label: "Requests today", Value: count(f.Today.Requests), Href: "/requests?range=today",
		Spark: series(recent, func(t report.Totals) int64 { return t.Requests })}
	change(&requests, f.Today.Requests, f.Yesterday.Requests, count(f.Yesterday.Requests), "by this time yesterday")

	errors := ui.StatProps{Label: "Errors today", Value: share(f.Today.Errors, f.Today.Requests), Href: "/requests?range=today&status=errors",
		Against: fmt.Sprintf("%s of %s requests failed or were refused", count(f.Today.Errors), count(f.Today.Requests)),
		Spark:   series(recent, func(t report.Totals) int64 { return t.Errors })}
	return []ui.StatProps{today, month, requests, errors}
}

// change compares a figure with the same part of the period before.
func change(p *ui.StatProps, now, before int64, words, when string) {
	if before <= 0 {
		p.Against = "nothing " + when
		return
	}
	p.Against = "vs " + words + " " + when
	points := percent(now-before, before)
	switch {
	case points > 999:
		p.Change, p.ChangeUp = "over 10 ×", true
	case points >= 0:
		p.Change, p.ChangeUp = fmt.Sprintf("%d %%", points), true
	default:
		p.Change = fmt.Sprintf("%d %%", -points)
	}
}

func series(days []report.Day, value func(report.Totals) int64) []int64 {
	out := make([]int64, len(days))
	for i, d := range days {
		out[i] = value(d.Totals)
	}
	return out
}

// monthToDate is the running sum of this month's days.
func monthToDate(days []report.Day, now time.Time, zone *time.Location) []int64 {
	from, _ := budget.Monthly.Window(now, zone)
	var sum int64
	out := []int64{0}
	for _, d := range days {
		if !d.From.Before(from) {
			sum += int64(d.Cost)
			out = append(out, sum)
		}
	}
	return out
}

// dailyChart draws spend per day; the last day is not over.
func dailyChart(days []report.Day, zone *time.Location) ui.ChartProps {
	var largest money.USD
	var top report.Day
	points := make([]ui.Point, len(days))
	for i, d := range days {
		points[i] = ui.Point{Label: d.From.In(zone).Format("2 Jan"), Value: int64(d.Cost), Text: usd(d.Cost), Soft: i == len(days)-1}
		if d.Cost > largest {
			largest, top = d.Cost, d
		}
	}
	p := ui.ChartProps{ID: "daily", Title: "Spend per day, last 30 days", Column: "Spend (USD)", Points: points, Ticks: []string{"$0", ""}, Top: 1}
	p.Summary = "Nothing was spent."
	if largest > 0 {
		p.Summary = fmt.Sprintf("The most was spent on %s: %s.", top.From.In(zone).Format("2 January"), usd(largest))
		scale, steps := ui.Scale(int64(largest))
		p.Top, p.Ticks = scale, nil
		for i := range steps + 1 {
			p.Ticks = append(p.Ticks, "$"+money.USD(scale/int64(steps)*int64(i)).String())
		}
	}
	return p
}

func (h *Handlers) topModels(c *web.Context, page *views.HomePage) error {
	groups, err := h.Reports.TopModels(c.Ctx(), c.Actor(), topModels)
	if err != nil {
		return err
	}
	for _, g := range groups {
		s := ui.Share{Label: g.Name, Note: plural(g.Requests, "request"), Value: int64(g.Cost), Href: listURL(map[string]string{"range": "month", "model": g.ID})}
		s.Text, s.Title = web.Dollars(g.Cost)
		page.Models = append(page.Models, s)
	}
	return nil
}

// budgets are the ones that most of is gone of.
func (h *Handlers) budgets(c *web.Context, page *views.HomePage) error {
	list, err := h.Budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	slices.SortStableFunc(list, func(a, b budget.Entry) int {
		return cmp.Compare(percent(int64(b.Standing.Spent), int64(b.Limit)), percent(int64(a.Standing.Spent), int64(a.Limit)))
	})
	for _, e := range list[:min(nearBudgets, len(list))] {
		page.Budgets = append(page.Budgets, budgetLine(c, e))
	}
	return nil
}

func budgetLine(c *web.Context, e budget.Entry) views.BudgetLine {
	s := e.Standing
	line := views.BudgetLine{Name: e.Label, Tag: string(e.Period) + ", " + string(e.Enforce)}
	line.Bar = ui.ProgressProps{
		Label: "Budget of " + e.Label, Text: usd(s.Spent) + " of " + usd(e.Limit),
		Value: int64(s.Spent), Max: int64(e.Limit),
	}
	if s.Held > 0 {
		line.Bar.Text += ", " + usd(s.Held) + " held"
	}
	if !s.ResetsAt.IsZero() {
		line.Bar.Note = "resets " + c.When(s.ResetsAt).Text
	}
	return line
}

// start is the way to the first request: what is there already, and what to do next.
func (h *Handlers) start(c *web.Context) (*views.Start, error) {
	first, err := h.Reports.Requests(c.Ctx(), c.Actor(), report.Query{Limit: 1})
	if err != nil {
		return nil, err
	}
	zone, err := h.Reports.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	s := &views.Start{}
	if len(first.Requests) > 0 {
		s.Arrived = &rows(c, first.Requests, zone)[0]
		return s, nil
	}
	connections, err := h.Connections.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	keys, err := h.Keys.Count(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	own, err := h.Keys.Find(c.Ctx(), c.Actor(), key.Query{Of: org.OfMember(c.Actor().Org, c.Actor().Member), Limit: 1})
	if err != nil {
		return nil, err
	}
	s.BaseURL = c.PublicURL() + "/t/" + c.Organization().Slug + "/v1"
	s.Snippets = snippets(s.BaseURL)
	s.Steps = steps(c.Actor(), connections, keys.All, len(own.Keys) > 0)
	return s, nil
}
