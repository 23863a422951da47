package cacheweb

import (
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/cache"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// spansOf are the times that the page offers, in days.
var spansOf = []int{7, 30, 90}

const usualSpan = 30

func (h *Handlers) home(c *web.Context) error { return h.renderHome(c, views.ClearBox{}, c.Render) }

// show renders a page: as it is, or as one of a form that was refused.
type show = func(page templComponent) error

func (h *Handlers) renderHome(c *web.Context, box views.ClearBox, how show) error {
	span, err := strconv.Atoi(c.QueryParam("days"))
	if err != nil || !slices.Contains(spansOf, span) {
		span = usualSpan
	}
	page := views.HomePage{Shell: c.Shell("Cache", "cache"), Tabs: tabs(root), CanCreate: c.Actor().Role.AtLeast(org.Developer)}
	for _, n := range spansOf {
		page.Spans = append(page.Spans, ui.Tab{Label: fmt.Sprint(n, " days"), Href: fmt.Sprint(root, "?days=", n), Active: n == span})
	}
	rules, err := h.cache.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page.Policies = len(rules) > 0
	to := c.Now().UTC()
	from := to.Truncate(24*time.Hour).AddDate(0, 0, 1-span)
	byDay, err := h.daily(c, from, to)
	if err != nil {
		return err
	}
	all := sum(byDay)
	page.Any = all.Hits+all.Misses > 0
	page.Figures, page.Chart = figures(all), chart(byDay, span)
	if page.Any {
		if page.Tables, err = h.tables(c, from, to); err != nil {
			return err
		}
	}
	if page.Groups, err = h.groups(c, from, to); err != nil {
		return err
	}
	if c.Actor().Role.AtLeast(org.Developer) {
		if err := h.fillClear(c, &box); err != nil {
			return err
		}
		page.Clear = &box
	}
	return how(views.Home(page))
}

// daily are savings of each day (UTC) in a span, the days without any too.
func (h *Handlers) daily(c *web.Context, from, to time.Time) ([]cache.Saving, error) {
	hours, err := h.cache.Savings(c.Ctx(), c.Actor(), cache.ByHour, from, to)
	if err != nil {
		return nil, err
	}
	var out []cache.Saving
	for day := from; day.Before(to); day = day.AddDate(0, 0, 1) {
		out = append(out, cache.Saving{Hour: day})
	}
	for _, x := range hours {
		if i := int(x.Hour.Sub(from) / (24 * time.Hour)); i >= 0 && i < len(out) {
			add(&out[i], x)
		}
	}
	return out, nil
}

// add sums up. Sums of a tenant's savings are far below what an amount holds.
func add(s *cache.Saving, x cache.Saving) {
	s.Hits, s.Misses, s.Cost, s.Time = s.Hits+x.Hits, s.Misses+x.Misses, s.Cost+x.Cost, s.Time+x.Time
}

func sum(list []cache.Saving) (out cache.Saving) {
	for _, x := range list {
		add(&out, x)
	}
	return out
}

func rate(s cache.Saving) string {
	if s.Hits+s.Misses == 0 {
		return "–"
	}
	return fmt.Sprintf("%.0f %%", 100*float64(s.Hits)/float64(s.Hits+s.Misses))
}

func lasted(d time.Duration) string {
	switch {
	case d >= 48*time.Hour:
		return fmt.Sprintf("%.0f days", d.Hours()/24)
	case d >= 2*time.Hour:
		return fmt.Sprintf("%.0f h", d.Hours())
	case d >= 2*time.Minute:
		return fmt.Sprintf("%.0f min", d.Minutes())
	case d >= 10*time.Second:
		return fmt.Sprintf("%.0f s", d.Seconds())
	case d >= time.Second:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
	return fmt.Sprintf("%d ms", d.Milliseconds())
}

func figures(all cache.Saving) []ui.StatProps {
	saved := ui.StatProps{Label: "Saved", Unit: "USD", Hint: "What the answers that were given again cost when they were bought."}
	saved.Value, saved.Exact = web.Dollars(all.Cost)
	each := ""
	if all.Hits > 0 {
		short, _ := web.Dollars(all.Cost / money.USD(all.Hits))
		each = short + " each"
		if all.Time > 0 {
			each += ", " + lasted(all.Time/time.Duration(all.Hits)) + " sooner"
		}
	}
	return []ui.StatProps{saved,
		{Label: "Hit rate", Value: rate(all), Against: fmt.Sprintf("of %d requests that were looked up", all.Hits+all.Misses), Hint: "Requests that no policy is for are not counted."},
		{Label: "Hits", Value: web.Count(all.Hits), Against: each},
		{Label: "Time saved", Value: lasted(all.Time), Hint: "How much longer these answers took when they were bought."}}
}

func chart(days []cache.Saving, span int) ui.SeriesProps {
	hits, misses := ui.Series{Name: "Hits"}, ui.Series{Name: "Misses", Rest: true}
	p := ui.SeriesProps{Title: "Requests that were looked up, per day", Heading: "Day (UTC)", Open: true}
	for _, d := range days {
		p.Columns = append(p.Columns, d.Hour.Format("2 Jan"))
		hits.Values, hits.Texts = append(hits.Values, d.Hits), append(hits.Texts, web.Count(d.Hits))
		misses.Values, misses.Texts = append(misses.Values, d.Misses), append(misses.Texts, web.Count(d.Misses))
	}
	all := sum(days)
	hits.Total, misses.Total = web.Count(all.Hits), web.Count(all.Misses)
	p.Series = []ui.Series{hits, misses}
	p.Summary = fmt.Sprintf("In the last %d days %s of %s requests that were looked up were hits.", span, web.Count(all.Hits), web.Count(all.Hits+all.Misses))
	p.Axis = ui.AxisFor(p.Tallest(), web.Count)
	return p
}

// mostRows is how many rows a table of savings has.
const mostRows = 10

func (h *Handlers) tables(c *web.Context, from, to time.Time) ([]views.SavingTable, error) {
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	teamNames := map[string]string{}
	for _, t := range teams {
		teamNames[t.ID.UUID()] = t.Name
	}
	var out []views.SavingTable
	for _, x := range [...]struct {
		by    cache.Division
		table views.SavingTable
		name  func(v string) string
	}{
		{cache.ByModel, views.SavingTable{Title: "By model", Of: "Model"}, func(v string) string { return v }},
		{cache.ByTeam, views.SavingTable{Title: "By team", Of: "Team"}, func(v string) string { return or(teamNames[v], "another team") }},
		{cache.ByMember, views.SavingTable{Title: "Who benefited", Of: "Member"}, func(v string) string { return h.memberName(c, v) }},
	} {
		rows, err := h.cache.Savings(c.Ctx(), c.Actor(), x.by, from, to)
		if err != nil {
			return nil, err
		}
		for _, r := range rows[:min(len(rows), mostRows)] {
			s := views.SavingRow{Name: or(x.name(r.Value), "none"), Hits: web.Count(r.Hits), Rate: rate(r), Time: lasted(r.Time)}
			s.Saved, s.Exact = web.Dollars(r.Cost)
			x.table.Rows = append(x.table.Rows, s)
		}
		out = append(out, x.table)
	}
	return out, nil
}

// groups are the largest groups of like questions; what was asked is told to those who would be given the answer.
func (h *Handlers) groups(c *web.Context, from, to time.Time) (out []views.LikeGroup, err error) {
	list, err := h.cache.Popular(c.Ctx(), c.Actor(), from, to)
	for _, g := range list {
		x := views.LikeGroup{Asked: g.Asked, Model: g.Last.Asked, Href: likes + "?entry=" + g.Last.Entry.String(), Found: web.Count(g.Found), Served: web.Count(g.Served)}
		if !g.Readable {
			if x.Asked = "Not yours to read"; len(g.Last.Sealed) == 0 {
				x.Asked = "Its answer was cleared"
			}
		}
		x.Saved, x.Exact = web.Dollars(g.Saved)
		out = append(out, x)
	}
	return out, err
}

func (h *Handlers) memberName(c *web.Context, v string) string {
	m, err := id.ParseMember(v)
	if err != nil || m.IsZero() {
		return "service accounts"
	}
	one, err := h.people.Member(c.Ctx(), c.Actor(), m)
	if err != nil {
		return "a member that is gone"
	}
	return one.Name
}

func or(s, def string) string {
	if s == "" {
		return def
	}
	return s
}
