package usageweb

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// grainWords are how steps of time are called.
var grainWords = map[usage.Grain]struct{ each, heading, form string }{
	usage.Hour: {"per hour", "Hour", "2 Jan 15:04"}, usage.Day: {"per day", "Day", "2 Jan"}, usage.Week: {"per week", "Week from", "2 Jan"}, usage.Month: {"per month", "Month", "Jan 2006"},
}

// columnsOf are the steps of a result as columns of a chart; each leads to the page about that step.
func columnsOf(a *asked, r usage.Result) (labels, hrefs []string) {
	for _, s := range r.Steps {
		labels = append(labels, s.From.In(a.zone).Format(grainWords[r.Query.Grain].form))
		hrefs = append(hrefs, a.at(s, r.Query.Grain))
	}
	return labels, hrefs
}

// at is the page about one step of time.
func (a *asked) at(s usage.Step, g usage.Grain) string {
	from, to := s.From.In(a.zone).Format(time.DateOnly), s.To.Add(-time.Nanosecond).In(a.zone).Format(time.DateOnly)
	if g == usage.Hour {
		from, to = s.From.UTC().Format(time.RFC3339), s.To.UTC().Format(time.RFC3339)
	}
	return a.link(map[string][]string{"range": {ownDays}, "from": {from}, "to": {to}})
}

// spendChart draws spend over time, in layers of the first dimension.
func spendChart(a *asked, r usage.Result) ui.SeriesProps {
	words, dim := grainWords[r.Query.Grain], r.Query.By[0]
	p := ui.SeriesProps{Title: "Spend " + words.each, Heading: words.heading, Open: a.query.To.Equal(a.now)}
	p.Columns, p.Hrefs = columnsOf(a, r)
	for _, row := range r.Rows {
		if row.Cost == 0 {
			continue
		}
		s := ui.Series{Name: Label(row, 0, dim), Total: web.USD(row.Cost), Rest: row.Others}
		if !row.Others {
			s.Href = a.into(dim, row.Values[0].ID, nil)
		}
		s.Values, s.Texts = amounts(row.Series)
		p.Series = append(p.Series, s)
	}
	p.Summary = web.USD(r.Total.Cost) + " in all."
	if a.query.Compare != usage.NoComparison && r.Before.Cost > 0 {
		b := ui.Series{Name: dates(r.Compared.From, r.Compared.To, a.zone)}
		b.Values, b.Texts = amounts(r.SeriesBefore)
		p.Before = &b
	}
	p.Axis = ui.AxisFor(p.Tallest(), ui.MoneyTick)
	return p
}

func amounts(series []usage.Totals) (values []int64, texts []string) {
	for _, t := range series {
		values, texts = append(values, int64(t.Cost)), append(texts, web.USD(t.Cost))
	}
	return values, texts
}

// into is the page about one value: narrowed to it, and divided by what comes next. by is what remains of a division by two.
func (a *asked) into(d usage.Dim, value string, by []usage.Dim) string {
	where := narrowed(a.query.Where, usage.Filter{Dim: d, Values: []string{value}})
	if len(by) == 0 {
		by = []usage.Dim{nextDim(d, where)}
	}
	change := map[string][]string{string(d): {value}, "by": nil}
	for _, b := range by {
		change["by"] = append(change["by"], string(b))
	}
	return a.link(change)
}

func costFigures(a *asked, r, drawn usage.Result) []ui.StatProps {
	t, b := r.Total, r.Before
	figure := func(label string, now, before int64, print func(int64) string, spark func(usage.Totals) int64) ui.StatProps {
		p := ui.StatProps{Label: label, Value: print(now)}
		for _, s := range drawn.Series {
			p.Spark = append(p.Spark, spark(s))
		}
		held(a, r, &p, now, before, print)
		return p
	}
	cost := figure("Spend", int64(t.Cost), int64(b.Cost), dollars, func(t usage.Totals) int64 { return int64(t.Cost) })
	cost.Unit, cost.Href = "USD", a.requests()
	_, cost.Exact = web.Dollars(t.Cost)
	requests := figure("Requests", t.Requests, b.Requests, web.Count, func(t usage.Totals) int64 { return t.Requests })
	requests.Href = a.requests()
	tokens := figure("Tokens", t.Tokens(), b.Tokens(), web.Count, usage.Totals.Tokens)
	tokens.Hint = fmt.Sprintf("%s in, of which providers had cached %s, and %s out.", web.Count(t.Input), web.Share(t.Cached, t.Input), web.Count(t.Output))
	each := ui.StatProps{Label: "Cost per request", Value: "–", Unit: "USD", Hint: "Of requests that were sent to a provider: what rules refused costs nothing."}
	if asked := t.Requests - t.Refused; asked > 0 {
		now, before := int64(t.Cost)/asked, int64(0)
		if n := b.Requests - b.Refused; n > 0 {
			before = int64(b.Cost) / n
		}
		each.Value = dollars(now)
		held(a, r, &each, now, before, dollars)
	}
	return []ui.StatProps{cost, requests, tokens, each}
}

func dollars(n int64) string { return web.USD(money.USD(n)) }

// held says how a figure stands against the span before.
func held(a *asked, r usage.Result, p *ui.StatProps, now, before int64, print func(int64) string) {
	switch {
	case a.query.Compare == usage.NoComparison:
	case before <= 0:
		p.Against = "nothing in " + dates(r.Compared.From, r.Compared.To, a.zone)
	case now == before:
		p.Against = "as in " + dates(r.Compared.From, r.Compared.To, a.zone)
	default:
		p.Change, p.ChangeUp, p.Against = web.Growth(now, before), now > before, "vs "+print(before)
	}
}

// exportsOf are the files with what the page shows.
func exportsOf(a *asked) []views.Export {
	out := []views.Export{{Label: "CSV", Href: a.exported("csv"), Hint: "Every row, raw decimals"}, {Label: "JSON", Href: a.exported("json"), Hint: "Every row, for programs"}}
	if len(a.query.Where) == 0 && a.query.To.Sub(a.query.From) <= 100*24*time.Hour {
		v := strings.Join([]string{"/usage/export?format=focus&from=", a.query.From.In(a.zone).Format(time.DateOnly), "&to=", a.query.To.Add(-time.Nanosecond).In(a.zone).Format(time.DateOnly)}, "")
		out = append(out, views.Export{Label: "FOCUS", Href: v, Hint: "Charges by day, team, model and provider, in the columns of FOCUS 1.2"})
	}
	return out
}
