package usageweb

import (
	"net/url"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// listNames are the parameters of the list of requests that mean exactly what a dimension does, where they have another
// name: there "model" is what was asked for or what answered, and "asked" is what clients wrote, whether it was found or not.
var listNames = map[usage.Dim]string{
	usage.Model: string(report.AnsweredColumn), usage.Asked: string(report.FoundColumn), usage.Outcome: "status",
}

// noValue is how the list of requests writes what has no value.
const noValue = "-"

// narrowTo adds a filter to the URL of the list of requests; false where that list cannot say it, or says another value
// already.
func narrowTo(list url.Values, f usage.Filter) bool {
	name, values := string(f.Dim), slices.Clone(f.Values)
	if other, ok := listNames[f.Dim]; ok {
		name = other
	}
	for i, v := range values {
		switch v {
		case "":
			values[i] = noValue
		case noValue:
			return false
		}
	}
	_, tag := f.Dim.Tag()
	slices.Sort(values)
	switch {
	case len(values) == 0 || len(values) > report.MaxChosen:
		return false
	case f.Dim == usage.Outcome && slices.Equal(values, []string{usage.Failed, usage.Refused}):
		values = []string{string(report.Unanswered)}
	case len(values) > 1 && (tag || f.Dim == usage.Outcome):
		return false
	}
	if have, ok := list[name]; ok && !slices.Equal(have, values) {
		return false
	}
	list[name] = values
	return true
}
