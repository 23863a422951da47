package usageweb

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

const (
	savingsPath = "/savings"
	// savingRows is how many pairs of connection and model are priced one by one.
	savingRows = 500
	mostHints  = 6
)

// savings is what caches saved, and what a cheaper connection would.
type savings struct {
	result         usage.Result
	total, before  Saving
	rows, steps    []Saving
	cheaper        []Cheaper
	hits, answered int64 // requests that the gateway's own cache answered, of all that were answered
}

// savingsOf works them out for what a page is about.
func (h *Handlers) savingsOf(a *asked) (out savings, err error) {
	by := []usage.Dim{usage.Connection, usage.Model}
	if out.result, err = h.query(a, func(q *usage.Query) { q.By, q.Grain, q.Top, q.Compare = by, a.grain(), savingRows, usage.NoComparison }); err != nil {
		return out, err
	}
	ctx, actor := a.c.Ctx(), a.c.Actor()
	if out.total, out.rows, out.steps, err = h.Pricing.Saved(ctx, actor, out.result); err != nil {
		return out, err
	}
	if out.cheaper, err = h.Pricing.Cheaper(ctx, actor, out.result, a.now); err != nil {
		return out, err
	}
	whole, err := h.query(a, func(q *usage.Query) { q.By, q.Top, q.Compare = by, savingRows, usage.Previous })
	if err != nil {
		return out, err
	}
	if out.before, err = h.savedBefore(a, by, whole.Compared); err != nil {
		return out, err
	}
	cache, err := h.query(a, func(q *usage.Query) { q.By, q.Top, q.Compare = []usage.Dim{usage.Cache}, 0, usage.NoComparison })
	if err != nil {
		return out, err
	}
	for _, row := range cache.Rows {
		if !row.Others && (row.Values[0].ID == "hit" || row.Values[0].ID == "semantic") {
			out.hits += row.Requests
		}
	}
	out.answered = cache.Total.Answered()
	return out, nil
}

// savedBefore is what caches saved in the span that a page is compared with. Steps of days and more begin at midnight, so what it has of
// its first day is asked for by the hour: a whole day would be more time than the page's.
func (h *Handlers) savedBefore(a *asked, by []usage.Dim, span usage.Step) (out Saving, err error) {
	days := span.From
	if !a.whole(days) && a.grain() != usage.Hour {
		days = usage.DayOf(span.From, a.zone, 1)
	}
	for _, part := range []struct {
		usage.Step
		grain usage.Grain
	}{{usage.Step{From: span.From, To: days}, usage.Hour}, {usage.Step{From: days, To: span.To}, a.grain()}} {
		if !part.From.Before(part.To) {
			continue
		}
		then, err := h.query(a, func(q *usage.Query) {
			q.By, q.Grain, q.Top, q.Compare = by, part.grain, savingRows, usage.NoComparison
			q.From, q.To = part.From, part.To
		})
		if err != nil {
			return out, err
		}
		saved, _, _, err := h.Pricing.Saved(a.c.Ctx(), a.c.Actor(), then)
		if err != nil {
			return out, err
		}
		out.add(saved)
	}
	return out, nil
}

// savings is the page at /savings.
func (h *Handlers) savings(c *web.Context) error {
	a, err := h.ask(c, savingsPath, monthly)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = nil, usage.Previous
	page := views.SavingsPage{Page: h.frame(a, "Savings", "savings", fmt.Sprintf("What caches saved %s, and what could be saved.", a.reach.Words()))}
	if err == nil {
		err = h.fillSavings(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, savingsPath)
	} else if err != nil {
		return err
	}
	return c.Render(views.Savings(page))
}

func (h *Handlers) fillSavings(a *asked, page *views.SavingsPage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	s, err := h.savingsOf(a)
	if err != nil {
		return err
	}
	if s.result.Total == (usage.Totals{}) {
		page.None = nothing(a)
		return nil
	}
	page.Span = a.words()
	page.Figures = savingFigures(a, s)
	page.Chart = savingChart(a, s)
	page.Table = savingTable(a, s)
	page.Exports = []views.Export{{Label: "CSV", Href: exportOf(a, "csv"), Hint: "Every row, raw decimals"}, {Label: "JSON", Href: exportOf(a, "json"), Hint: "Every row, for programs"}}
	for _, c := range s.cheaper[:min(mostHints, len(s.cheaper))] {
		hint := views.Hint{Title: fmt.Sprintf("%s costs less at %s", c.Model, c.To), Href: a.deeper(usage.Filter{Dim: usage.Model, Values: []string{c.Model}}, usage.Filter{Dim: usage.Connection, Values: []string{c.From}}), Link: "What it is used for"}
		hint.Text = fmt.Sprintf("What went to %s costs %s at today's prices, %s at %s: %s less in these days.", c.From, web.USD(c.Here), web.USD(c.There), c.To, web.USD(c.Saves()))
		page.Hints = append(page.Hints, hint)
	}
	return nil
}

func exportOf(a *asked, format string) string {
	v := a.values()
	v.Del("by")
	v.Set("format", format)
	return a.path + "/export?" + v.Encode()
}

// deeper are the costs of the same span, narrowed.
func (a *asked) deeper(more ...usage.Filter) string {
	b := *a
	b.path, b.usual, b.query.By, b.query.Compare = costsPath, monthly, []usage.Dim{usage.Team}, usage.Previous
	for _, f := range more {
		b.query.Where = narrowed(b.query.Where, f)
	}
	return b.link(nil)
}

func savingFigures(a *asked, s savings) []ui.StatProps {
	t := s.result.Total
	saved := ui.StatProps{Label: "Saved by providers' caches", Unit: "USD", Hint: "Input that providers read from their prompt caches, at the difference between its price and that of new input, each day at its day's price. What writing to a cache costs more is not taken off."}
	saved.Value, saved.Exact = web.Dollars(s.total.Saved)
	for _, step := range s.steps {
		saved.Spark = append(saved.Spark, int64(step.Saved))
	}
	switch {
	case s.total.Unknown > 0 && s.total.Priced == 0:
		saved.Value, saved.Exact, saved.Unit, saved.Against = "unknown", "", "", "no price of what was cached is known"
	case s.before.Saved > 0:
		saved.Change, saved.ChangeUp, saved.ChangeTone, saved.Against = web.Growth(int64(s.total.Saved), int64(s.before.Saved)), s.total.Saved > s.before.Saved, ui.Good, "vs "+web.USD(s.before.Saved)
		if !saved.ChangeUp {
			saved.ChangeTone = ui.Neutral
		}
	default:
		saved.Against = "nothing in as much time before"
	}
	share := ui.StatProps{Label: "Input from caches", Value: web.Share(t.Cached, t.Input), Against: fmt.Sprintf("%s of %s tokens", web.Count(t.Cached), web.Count(t.Input))}
	full := ui.StatProps{Label: "Without caches", Unit: "USD", Against: "what all of it would have cost"}
	full.Value, full.Exact = web.Dollars(t.Cost + s.total.Saved)
	full.Hint = "What was spent, and what caches saved."
	hits := ui.StatProps{Label: "Answered by the gateway's cache", Value: web.Count(s.hits), Against: web.Share(s.hits, s.answered) + " of what was answered, at no cost"}
	if s.hits == 0 {
		hits.Against = "no request in these days"
	} else {
		hits.Href = a.deeper(usage.Filter{Dim: usage.Cache, Values: []string{"hit", "semantic"}})
	}
	return []ui.StatProps{saved, share, full, hits}
}

func savingChart(a *asked, s savings) ui.SeriesProps {
	words := grainWords[s.result.Query.Grain]
	p := ui.SeriesProps{Title: "Saved " + words.each, Heading: words.heading, Open: a.query.To.Equal(a.now), Summary: web.USD(s.total.Saved) + " in all."}
	p.Columns, p.Hrefs = columnsOf(a, s.result)
	one := ui.Series{Name: "Saved by providers' caches", Total: web.USD(s.total.Saved)}
	for _, step := range s.steps {
		one.Values, one.Texts = append(one.Values, int64(step.Saved)), append(one.Texts, web.USD(step.Saved))
	}
	p.Series = []ui.Series{one}
	p.Axis = ui.AxisFor(p.Tallest(), ui.MoneyTick)
	return p
}

func savingTable(a *asked, s savings) views.Table {
	t := views.Table{Caption: "Savings by provider and model", Columns: []ui.Column{{Label: "Model"}, {Label: "Provider"}, {Label: "Input from caches", Title: "Of the input tokens"}, {Label: "Cached tokens", Numeric: true},
		{Label: "At full price (USD)", Numeric: true, Wide: true, Title: "What the cached input would have cost as new input"}, {Label: "Saved (USD)", Numeric: true}, {Label: "Spent (USD)", Numeric: true}}}
	for i, row := range s.result.Rows {
		if row.Input == 0 && row.Cost == 0 {
			continue
		}
		t.Rows = append(t.Rows, savingRow(a, row, s.rows[i]))
	}
	whole := usage.Row{Totals: s.result.Total}
	last := savingRow(a, whole, s.total)
	last.Total, last.Cells[0].Text, last.Cells[1].Text = true, "Total", ""
	t.Rows = append(t.Rows, last)
	return t
}

func savingRow(a *asked, row usage.Row, s Saving) views.Row {
	model, from := views.Cell{Text: Label(row, 1, usage.Model)}, views.Cell{Text: Label(row, 0, usage.Connection)}
	if !row.Others && len(row.Values) > 1 {
		model.Href = a.deeper(usage.Filter{Dim: usage.Model, Values: []string{row.Values[1].ID}}, usage.Filter{Dim: usage.Connection, Values: []string{row.Values[0].ID}})
	}
	share := views.Cell{Text: web.Share(row.Cached, row.Input), Bar: row.Cached, Whole: max(row.Input, 1)}
	saved, full, spent := views.Cell{}, views.Cell{}, views.Cell{}
	saved.Text, saved.Title = web.Dollars(s.Saved)
	full.Text, full.Title = web.Dollars(s.Full)
	spent.Text, spent.Title = web.Dollars(row.Cost)
	if s.Unknown > 0 {
		full.Sub = "without what has no known price"
		if s.Priced == 0 {
			saved, full = views.Cell{Text: "unknown", Title: "No price is known"}, views.Cell{}
		}
	}
	return views.Row{Soft: row.Others, Cells: []views.Cell{model, from, share, {Text: web.Count(row.Cached)}, full, saved, spent}}
}
