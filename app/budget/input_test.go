package budget

import (
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// good is a monthly budget of a team, of a hundred dollars.
func good() Input {
	ids := id.NewSource(clock.System{}.Now, nil)
	o := id.NewOrg(ids)
	return Input{Scope: org.OfTeam(o, id.NewTeam(ids)), Name: "Team", Limit: 100 * money.Dollar, Period: Monthly, Enforce: Hard}
}

// What a budget must not say is refused by the name of its field, with what is allowed instead.
func TestABadInputNamesItsField(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil       func(in *Input)
		field, says string
	}{
		"an unknown measure":           {func(in *Input) { in.Measure = ledger.Requests + 1 }, "measure", "usd, tokens or requests"},
		"a limit below zero":           {func(in *Input) { in.Limit = -1 }, "limit", "$0 or more"},
		"tokens below zero":            {func(in *Input) { in.Measure, in.Limit = ledger.Tokens, -1 }, "limit", "of 0 or more"},
		"a limit above all":            {func(in *Input) { in.Limit = maxLimit + 1 }, "limit", "at most $1,000,000,000.00"},
		"more tokens than there are":   {func(in *Input) { in.Measure, in.Limit = ledger.Tokens, maxCount+1 }, "limit", "at most 1,000,000,000,000,000 tokens"},
		"more requests than there are": {func(in *Input) { in.Measure, in.Limit = ledger.Requests, maxCount+1 }, "limit", "requests"},
		"a reserve below zero":         {func(in *Input) { in.Reserve = -1 }, "reserve", "$0 to $100.00"},
		"a reserve above the limit":    {func(in *Input) { in.Reserve = in.Limit + 1 }, "reserve", "$0 to $100.00"},
		"a rollover below zero":        {func(in *Input) { in.Rollover = -1 }, "rollover", "$0 to $1,000,000,000.00"},
		"a rollover above all":         {func(in *Input) { in.Rollover = maxLimit + 1 }, "rollover", "$0 to $1,000,000,000.00"},
		"a rollover of a total":        {func(in *Input) { in.Period, in.Rollover = Forever, 1 }, "rollover", "no next period"},
		"a strict key":                 {func(in *Input) { in.Strict, in.Scope = true, org.OfKey(in.Scope.Org(), id.Key{}) }, "strict", "can be strict"},
		"a strict total":               {func(in *Input) { in.Strict, in.Period = true, Forever }, "strict", "begin again and again"},
		"no period":                    {func(in *Input) { in.Period = "" }, "period", "daily, weekly, monthly, quarterly or total"},
		"an eighth weekday":            {func(in *Input) { in.Period, in.Starts = Weekly, 8 }, "starts", "1 (Monday) to 7 (Sunday)"},
		"a day of the month before it": {func(in *Input) { in.Starts = -1 }, "starts", "from 1 to 31"},
		"a day of no month":            {func(in *Input) { in.Starts = 32 }, "starts", "from 1 to 31"},
		"a thirteenth month":           {func(in *Input) { in.Period, in.Starts = Quarterly, 13 }, "starts", "1 (January) to 12 (December)"},
		"a day that starts":            {func(in *Input) { in.Period, in.Starts = Daily, 1 }, "starts", "Only weeks, months and quarters"},
		"no enforcement":               {func(in *Input) { in.Enforce = "" }, "enforce", "hard"},
		"a throttled total":            {func(in *Input) { in.Period, in.Enforce = Forever, Throttle }, "enforce", "no pace"},
		"a downgrade to nothing":       {func(in *Input) { in.Enforce, in.Ladder.Model = Downgrade, " \t" }, "downgrade_to", "Name the cheaper model"},
		"a downgrade to a long name":   {func(in *Input) { in.Enforce, in.Ladder.Model = Downgrade, strings.Repeat("m", maxModel+1) }, "downgrade_to", "Name the cheaper model"},
		"a ladder below the ground":    {func(in *Input) { in.Enforce, in.Ladder.From = Throttle, -1 }, "from_percent", "1 to 99"},
		"a ladder at the limit":        {func(in *Input) { in.Enforce, in.Ladder.From = Throttle, 100 }, "from_percent", "1 to 99"},
		"a threshold of nothing":       {func(in *Input) { in.Thresholds = []int{50, 0} }, "thresholds", "from 1 to 1000"},
		"a threshold of eleven limits": {func(in *Input) { in.Thresholds = []int{1001, 50} }, "thresholds", "from 1 to 1000"},
		"eleven thresholds":            {func(in *Input) { in.Thresholds = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11} }, "thresholds", "up to 10"},
	} {
		in := good()
		c.spoil(&in)
		_, err := in.checked(Place{Label: "Team Payments"})
		if f := fault.From(err); err == nil || f.Kind != fault.Invalid || f.Field != c.field || !strings.Contains(f.Public, c.says) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What a budget may say at most is let through, and what it leaves out gets its usual value.
func TestAGoodInputIsCompleted(t *testing.T) {
	t.Parallel()
	usual := func(in *Input) { in.Thresholds = DefaultThresholds }
	for name, c := range map[string]struct{ say, want func(in *Input) }{
		"nothing more":           {func(*Input) {}, usual},
		"a name of blanks":       {func(in *Input) { in.Name = "  " }, func(in *Input) { usual(in); in.Name = "Team Payments" }},
		"a limit of nothing":     {func(in *Input) { in.Limit = 0 }, func(in *Input) { usual(in); in.Limit = 0 }},
		"the most money":         {func(in *Input) { in.Limit, in.Rollover = maxLimit, maxLimit }, func(in *Input) { usual(in); in.Limit, in.Rollover = maxLimit, maxLimit }},
		"the most requests":      {func(in *Input) { in.Measure, in.Limit = ledger.Requests, maxCount }, func(in *Input) { usual(in); in.Measure, in.Limit = ledger.Requests, maxCount }},
		"all of it in reserve":   {func(in *Input) { in.Reserve = in.Limit }, func(in *Input) { usual(in); in.Reserve = in.Limit }},
		"a strict month":         {func(in *Input) { in.Strict = true }, func(in *Input) { usual(in); in.Strict = true }},
		"a total":                {func(in *Input) { in.Period = Forever }, func(in *Input) { usual(in); in.Period = Forever }},
		"a week from Sunday":     {func(in *Input) { in.Period, in.Starts = Weekly, 7 }, func(in *Input) { usual(in); in.Period, in.Starts = Weekly, 7 }},
		"no ladder of a hard":    {func(in *Input) { in.Ladder = Ladder{50, "small"} }, usual},
		"a throttle":             {func(in *Input) { in.Enforce, in.Ladder.Model = Throttle, "small" }, func(in *Input) { usual(in); in.Enforce, in.Ladder = Throttle, Ladder{From: 80} }},
		"a throttle from 1":      {func(in *Input) { in.Enforce, in.Ladder.From = Throttle, 1 }, func(in *Input) { usual(in); in.Enforce, in.Ladder = Throttle, Ladder{From: 1} }},
		"a downgrade from 99":    {func(in *Input) { in.Enforce, in.Ladder = Downgrade, Ladder{99, " small "} }, func(in *Input) { usual(in); in.Enforce, in.Ladder = Downgrade, Ladder{99, "small"} }},
		"thresholds in disorder": {func(in *Input) { in.Thresholds = []int{1000, 1, 50, 1} }, func(in *Input) { in.Thresholds = []int{1, 50, 1000} }},
		"ten thresholds":         {func(in *Input) { in.Thresholds = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10} }, func(in *Input) { in.Thresholds = []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10} }},
		"no thresholds at all":   {func(in *Input) { in.Thresholds = []int{} }, func(in *Input) { in.Thresholds = []int{} }},
	} {
		in := good()
		want := in
		c.say(&in)
		c.want(&want)
		said := slices.Clone(in.Thresholds)
		got, err := in.checked(Place{Label: "Team Payments"})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v\nwant %+v", name, got, err, want)
		}
		if !slices.Equal(in.Thresholds, said) {
			t.Errorf("%s: the caller's thresholds were changed to %v", name, in.Thresholds)
		}
	}
	longest := good()
	longest.Enforce, longest.Ladder.Model = Downgrade, strings.Repeat("m", maxModel)
	if _, err := longest.checked(Place{}); err != nil {
		t.Errorf("a model's name of %d bytes: %v", maxModel, err)
	}
}

// A request to borrow or to get more is checked before anybody reads it.
func TestWhatIsAskedForIsCheckedByKind(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 18, 12, 0, 0, 0, time.UTC)
	ends := time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC)
	month := Listed{Budget: Budget{Limit: money.Dollar, Period: Monthly}, ResetsAt: ends}
	total := Listed{Budget: Budget{Limit: money.Dollar, Period: Forever}}
	for name, c := range map[string]struct {
		of    Listed
		in    RequestInput
		want  RequestInput // as it is stored
		field string       // or what is wrong
	}{
		"nothing said is an increase": {month, RequestInput{Amount: 1, Reason: " x "}, RequestInput{Kind: Increase, Amount: 1, Reason: "x"}, ""},
		"an increase for a while":     {month, RequestInput{Kind: Increase, Amount: 1, Reason: "x", Until: ends}, RequestInput{Kind: Increase, Amount: 1, Reason: "x", Until: ends}, ""},
		"borrowing ends by itself":    {month, RequestInput{Kind: Borrow, Amount: 1, Reason: "x", Until: now}, RequestInput{Kind: Borrow, Amount: 1, Reason: "x"}, ""},
		"an increase of a total":      {total, RequestInput{Amount: 1, Reason: "x"}, RequestInput{Kind: Increase, Amount: 1, Reason: "x"}, ""},
		"borrowing of a total":        {total, RequestInput{Kind: Borrow, Amount: 1, Reason: "x"}, RequestInput{}, "kind"},
		"a part of the reserve":       {month, RequestInput{Kind: Opened, Amount: 1, Reason: "x"}, RequestInput{}, "kind"},
		"an increase past the period": {month, RequestInput{Amount: 1, Reason: "x", Until: ends.Add(1)}, RequestInput{}, "until"},
	} {
		got, err := c.in.checked(c.of, now)
		if c.field == "" && (err != nil || got != c.want) || c.field != "" && fault.From(err).Field != c.field {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}
