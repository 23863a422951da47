package usageweb

import (
	"fmt"
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// ranges are the stretches of time that pages of usage offer, in whole days of the organization's calendar up to today.
var ranges = []struct {
	name, label string
	// days are the first and the last day: how they lie before now.
	days func(now time.Time) (first, last time.Time)
}{
	{"today", "Today", back(0)},
	{"7d", "Last 7 days", back(6)},
	{"30d", "Last 30 days", back(29)},
	{"90d", "Last 90 days", back(89)},
	{"month", "This month", func(now time.Time) (time.Time, time.Time) { return now.AddDate(0, 0, 1-now.Day()), now }},
	{"last-month", "Last month", func(now time.Time) (time.Time, time.Time) {
		last := now.AddDate(0, 0, -now.Day())
		return last.AddDate(0, 0, 1-last.Day()), last
	}},
	{yearly, "Last 12 months", func(now time.Time) (time.Time, time.Time) { return now.AddDate(-1, 0, 1), now }},
	{ownDays, "Other days …", nil},
}

const (
	ownDays = "days" // the range whose days stand in from and to
	monthly = "30d"
	yearly  = "year"
	// lately is where single requests are looked at.
	lately       = "7d"
	noComparison = "none" // of compare, because a page compares unless it is told not to
)

func back(days int) func(time.Time) (time.Time, time.Time) {
	return func(now time.Time) (time.Time, time.Time) { return now.AddDate(0, 0, -days), now }
}

// otherNames are what people call dimensions that have another name here.
var otherNames = map[string]string{"project": "tag:project", "purpose": "tag:purpose", "provider": "connection", "app": "client", "person": "member"}

// asked is what a page of usage is about, read from its URL: a span, what to divide by, what to narrow to, a comparison.
type asked struct {
	c     *web.Context
	path  string
	now   time.Time
	zone  *time.Location
	reach report.Reach
	span  string // a name of ranges
	usual string // the one of a page that nothing was said to
	// from and to are the days as they stand in the form, typed or worked out.
	from, to string
	pick     string // the dimension whose values the form offers
	query    usage.Query
}

// ask reads a page's URL. What cannot be read is a fault in words, and what was typed is in the answer all the same.
func (h *Handlers) ask(c *web.Context, path string, usual string) (*asked, error) {
	reach, err := report.ReachOf(c.Actor())
	if err != nil {
		return nil, err
	}
	zone, err := h.Usage.Zone(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	a := &asked{c: c, path: path, usual: usual, now: c.Now(), zone: zone, reach: reach}
	v := maps.Clone(c.QueryParams())
	a.chooseSpan(v)
	value := v.Get("value")
	a.pick = v.Get("pick")
	switch v.Get("compare") {
	case "":
		v.Set("compare", string(usage.Previous))
	case noComparison:
		v.Del("compare")
	}
	for _, word := range []string{"range", "month", "pick", "value", "grain"} {
		v.Del(word)
	}
	for i, d := range v["by"] {
		if other, ok := otherNames[d]; ok {
			v["by"] = slices.Clone(v["by"])
			v["by"][i] = other
		}
	}
	if value != "" && usage.Dim(a.pick) != "" && !slices.Contains(v[a.pick], value) {
		v[a.pick] = append(slices.Clone(v[a.pick]), value)
		a.pick = ""
	}
	a.query, err = Read(v, a.now, a.zone)
	if a.query.To.After(a.now) && a.query.From.Before(a.now) { // what is not over is compared with as much before it
		a.query.To = a.now
	}
	if err == nil && a.pick != "" && !slices.Contains(offered(a.pick), usage.Dim(a.pick)) {
		err = fault.Field("pick", fmt.Sprintf("Usage cannot be narrowed by %q.", clip(a.pick)))
	}
	return a, err
}

func clip(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// chooseSpan puts the days of a range into from and to. Days alone are a range of their own; so are the months that older
// links name.
func (a *asked) chooseSpan(v url.Values) {
	a.span = v.Get("range")
	if month, err := time.ParseInLocation("2006-01", v.Get("month"), a.zone); err == nil {
		a.span = ownDays
		v.Set("from", month.Format(time.DateOnly))
		v.Set("to", month.AddDate(0, 1, -1).Format(time.DateOnly))
	}
	if a.span == "" && v.Get("from")+v.Get("to") != "" {
		a.span = ownDays
	}
	i := slices.IndexFunc(ranges, func(r struct {
		name, label string
		days        func(time.Time) (time.Time, time.Time)
	}) bool {
		return r.name == a.span
	})
	if i < 0 { // it can only come from a mangled link
		a.span = a.usual
		a.chooseSpan(url.Values{"range": {a.span}})
		v.Set("from", a.from)
		v.Set("to", a.to)
		return
	}
	if ranges[i].days != nil {
		first, last := ranges[i].days(a.now.In(a.zone))
		v.Set("from", first.Format(time.DateOnly))
		v.Set("to", last.Format(time.DateOnly))
	}
	a.from, a.to = v.Get("from"), v.Get("to")
}

// hours reports a span that is too short to be drawn by the day.
func (a *asked) grain() usage.Grain {
	switch days := a.query.To.Sub(a.query.From) / (24 * time.Hour); {
	case days < 3:
		return usage.Hour
	case days <= 92:
		return usage.Day
	case days <= 400:
		return usage.Week
	}
	return usage.Month
}

// values are the page's URL parameters without what is as it would be anyway.
func (a *asked) values() url.Values {
	out := url.Values{}
	if a.span != a.usual {
		out.Set("range", a.span)
	}
	if a.span == ownDays {
		out.Set("from", a.from)
		out.Set("to", a.to)
	}
	for _, d := range a.query.By {
		out.Add("by", string(d))
	}
	switch a.query.Compare {
	case usage.NoComparison:
		out.Set("compare", noComparison)
	case usage.YearBefore:
		out.Set("compare", string(usage.YearBefore))
	}
	if a.query.Sort != usage.ByCost {
		out.Set("sort", string(a.query.Sort))
	}
	for _, f := range a.query.Where {
		out[string(f.Dim)] = slices.Clone(f.Values)
	}
	return out
}

// dates are the first and the last day of a span; with the hours where it is shorter than two days and does not begin with one.
func dates(from, to time.Time, zone *time.Location) string {
	first, last := from.In(zone), to.Add(-time.Nanosecond).In(zone)
	begin, _ := budget.Daily.Window(from, zone)
	switch {
	case !begin.Equal(from) && to.Sub(from) < 48*time.Hour:
		return first.Format("2 Jan 2006, 15:04") + " to " + last.Add(time.Nanosecond).Format("2 Jan 2006, 15:04")
	case first.Format(time.DateOnly) == last.Format(time.DateOnly):
		return first.Format("2 January 2006")
	case first.Year() == last.Year():
		return first.Format("2 January") + " to " + last.Format("2 January 2006")
	}
	return first.Format("2 January 2006") + " to " + last.Format("2 January 2006")
}

func rangeOptions() []ui.Option {
	out := make([]ui.Option, len(ranges))
	for i, r := range ranges {
		out[i] = ui.Option{Value: r.name, Label: r.label}
	}
	return out
}
