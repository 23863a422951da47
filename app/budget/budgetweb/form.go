package budgetweb

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/budget"
)

// typed is what the form said, word for word.
func typed(c *web.Context) views.Fields {
	return views.Fields{Scope: c.FormValue("scope"), Tag: c.FormValue("tag"), Name: c.FormValue("name"), Measure: c.FormValue("measure"),
		Limit: c.FormValue("limit"), Period: c.FormValue("period"), Week: c.FormValue("week"), Day: c.FormValue("day"), Month: c.FormValue("month"),
		Enforce: c.FormValue("enforce"), From: c.FormValue("from_percent"), Model: c.FormValue("downgrade_to"), Rollover: c.FormValue("rollover"),
		Reserve: c.FormValue("reserve"), Thresholds: c.FormValue("thresholds"), Strict: c.FormValue("strict") != "", Version: c.FormValue("version")}
}

// input reads what was typed. Everything that it cannot read is said at once; the service then refuses what makes no
// sense. m is what an existing budget counts; nil reads it from the form.
func input(c *web.Context, f views.Fields, m *ledger.Measure) (budget.Input, error) {
	in := budget.Input{Scope: scope(c, f), Name: f.Name, Period: budget.Period(f.Period), Enforce: budget.Enforcement(f.Enforce), Strict: f.Strict,
		Ladder: budget.Ladder{Model: f.Model}, Seen: c.Seen()}
	var errs []error
	if m != nil {
		in.Measure = *m
	} else if known, ok := ledger.ParseMeasure(or(f.Measure, ledger.Money.String())); ok {
		in.Measure = known
	} else {
		errs = append(errs, fault.Field("measure", "Choose what to count: money, tokens or requests."))
	}
	read := func(into *ledger.Units, field, text string) {
		var err error
		if *into, err = units(in.Measure, field, text); err != nil {
			errs = append(errs, err)
		}
	}
	read(&in.Limit, "limit", f.Limit)
	read(&in.Rollover, "rollover", or(f.Rollover, "0"))
	read(&in.Reserve, "reserve", or(f.Reserve, "0"))
	errs = append(errs, whole(&in.Starts, "starts", starts(f)), whole(&in.Ladder.From, "from_percent", ladderFrom(f)))
	var err error
	if in.Thresholds, err = thresholds(f.Thresholds); err != nil {
		errs = append(errs, err)
	}
	return in, errors.Join(errs...)
}

// scope is where a new budget sits: the tag's own field counts where a tag was chosen.
func scope(c *web.Context, f views.Fields) org.Scope {
	if f.Scope == tagChoice {
		s, _ := org.OfTag(c.Actor().Org, strings.TrimSpace(f.Tag))
		return s
	}
	return parseScope(c.Actor().Org, f.Scope)
}

// placed says what is wrong with the place, if no place was chosen. An unknown one is the service's to refuse, like
// another tenant's.
func placed(c *web.Context, f views.Fields) error {
	switch {
	case f.Scope == "":
		return fault.Field("scope", "Choose where the budget sits.")
	case f.Scope == tagChoice && scope(c, f).IsZero():
		return fault.Field("scope", "Write the tag as a pair like project=apollo, of up to 100 characters and without a comma.")
	}
	return nil
}

// units reads an amount as people type it.
func units(m ledger.Measure, field, text string) (ledger.Units, error) {
	text = strings.TrimSpace(text)
	if m == ledger.Money {
		text = strings.TrimPrefix(text, "$")
	}
	v, err := m.Parse(text)
	switch {
	case errors.Is(err, money.ErrOverflow):
		return 0, fault.Field(field, "Enter a limit of at most $1,000,000,000.")
	case err != nil && m == ledger.Money:
		return 0, fault.Field(field, "Enter an amount in USD such as 500 or 12.50, without a sign or separators.")
	case err != nil:
		return 0, fault.Field(field, fmt.Sprintf("Enter a whole number of %s such as 250000.", m))
	}
	return v, nil
}

// starts is the field that belongs to the period; the others were not shown, or are left from another choice.
func starts(f views.Fields) string {
	switch budget.Period(f.Period) {
	case budget.Weekly:
		return f.Week
	case budget.Monthly:
		return f.Day
	case budget.Quarterly:
		return f.Month
	}
	return ""
}

func ladderFrom(f views.Fields) string {
	if e := budget.Enforcement(f.Enforce); e == budget.Throttle || e == budget.Downgrade {
		return strings.TrimSuffix(strings.TrimSpace(f.From), "%")
	}
	return ""
}

func whole(into *int, field, text string) error {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		return fault.Field(field, "Enter a whole number.")
	}
	*into = n
	return nil
}

// thresholds reads "50, 75, 90 %"; an empty field is the usual ones, a dash is none.
func thresholds(text string) ([]int, error) {
	text = strings.TrimSpace(text)
	switch text {
	case "":
		return nil, nil
	case "-", "–", "none":
		return []int{}, nil
	}
	var out []int
	for _, part := range strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ';' || r == ' ' || r == '%' }) {
		n, err := strconv.Atoi(part)
		if err != nil {
			return nil, fault.Field("thresholds", "Enter shares of the limit in percent, such as 50, 75, 90, 100; a dash for none.")
		}
		out = append(out, n)
	}
	return out, nil
}

// fields are an existing budget as its form shows it.
func fields(e budget.Entry) views.Fields {
	f := views.Fields{Limit: e.Measure.Plain(e.Limit), Measure: e.Measure.String(), Period: string(e.Period), Enforce: string(e.Enforce), Model: e.Ladder.Model,
		Strict: e.Strict, Thresholds: percents(e.Thresholds), Version: web.Version(e.UpdatedAt)}
	if e.Name != e.Label {
		f.Name = e.Name
	}
	if e.Ladder.From > 0 {
		f.From = strconv.Itoa(e.Ladder.From)
	}
	if e.Rollover > 0 {
		f.Rollover = e.Measure.Plain(e.Rollover)
	}
	if e.Reserve > 0 {
		f.Reserve = e.Measure.Plain(e.Reserve)
	}
	if e.Starts > 0 {
		f.Week, f.Day, f.Month = strconv.Itoa(e.Starts), strconv.Itoa(e.Starts), strconv.Itoa(e.Starts)
	}
	return f
}

func percents(list []int) string {
	if len(list) == 0 {
		return "–"
	}
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = strconv.Itoa(n)
	}
	return strings.Join(words, ", ")
}

func sorted(wrong web.Refusal) views.Errors {
	f := wrong.Fields
	e := views.Errors{Form: wrong.Form, Scope: f["scope"], Name: f["name"], Measure: f["measure"], Limit: f["limit"], Period: f["period"], Starts: f["starts"],
		Enforce: f["enforce"], From: f["from_percent"], Model: f["downgrade_to"], Rollover: f["rollover"], Reserve: f["reserve"], Strict: f["strict"], Thresholds: f["thresholds"]}
	return e
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}
