package reportweb

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

func readOutcome(q *report.Query, get func(string) string) error {
	q.Outcome = report.Outcome(or(get("status"), get("outcome")))
	if !q.Outcome.Valid() {
		return fault.Field("status", "status is answered, errors, refused or failed.")
	}
	text := strings.ToLower(get("http"))
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(strings.Replace(text, "xx", "00", 1))
	q.HTTPFrom, q.HTTPTo = n, n
	if strings.HasSuffix(text, "xx") {
		q.HTTPTo = n + 99
	}
	if err != nil || n < 100 || n > 599 {
		return fault.Field("http", "http is a status like 402, or all of a kind, like 5xx.")
	}
	return nil
}

func (rd reading) readWhere(q *report.Query, get func(string) string) (err error) {
	if text := get("under"); text != "" {
		if q.Scope = org.ReadScope(rd.org, text); q.Scope.IsZero() {
			return fault.Field("under", "under is the id of a department, team, member or key, pool:team_…, or tag:project=apollo. There is no such part of the organization.")
		}
	}
	if text := get("budget"); text != "" {
		if q.Budget, err = id.ParseBudget(text); err != nil {
			return fault.Field("budget", "budget is the id of the budget that refused, like bud_01jf0c8x6c9k7h5m2n8p4q6r8s. There is no such budget.")
		}
	}
	return nil
}

// longest is the largest number of seconds that a bound may have: a day.
const longest = 86_400

func readBounds(q *report.Query, get func(string) string) error {
	for _, b := range []struct {
		name string
		into **money.USD
	}{{"min_cost", &q.CostFrom}, {"max_cost", &q.CostTo}} {
		if text := strings.TrimPrefix(get(b.name), "$"); text != "" {
			v, err := money.Parse(text)
			if err != nil || v < 0 {
				return fault.Field(b.name, b.name+" is an amount in USD like 0.05.")
			}
			*b.into = &v
		}
	}
	for _, b := range []struct {
		name string
		into *time.Duration
	}{{"min_seconds", &q.TookFrom}, {"max_seconds", &q.TookTo}} {
		if text := get(b.name); text != "" {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil || math.IsNaN(v) || v < 0 || v > longest {
				return fault.Field(b.name, fmt.Sprintf("%s is a number of seconds from 0 to %d, like 2.5.", b.name, longest))
			}
			*b.into = time.Duration(v * float64(time.Second))
		}
	}
	if q.CostFrom != nil && q.CostTo != nil && *q.CostFrom > *q.CostTo {
		return fault.Field("max_cost", "The largest cost lies below the smallest.")
	}
	if q.TookTo > 0 && q.TookFrom >= q.TookTo {
		return fault.Field("max_seconds", "The longest time must be more than the shortest.")
	}
	return nil
}

// readTags reads tag=project=apollo and tag:project=apollo; tag:project=- is what carries no such tag.
func readTags(values url.Values) (pairs, without []string, err error) {
	for _, pair := range values["tag"] {
		if pair = strings.TrimSpace(pair); pair != "" {
			pairs = append(pairs, pair)
		}
	}
	for name, list := range values {
		key, ok := usage.Dim(name).Tag()
		switch {
		case !ok:
		case len(list) != 1:
			return nil, nil, fault.Field(brief(name), "Give one value of a tag.")
		case list[0] == none && !strings.ContainsAny(key, ",="):
			without = append(without, key)
		default:
			pairs = append(pairs, key+"="+list[0])
		}
	}
	slices.Sort(pairs)
	slices.Sort(without)
	for _, pair := range pairs {
		if key, value, ok := strings.Cut(pair, "="); !ok || key == "" || value == "" || strings.Contains(pair, ",") {
			return nil, nil, fault.Field("tag", fmt.Sprintf("A tag is a pair like project=apollo, not %q.", brief(pair)))
		}
	}
	if len(pairs)+len(without) > report.MaxTags {
		return nil, nil, fault.Field("tag", fmt.Sprintf("At most %d tags can be combined.", report.MaxTags))
	}
	return pairs, without, nil
}

// readColumns reads the filters that take several values: key=…&key=….
func readColumns(values url.Values) (out []report.Filter, err error) {
	for _, c := range report.Columns {
		f := report.Filter{Column: c}
		for _, v := range values[string(c)] {
			switch v = strings.TrimSpace(v); v {
			case "":
				continue
			case none:
				v = ""
			default:
				if v, err = usage.Dim(c).Node(v); err != nil {
					return nil, fault.Field(string(c), fmt.Sprintf("There is no such %s: %q is not the id of one. Copy it from its page or its address.", c, brief(values.Get(string(c)))))
				}
			}
			f.Values = append(f.Values, v)
		}
		if len(f.Values) > report.MaxChosen {
			return nil, fault.Field(string(c), fmt.Sprintf("Give at most %d values of %s.", report.MaxChosen, c))
		}
		if len(f.Values) > 0 {
			out = append(out, f)
		}
	}
	return out, nil
}

// kept are the parameters that narrow, without empty ones and without the place in the list: what links, files and saved
// views carry. The form sends its days whatever range is chosen: beside another one they mean nothing, and alone they would.
func kept(values url.Values) url.Values {
	out := url.Values{}
	span := strings.TrimSpace(values.Get("range"))
	days := span == "" || span == otherDays
	for name, list := range values {
		if name == "after" || name == "limit" || name == "format" || !days && (name == "from" || name == "to") {
			continue
		}
		for _, v := range list {
			if v = strings.TrimSpace(v); v != "" && !(name == "range" && v == defaultRange) {
				out.Add(name, v)
			}
		}
	}
	return out
}
