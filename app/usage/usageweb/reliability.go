package usageweb

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
	views "github.com/bodhi-gateway/bodhi/views/usage"
)

// Samples says how fast and how reliable requests were. *usage.Samples implements it.
type Samples interface {
	Reliability(ctx context.Context, a org.Actor, from, to time.Time, where []usage.Filter) (usage.Reliability, error)
	Paces(ctx context.Context, a org.Actor, from, to time.Time, where []usage.Filter) (usage.Reliability, []usage.Pace, error)
}

const reliabilityPath = "/reliability"

// reliability is the page at /reliability.
func (h *Handlers) reliability(c *web.Context) error {
	a, err := h.ask(c, reliabilityPath, lately)
	if a == nil {
		return err
	}
	a.query.By, a.query.Compare = nil, usage.Previous
	page := views.ReliabilityPage{Page: h.frame(a, "Reliability", "reliability", "")}
	page.Sub = fmt.Sprintf("How requests of %s ended, what failed, and how long they took. Days begin at midnight in %s.", a.reach.Words(), a.zone)
	if err == nil {
		err = h.fillReliability(a, &page)
	}
	if wrong, ok := web.Refused(err); ok {
		page.None = unclear(wrong, reliabilityPath)
	} else if err != nil {
		return err
	}
	return c.Render(views.Reliability(page))
}

func (h *Handlers) fillReliability(a *asked, page *views.ReliabilityPage) error {
	if err := h.fillForm(a, &page.Page, nil); err != nil {
		return err
	}
	page.Form.Picks = untagged(page.Form.Picks)
	all, err := h.query(a, func(q *usage.Query) { q.By, q.Top = []usage.Dim{usage.Connection}, usage.MaxTop })
	if err != nil {
		return err
	}
	r, err := h.Samples.Reliability(a.c.Ctx(), a.c.Actor(), all.Query.From, all.Query.To, a.query.Where)
	if err != nil {
		return err
	}
	if all.Total.Requests == 0 {
		page.None = nothing(a)
		return nil
	}
	page.Span, page.Looked = a.words(), looked(a, r)
	took, rescued := overall(r)
	page.Figures = reliabilityFigures(a, all, took, rescued)
	page.Ends = endsChart(a, r)
	page.Heat = slowMap(r)
	page.Histogram = tookHistogram(took)
	page.Failures = failureTable(a, all, r)
	page.Rescues = rescueTable(r)
	return nil
}

// untagged are choices without tags, which single requests are not narrowed to here.
func untagged(list []ui.Option) (out []ui.Option) {
	for _, o := range list {
		if !strings.HasPrefix(o.Value, "tag:") {
			out = append(out, o)
		}
	}
	return out
}

// about is a duration that is known within a tenth or so, in two digits.
func about(d time.Duration) string {
	if d <= 0 {
		return ""
	}
	unit := time.Duration(1)
	for d/unit >= 100 {
		unit *= 10
	}
	return ui.TimeTick(int64((d + unit/2) / unit * unit))
}

// looked says which requests durations are of, where these are not all.
func looked(a *asked, r usage.Reliability) string {
	if !r.Cut {
		return ""
	}
	return fmt.Sprintf("Durations, rescues and reasons are of the newest %s requests, since %s.", web.Count(usage.MostSampled), r.From.In(a.zone).Format("2 January, 15:04"))
}

// overall are the durations of all answers, and how many of these took more than one attempt.
func overall(r usage.Reliability) (took usage.Hist, rescued int64) {
	for _, s := range r.Slots {
		if s.Outcome != usage.Answered {
			continue
		}
		took[s.Bin] += s.Count
		if s.Retried {
			rescued += s.Count
		}
	}
	return took, rescued
}

func reliabilityFigures(a *asked, all usage.Result, took usage.Hist, rescued int64) []ui.StatProps {
	t, b := all.Total, all.Before
	rate := ui.StatProps{Label: "Success rate", Value: "–", Hint: "Answered, of those that were sent to a provider: what our own rules refuse is a decision.", Against: "nothing was sent to a provider"}
	if asked := t.Requests - t.Refused; asked > 0 {
		rate.Value, rate.Against = web.Share(t.Answered(), asked), fmt.Sprintf("%s of %s", web.Count(t.Answered()), web.Count(asked))
		if before := b.Requests - b.Refused; before > 0 {
			rate.Against += ", " + web.Share(b.Answered(), before) + " before"
		}
	}
	failed := ui.StatProps{Label: "Failed", Value: web.Count(t.Failed), Href: a.requests(usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})}
	held(a, all, &failed, t.Failed, b.Failed, web.Count)
	if failed.Change != "" {
		if failed.ChangeTone = ui.Good; failed.ChangeUp {
			failed.ChangeTone = ui.Bad
		}
	}
	saves := ui.StatProps{Label: "Rescued", Value: web.Count(rescued), Against: "answered after a first try failed", Hint: "Requests that a retry or a fallback answered: without them they would have failed."}
	slow := ui.StatProps{Label: "Slowest in twenty", Value: "–", Hint: "The 95th percentile of whole answers, streams to their end; within 12 %.", Against: "no answer yet"}
	if took.Count() > 0 {
		slow.Value, slow.Against = about(took.Quantile(95)), "half of all within "+about(took.Quantile(50))
	}
	return []ui.StatProps{rate, failed, saves, slow}
}

// endsChart is what did not go straight through, over time.
func endsChart(a *asked, r usage.Reliability) ui.SeriesProps {
	hourly := r.To.Sub(r.From) < 3*24*time.Hour
	p := ui.SeriesProps{Title: "What did not go straight through, per day", Heading: "Day", Open: a.query.To.Equal(a.now)}
	step, form := func(t time.Time) time.Time { return usage.DayOf(t, a.zone, 0) }, "2 Jan"
	next := func(t time.Time) time.Time { return usage.DayOf(t, a.zone, 1) }
	if hourly {
		p.Title, p.Heading, form = "What did not go straight through, per hour", "Hour", "2 Jan 15:04"
		step = func(t time.Time) time.Time { return t.Truncate(time.Hour) }
		next = func(t time.Time) time.Time { return step(t).Add(time.Hour) }
	}
	place := map[time.Time]int{}
	for at := step(r.From); at.Before(r.To); at = next(at) {
		place[at] = len(p.Columns)
		p.Columns = append(p.Columns, at.In(a.zone).Format(form))
		href := ""
		if !hourly {
			b := *a
			b.query.From, b.query.To = at, next(at)
			href = b.requests(usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})
		}
		p.Hrefs = append(p.Hrefs, href)
	}
	kinds := []ui.Series{{Name: "Rescued by a later try"}, {Name: "Refused by rules"}, {Name: "Failed"}}
	sums := make([]int64, len(kinds))
	for i := range kinds {
		kinds[i].Values = make([]int64, len(p.Columns))
	}
	for _, s := range r.Slots {
		i, ok := place[step(s.At)]
		kind := -1
		switch {
		case s.Outcome == usage.Failed:
			kind = 2
		case s.Outcome == usage.Refused:
			kind = 1
		case s.Retried:
			kind = 0
		}
		if ok && kind >= 0 {
			kinds[kind].Values[i] += s.Count
			sums[kind] += s.Count
		}
	}
	for i := range kinds {
		kinds[i].Total = web.Count(sums[i])
		for _, v := range kinds[i].Values {
			kinds[i].Texts = append(kinds[i].Texts, web.Count(v))
		}
	}
	kinds[2].Href = a.requests(usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})
	kinds[1].Href = a.requests(usage.Filter{Dim: usage.Outcome, Values: []string{usage.Refused}})
	p.Series = kinds
	p.Axis = ui.AxisFor(p.Tallest(), ui.CountTick)
	p.Summary = fmt.Sprintf("%s failed, %s refused, %s rescued.", kinds[2].Total, kinds[1].Total, kinds[0].Total)
	return p
}

// slowMap is how long the slowest in twenty took, by weekday and hour of the organization's clock.
func slowMap(r usage.Reliability) ui.HeatProps {
	p := ui.HeatProps{Title: "Slowest in twenty, by weekday and hour", Rows: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}, Summary: "No answer in these days."}
	var hists [7][24]usage.Hist
	for _, s := range r.Slots {
		if s.Outcome == usage.Answered {
			at := s.At.In(r.Zone)
			hists[(int(at.Weekday())+6)%7][at.Hour()][s.Bin] += s.Count
		}
	}
	for hour := range 24 {
		p.Columns = append(p.Columns, fmt.Sprintf("%02d", hour))
	}
	var most time.Duration
	for day, name := range p.Rows {
		var values []int64
		var texts []string
		for hour := range hists[day] {
			n, q := hists[day][hour].Count(), hists[day][hour].Quantile(95)
			values = append(values, int64(q))
			if n == 0 {
				texts = append(texts, "–")
				continue
			}
			texts = append(texts, about(q)+", "+web.Plural(n, "answer"))
			if q > most {
				most, p.Summary = q, fmt.Sprintf("Slowest on %s, %02d to %02d o'clock: %s.", name, hour, hour+1, about(q))
			}
		}
		p.Values, p.Texts = append(p.Values, values), append(p.Texts, texts)
	}
	p.Most = about(most)
	return p
}

// binsShown are how many classes of durations stand in one bar.
const binsShown = 4

// tookHistogram is how many answers took how long: bars twice as wide as the one before.
func tookHistogram(took usage.Hist) ui.HistogramProps {
	p := ui.HistogramProps{Title: "How long answers took", Heading: "Took", Column: "Requests", Summary: "No answer in these days."}
	first, last := usage.Bins, 0
	for i, n := range took {
		if n > 0 {
			first, last = min(first, i/binsShown*binsShown), max(last, i/binsShown*binsShown)
		}
	}
	if took.Count() == 0 {
		return p
	}
	var most int64
	edge := func(i int) string { return ui.TimeTick(int64(usage.Edge(i))) }
	for i := first; i <= last; i += binsShown {
		var n int64
		for _, c := range took[i:min(i+binsShown, usage.Bins)] {
			n += c
		}
		most = max(most, n)
		label := edge(i) + "–" + edge(i+binsShown)
		if i+binsShown >= usage.Bins {
			label = "over " + edge(i)
		}
		p.Bins = append(p.Bins, ui.Bin{Label: label, Value: n, Text: web.Plural(n, "request")})
		p.Edges = append(p.Edges, edge(i))
	}
	p.Edges = append(p.Edges, edge(min(last+binsShown, usage.Bins-1)))
	width := int64(last + binsShown - first)
	for _, percent := range []int64{50, 95, 99} {
		q := took.Quantile(percent)
		at := int64(first)
		for at < usage.Bins-1 && usage.Edge(int(at)+1) < q {
			at++
		}
		p.Quantiles = append(p.Quantiles, ui.Quantile{Label: fmt.Sprintf("p%d", percent), Text: about(q), At: (2*(at-int64(first)) + 1) * 500 / width})
	}
	p.Axis = ui.AxisFor(most, ui.CountTick)
	p.Summary = fmt.Sprintf("Half of all answers came within %s, 95 in 100 within %s, 99 within %s.", p.Quantiles[0].Text, p.Quantiles[1].Text, p.Quantiles[2].Text)
	return p
}

// reasons are the classes of failures in words.
var reasons = map[string]string{"refused": "The provider refused the request itself", "credential": "Our credential was refused", "rate_limit": "The provider's rate limit", "quota": "The account is empty",
	"overloaded": "Overloaded", "server": "The provider's own error", "garbled": "An answer that is not one", "unreachable": "Not reachable", "ambiguous": "Sent, and nothing came back", "timeout": "Too slow for our timeout",
	"canceled": "The client went away", "untold": "Cannot be said in this provider's dialect"}

func failureTable(a *asked, all usage.Result, r usage.Reliability) views.Table {
	t := views.Table{Caption: "Failed attempts by provider and reason", Columns: []ui.Column{{Label: "Provider"}, {Label: "What happened"}, {Label: "Share", Title: "Of the failed attempts"}, {Label: "Attempts", Numeric: true}}}
	var sum int64
	for _, f := range r.Failures {
		sum += f.Count
	}
	for _, f := range r.Failures {
		said := reasons[f.Class]
		if said == "" {
			said = f.Class
		}
		name := views.Cell{Text: f.Connection}
		if f.Connection == "" {
			name.Text = "No provider"
		} else {
			name.Href = a.deeper(usage.Filter{Dim: usage.Connection, Values: []string{f.Connection}}, usage.Filter{Dim: usage.Outcome, Values: []string{usage.Failed}})
		}
		t.Rows = append(t.Rows, views.Row{Cells: []views.Cell{name, {Text: said}, {Text: web.Share(f.Count, sum), Bar: f.Count, Whole: sum}, {Text: web.Count(f.Count)}}})
	}
	return t
}

func rescueTable(r usage.Reliability) views.Table {
	t := views.Table{Caption: "Requests that a later try answered", Columns: []ui.Column{{Label: "First asked"}, {Label: "Answered by"}, {Label: "Requests", Numeric: true}}}
	for _, one := range r.Rescues {
		to := views.Cell{Text: one.To, Sub: "fallback"}
		if one.To == one.From {
			to.Sub = "tried again"
		}
		t.Rows = append(t.Rows, views.Row{Cells: []views.Cell{{Text: one.From}, to, {Text: web.Count(one.Count)}}})
	}
	return t
}
