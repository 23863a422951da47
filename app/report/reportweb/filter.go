package reportweb

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// filterNames are the parameters that narrow a list of requests, besides report.Columns and tag:NAME. What is not known is
// refused, so that a filter that is misspelt never means "all".
var filterNames = []string{"range", "from", "to", "status", "outcome", "code", "http", "under", "budget", "id", "model", "tag", "min_cost", "max_cost", "min_seconds", "max_seconds"}

// placeNames say where in the list one is, and how it is ordered and shown.
var placeNames = []string{"after", "limit", "order", "format"}

// none is a filter's value for what has no value there, as an empty one is a field left empty.
const none = "-"

// reading turns a URL's parameters into a query: for the page, its files and its live rows, and for the management API.
type reading struct {
	org    id.Org
	zone   *time.Location
	now    time.Time
	always string // the range where none is named
}

func (rd reading) query(values url.Values) (q report.Query, err error) {
	if err := known(values); err != nil {
		return q, err
	}
	get := func(name string) string { return strings.TrimSpace(values.Get(name)) }
	q.Model, q.Code, q.Oldest = get("model"), get("code"), get("order") == "oldest"
	if o := get("order"); o != "" && o != "oldest" && o != "newest" {
		return q, fault.Field("order", "order is newest or oldest.")
	}
	if q.After, err = report.ParseCursor(get("after")); err != nil {
		return q, err
	}
	if text := get("id"); text != "" {
		if q.ID, err = id.ParseRequest(text); err != nil {
			return q, fault.Field("id", "Request ids look like req_01jf0c8x6c9k7h5m2n8p4q6r8s. Every answer carries its own in the x-bodhi-request-id header.")
		}
		return q, nil // an id says it all
	}
	for _, read := range []func(*report.Query, func(string) string) error{rd.span, readOutcome, rd.readWhere, readBounds} {
		if err := read(&q, get); err != nil {
			return q, err
		}
	}
	if q.Tags, q.Untagged, err = readTags(values); err != nil {
		return q, err
	}
	q.Where, err = readColumns(values)
	return q, err
}

func known(values url.Values) error {
	var columns []string
	for _, c := range report.Columns {
		columns = append(columns, string(c))
	}
	for name, list := range values {
		tag, isTag := usage.Dim(name).Tag()
		switch {
		case isTag && len(tag) <= 100:
		case slices.Contains(columns, name), name == "tag":
		case !slices.Contains(filterNames, name) && !slices.Contains(placeNames, name):
			return fault.Field(brief(name), fmt.Sprintf("Requests can be narrowed by %s, %s, or a tag as tag:project; not by %q.", strings.Join(columns, ", "), strings.Join(filterNames, ", "), brief(name)))
		case len(list) > 1:
			return fault.Field(name, fmt.Sprintf("Give one %s.", name))
		}
		for _, v := range list {
			if len(v) > 256 {
				return fault.Field(brief(name), fmt.Sprintf("A value of %s has at most 256 characters.", brief(name)))
			}
		}
	}
	return nil
}

func brief(s string) string {
	if r := []rune(s); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}

// span reads the time: a range's name, days of the organization's calendar, or moments.
func (rd reading) span(q *report.Query, get func(string) string) (err error) {
	name, from, to := get("range"), get("from"), get("to")
	switch {
	case name == "" && from+to != "":
		name = otherDays
	case name == "":
		name = rd.always
	}
	if name == otherDays {
		q.From, q.To, err = chosen(from, to, rd.zone)
		return err
	}
	for _, r := range ranges {
		if r.name == name {
			q.From = r.from(rd.now, rd.zone)
			return nil
		}
	}
	return fault.Field("range", "range is hour, today, day, week, month, all or days.")
}

// chosen reads two ends: days, of which one alone is that day, or moments, of which one alone leaves the other end open.
func chosen(from, to string, zone *time.Location) (first, last time.Time, err error) {
	moment := func(text string) (t time.Time, ok bool) {
		t, err := time.Parse(time.RFC3339, strings.ReplaceAll(text, " ", "+"))
		return t.UTC(), err == nil
	}
	a, isMoment := moment(from)
	b, isMomentToo := moment(to)
	if !isMoment && !isMomentToo {
		return chosenDays(from, to, zone)
	}
	if from != "" && !isMoment {
		if a, _, err = chosenDays(from, "", zone); err != nil {
			return a, b, err
		}
	}
	if to != "" && !isMomentToo {
		if _, b, err = chosenDays("", to, zone); err != nil {
			return a, b, err
		}
	}
	if from == "" {
		a = time.Time{}
	}
	if to == "" {
		b = time.Time{}
	} else if !a.Before(b) {
		return a, b, fault.Field("to", "The end lies before the beginning.")
	}
	return a, b, nil
}
