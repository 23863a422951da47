package usage

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Validate refuses what cannot be answered, in words for whoever asked, and fills in defaults. Times are not widened yet.
func (q *Query) Validate() error {
	if q.From.IsZero() || q.To.IsZero() || !q.From.Before(q.To) {
		return fault.Field("from", "Give a span of time whose beginning lies before its end.")
	}
	if q.To.Sub(q.From) > MaxDays*24*time.Hour {
		return fault.Field("from", fmt.Sprintf("Give a span of at most %d days.", MaxDays))
	}
	if y := q.From.Year(); y < 2000 || q.To.Year() > 2200 {
		return fault.Field("from", "Give days between the years 2000 and 2200.")
	}
	switch q.Grain {
	case Whole, Hour, Day, Week, Month:
	default:
		return fault.Field("grain", fmt.Sprintf("grain is hour, day, week or month, not %q; without it there is one figure for the whole span.", shorten(string(q.Grain))))
	}
	switch q.Compare {
	case NoComparison, Previous, YearBefore:
	default:
		return fault.Field("compare", fmt.Sprintf("compare is previous or year, not %q.", shorten(string(q.Compare))))
	}
	switch q.Sort {
	case ByCost, ByRequests, ByTokens, ByErrors:
	case "cost":
		q.Sort = ByCost
	default:
		return fault.Field("sort", fmt.Sprintf("sort is cost, requests, tokens or errors, not %q.", shorten(string(q.Sort))))
	}
	if q.Top == 0 {
		q.Top = DefaultTop
	}
	if q.Top < 0 || q.Top > MaxTop {
		return fault.Field("top", fmt.Sprintf("top is a number from 1 to %d.", MaxTop))
	}
	if err := q.validateBy(); err != nil {
		return err
	}
	return q.validateWhere()
}

func (q *Query) validateBy() error {
	if len(q.By) > MaxBy {
		return fault.Field("by", fmt.Sprintf("Usage can be divided by at most %d dimensions at a time.", MaxBy))
	}
	for i, d := range q.By {
		if !d.known() {
			return fault.Field("by", fmt.Sprintf("Usage can be divided by %s, or a tag as tag:project; not by %q.", listed(), shorten(string(d))))
		}
		if slices.Contains(q.By[:i], d) {
			return fault.Field("by", fmt.Sprintf("%s is asked for twice; name two different dimensions.", d))
		}
	}
	return nil
}

func (q *Query) validateWhere() error {
	if len(q.Where) > MaxFilters {
		return fault.Field("where", fmt.Sprintf("At most %d filters can be combined.", MaxFilters))
	}
	for i, f := range q.Where {
		if !f.Dim.known() {
			return fault.Field(shorten(string(f.Dim)), fmt.Sprintf("Usage can be narrowed to %s, or a tag as tag:project; not to %q.", listed(), shorten(string(f.Dim))))
		}
		if slices.ContainsFunc(q.Where[:i], func(o Filter) bool { return o.Dim == f.Dim }) {
			return fault.Field(string(f.Dim), fmt.Sprintf("There are two filters on %s; give one with all its values.", f.Dim))
		}
		if len(f.Values) == 0 || len(f.Values) > MaxValues {
			return fault.Field(string(f.Dim), fmt.Sprintf("Give 1 to %d values of %s to keep.", MaxValues, f.Dim))
		}
		for _, v := range f.Values {
			if err := f.Dim.check(v); err != nil {
				return err
			}
		}
	}
	return nil
}

// known reports whether usage is kept by d.
func (d Dim) known() bool {
	if key, ok := d.Tag(); ok {
		return len(key) <= 100
	}
	return slices.Contains(Dims, d)
}

// check refuses a value that no row can have: a malformed id, an outcome that there is not.
func (d Dim) check(value string) error {
	if len(value) > 256 {
		return fault.Field(string(d), fmt.Sprintf("A value of %s has at most 256 characters.", d))
	}
	if value == "" {
		return nil
	}
	if d == Outcome && value != Answered && value != Refused && value != Failed {
		return fault.Field(string(d), fmt.Sprintf("outcome is answered, refused or failed, not %q.", shorten(value)))
	}
	if _, err := d.Node(value); err != nil {
		return fault.Field(string(d), fmt.Sprintf("%q is not the id of a %s. Copy it from its page or its address.", shorten(value), d))
	}
	return nil
}

// Node is the stored form of a printed id; other values, and "", are stored as they are.
func (d Dim) Node(value string) (string, error) {
	if value == "" {
		return "", nil
	}
	switch d {
	case Department:
		return uuid(id.ParseDepartment(value))
	case Team:
		return uuid(id.ParseTeam(value))
	case Member:
		return uuid(id.ParseMember(value))
	case Key:
		return uuid(id.ParseKey(value))
	}
	return value, nil
}

func uuid[T interface{ UUID() string }](v T, err error) (string, error) {
	if err != nil {
		return "", err
	}
	return v.UUID(), nil
}

// Entity reports whether the dimension's values are ids.
func (d Dim) Entity() bool { return d == Department || d == Team || d == Member || d == Key }

func listed() string {
	names := make([]string, len(Dims))
	for i, d := range Dims {
		names[i] = string(d)
	}
	return strings.Join(names, ", ")
}

// shorten keeps somebody's typing short enough for a message.
func shorten(s string) string {
	r := []rune(s)
	if len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return s
}
