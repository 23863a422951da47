package usageweb

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// defaultDays is how many days a question without a span is about, today included.
const defaultDays = 30

// known are the parameters besides filters; format and view are for whoever shows the answer.
var known = []string{"from", "to", "grain", "by", "compare", "top", "sort", "format", "view"}

// Read makes a query of a URL's parameters, and Write makes parameters of a query: pages link to each other with the same
// words that the management API takes. What is not known is refused, so that a filter that is misspelt never means "all".
func Read(values url.Values, now time.Time, zone *time.Location) (usage.Query, error) {
	q := usage.Query{Grain: usage.Grain(values.Get("grain")), Compare: usage.Before(values.Get("compare")), Sort: usage.Sort(values.Get("sort"))}
	var err error
	if q.To, err = edge(values, "to", now, zone, 1); err != nil {
		return q, err
	}
	if values.Get("from") == "" {
		values = withFrom(values, q.To, zone)
	}
	if q.From, err = edge(values, "from", now, zone, 0); err != nil {
		return q, err
	}
	if text := values.Get("top"); text != "" {
		if q.Top, err = strconv.Atoi(text); err != nil || q.Top < 1 {
			return q, fault.Field("top", fmt.Sprintf("top is a number from 1 to %d.", usage.MaxTop))
		}
	}
	for _, by := range values["by"] {
		for d := range strings.SplitSeq(by, ",") {
			if d != "" {
				q.By = append(q.By, usage.Dim(d))
			}
		}
	}
	names := make([]string, 0, len(values))
	for name := range values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		if !slices.Contains(known, name) {
			q.Where = append(q.Where, usage.Filter{Dim: usage.Dim(name), Values: values[name]})
		}
	}
	return q, q.Validate()
}

// Write is what Read reads, without what is as it would be anyway.
func Write(q usage.Query) url.Values {
	out := url.Values{"from": {q.From.UTC().Format(time.RFC3339)}, "to": {q.To.UTC().Format(time.RFC3339)}}
	for name, v := range map[string]string{"grain": string(q.Grain), "compare": string(q.Compare), "sort": string(q.Sort)} {
		if v != "" {
			out.Set(name, v)
		}
	}
	if q.Top != 0 && q.Top != usage.DefaultTop {
		out.Set("top", strconv.Itoa(q.Top))
	}
	for _, d := range q.By {
		out.Add("by", string(d))
	}
	for _, f := range q.Where {
		out[string(f.Dim)] = slices.Clone(f.Values)
	}
	return out
}

// withFrom begins a span without a beginning.
func withFrom(values url.Values, to time.Time, zone *time.Location) url.Values {
	out := url.Values{"from": {to.Add(-time.Nanosecond).In(zone).AddDate(0, 0, 1-defaultDays).Format(time.DateOnly)}}
	for k, v := range values {
		if k != "from" {
			out[k] = v
		}
	}
	return out
}

// edge reads an end of the span: a day of the organization's calendar, which is included, or a moment. Without any it is now.
func edge(values url.Values, name string, now time.Time, zone *time.Location, after int) (time.Time, error) {
	text := values.Get(name)
	if text == "" {
		text = now.In(zone).Format(time.DateOnly)
	}
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return usage.DayOf(day.Add(12*time.Hour), zone, after), nil
	}
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return t, fault.Field(name, name+" is a day like 2026-11-01, or a moment like 2026-11-01T09:00:00Z.")
	}
	return t.UTC(), nil
}
