package usageweb

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// nobody is what a row without a value is called.
var nobody = map[usage.Dim]string{usage.Model: "Not answered by a model", usage.Team: "No team", usage.Member: "Service accounts", usage.Client: "Unknown app",
	usage.Connection: "Not sent to a provider", usage.Key: "No key", usage.Department: "No department", usage.Asked: "No such model",
	usage.Cache: "Not looked up"}

// Label is what a row is called, by its value in the dimension of that index.
func Label(r usage.Row, i int, dim usage.Dim) string {
	switch {
	case r.Others && r.Folded == 1:
		return "One other"
	case r.Others && r.Folded == 0:
		return "Others"
	case r.Others:
		return fmt.Sprintf("%d others", r.Folded)
	case i >= len(r.Values):
		return "Everything"
	case r.Values[i].ID == "":
		if key, tag := dim.Tag(); tag {
			return "Not tagged with a " + key
		}
		return cmp.Or(nobody[dim], "None")
	}
	return cmp.Or(r.Values[i].Name, r.Values[i].ID)
}

// RequestsOf leads from a row to the requests it is made of; "" where the list cannot be narrowed like that.
func RequestsOf(r usage.Row, i int, dim usage.Dim, narrow map[string]string) string {
	if r.Others || i >= len(r.Values) {
		return ""
	}
	all := url.Values{}
	for k, v := range narrow {
		all.Set(k, v)
	}
	if !narrowTo(all, usage.Filter{Dim: dim, Values: []string{r.Values[i].ID}}) {
		return ""
	}
	return "/requests?" + all.Encode()
}

// Days narrow the list of requests to calendar days, both included.
func Days(from, to time.Time, zone *time.Location) map[string]string {
	return map[string]string{"from": from.In(zone).Format(time.DateOnly), "to": to.Add(-time.Nanosecond).In(zone).Format(time.DateOnly)}
}

// URLOf is a page narrowed to something.
func URLOf(path string, narrow map[string]string) string {
	v := url.Values{}
	for name, value := range narrow {
		if value != "" {
			v.Set(name, value)
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

// RequestsURL is the list of requests narrowed to something.
func RequestsURL(narrow map[string]string) string { return URLOf("/requests", narrow) }

// StepOf is what one step of a result comes to, over all rows.
func StepOf(r usage.Result, i int) (t usage.Totals) {
	for _, row := range r.Rows {
		if i < len(row.Series) {
			_ = t.Add(row.Series[i]) // parts of a total that was added up already
		}
	}
	return t
}

// Stacked draws a result by the day as stacked bars, over what as many days before came to.
func Stacked(this, earlier usage.Result, dim usage.Dim, before string, zone *time.Location) ui.SeriesProps {
	p := ui.SeriesProps{Title: "Spend per day", Heading: "Day", Open: true}
	for _, s := range this.Steps {
		p.Columns = append(p.Columns, s.From.In(zone).Format("2 Jan"))
		p.Hrefs = append(p.Hrefs, RequestsURL(Days(s.From, s.To, zone)))
	}
	for _, r := range this.Rows {
		if r.Cost == 0 {
			continue
		}
		s := ui.Series{Name: Label(r, 0, dim), Total: web.USD(r.Cost), Rest: r.Others, Href: RequestsOf(r, 0, dim, Days(this.Query.From, this.Query.To, zone))}
		for _, t := range r.Series {
			s.Values, s.Texts = append(s.Values, int64(t.Cost)), append(s.Texts, web.USD(t.Cost))
		}
		p.Series = append(p.Series, s)
	}
	if earlier.Total.Cost > 0 {
		b := ui.Series{Name: capital(before)} // without its sum: today has hours to go, and pages compare as much time
		for i := range earlier.Steps {
			t := StepOf(earlier, i)
			b.Values, b.Texts = append(b.Values, int64(t.Cost)), append(b.Texts, web.USD(t.Cost))
		}
		p.Before = &b
	}
	p.Axis = ui.AxisFor(p.Tallest(), ui.MoneyTick)
	p.Summary = fmt.Sprintf("%s in all; the whole of %s came to %s.", web.USD(this.Total.Cost), before, web.USD(earlier.Total.Cost))
	return p
}

func capital(s string) string {
	if s == "" {
		return s
	}
	return string(s[0]-'a'+'A') + s[1:]
}

// WeekMap adds hours up by weekday and hour of the day, in the zone.
func WeekMap(r usage.Result, zone *time.Location) ui.HeatProps {
	p := ui.HeatProps{Title: "Spend by weekday and hour", Rows: []string{"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"}}
	var sums [7][24]money.USD
	for i, s := range r.Steps {
		at := s.From.In(zone)
		sums[(int(at.Weekday())+6)%7][at.Hour()] += StepOf(r, i).Cost
	}
	for hour := range 24 {
		p.Columns = append(p.Columns, fmt.Sprintf("%02d", hour))
	}
	var most money.USD
	where := ""
	for day, name := range p.Rows {
		var values []int64
		var texts []string
		for hour, sum := range sums[day] {
			values, texts = append(values, int64(sum)), append(texts, web.USD(sum))
			if sum > most {
				most, where = sum, fmt.Sprintf("%s, %02d to %02d o'clock", name, hour, hour+1)
			}
		}
		p.Values, p.Texts = append(p.Values, values), append(p.Texts, texts)
	}
	p.Most, p.Summary = web.USD(most), "Nothing was spent."
	if most > 0 {
		p.Summary = "Most is spent on " + where + ": " + web.USD(most) + " in four weeks."
	}
	return p
}

// Moved are the rows that changed most against the span before, up or down.
func Moved(rows []usage.Row, most int) []usage.Row {
	list := slices.Clone(rows)
	list = slices.DeleteFunc(list, func(r usage.Row) bool { return r.Others || r.Cost == r.Before.Cost })
	slices.SortStableFunc(list, func(a, b usage.Row) int {
		return cmp.Compare(magnitude(b.Cost-b.Before.Cost), magnitude(a.Cost-a.Before.Cost))
	})
	return list[:min(most, len(list))]
}

// Movers draws them.
func Movers(r usage.Result, dim usage.Dim, narrow map[string]string, most int) []ui.Share {
	var out []ui.Share
	for _, r := range Moved(r.Rows, most) {
		delta := r.Cost - r.Before.Cost
		s := ui.Share{Label: Label(r, 0, dim), Href: RequestsOf(r, 0, dim, narrow), Value: int64(magnitude(delta)), ChangeUp: delta > 0}
		s.Text, s.Title = web.Dollars(delta)
		if delta > 0 {
			s.Text, s.Title = "+"+s.Text, "+"+s.Title
		}
		s.Change = web.Growth(int64(r.Cost), int64(r.Before.Cost))
		out = append(out, s)
	}
	return out
}

func magnitude(a money.USD) money.USD {
	if a < 0 {
		return -a
	}
	return a
}
