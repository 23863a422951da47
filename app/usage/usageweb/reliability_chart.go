package usageweb

import (
	"fmt"
	"time"

	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

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
