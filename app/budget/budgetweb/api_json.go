package budgetweb

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// budgetJSON is a budget in the management API, with where it stands. Amounts are strings in its measure: exact decimals of
// USD, or counts of tokens or requests; those of money come as *_usd as well.
type budgetJSON struct {
	ID         string `json:"id"`
	Scope      string `json:"scope"` // id of the organization, department, team, member or key, "pool:team_…", "tag:project=apollo"
	ScopeKind  string `json:"scope_kind"`
	ScopeLabel string `json:"scope_label"`
	Name       string `json:"name"`
	Measure    string `json:"measure"` // usd, tokens or requests
	Limit      string `json:"limit"`
	Period     string `json:"period"`
	Starts     int    `json:"starts,omitempty"` // weekday 1-7 of a week, day 1-31 of a month, month 1-12 of a fiscal year

	Enforcement string `json:"enforcement"`
	FromPercent int    `json:"from_percent,omitempty"` // where throttling or downgrading begins
	DowngradeTo string `json:"downgrade_to,omitempty"`
	Rollover    string `json:"rollover"` // at most so much is carried into the next period
	Reserve     string `json:"reserve"`  // part of limit that only admins open
	Strict      bool   `json:"strict"`
	Thresholds  []int  `json:"thresholds"` // percent

	// What may be spent in the present period is present = limit - reserve + rolled_over + granted.
	Present    string        `json:"present"`
	RolledOver string        `json:"rolled_over"`
	Granted    string        `json:"granted"`
	Spent      string        `json:"spent"` // with suspense
	Suspense   string        `json:"suspense"`
	Held       string        `json:"held"`
	Left       string        `json:"left"`
	Forecast   *forecastJSON `json:"forecast,omitempty"`

	LimitUSD *money.USD `json:"limit_usd,omitempty"`
	SpentUSD *money.USD `json:"spent_usd,omitempty"`
	HeldUSD  *money.USD `json:"held_usd,omitempty"`
	LeftUSD  *money.USD `json:"left_usd,omitempty"`

	ResetsAt  *time.Time `json:"resets_at"` // null for a total
	CreatedAt time.Time  `json:"created_at"`
	UpdatedAt time.Time  `json:"updated_at"`
}

// forecastJSON is where a budget will stand at the end of its period: total is null where there is no answer, and method
// says how it was computed, or why there is none.
type forecastJSON struct {
	Total     *string    `json:"total"`
	At        *time.Time `json:"at"`
	RunsOutAt *time.Time `json:"runs_out_at"`
	Method    string     `json:"method"`
}

type budgetList struct {
	Data []budgetJSON `json:"data"`
}

func budgetOut(e budget.Entry) budgetJSON {
	s, say := e.Standing, e.Measure.Plain
	out := budgetJSON{ID: e.ID.String(), Scope: printScope(e.Scope), ScopeKind: string(e.Scope.Kind()), ScopeLabel: e.Label, Name: e.Name,
		Measure: e.Measure.String(), Limit: say(e.Limit), Period: string(e.Period), Starts: e.Starts, Enforcement: string(e.Enforce),
		FromPercent: e.Ladder.From, DowngradeTo: e.Ladder.Model, Rollover: say(e.Rollover), Reserve: say(e.Reserve), Strict: e.Strict,
		Thresholds: append([]int{}, e.Thresholds...), Present: say(s.Limit), RolledOver: say(e.RolledOver), Granted: say(e.Granted),
		Spent: say(s.Spent), Suspense: say(e.Suspense), Held: say(s.Held), Left: say(s.Left),
		ResetsAt: moment(s.ResetsAt), CreatedAt: e.CreatedAt, UpdatedAt: e.UpdatedAt}
	if e.Measure == ledger.Money {
		out.LimitUSD, out.SpentUSD, out.HeldUSD, out.LeftUSD = &e.Limit, &s.Spent, &s.Held, &s.Left
	}
	return out
}

func forecastOut(e budget.Entry, f budget.Forecast) *forecastJSON {
	out := &forecastJSON{At: moment(f.At), RunsOutAt: moment(f.RunsOut), Method: f.Method}
	if f.Known {
		total := e.Measure.Plain(f.Total)
		out.Total = &total
	}
	return out
}

// moment is null for the zero time.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// amountIn reads an amount of a measure from a field; "" is 0.
func amountIn(m ledger.Measure, field, text string) (ledger.Units, error) {
	if text == "" {
		return 0, nil
	}
	n, err := m.Parse(text)
	if err != nil && m == ledger.Money {
		return 0, fault.Field(field, "Write an amount of USD as a decimal, such as \"12.50\".")
	}
	if err != nil {
		return 0, fault.Field(field, "Write "+m.String()+" as a whole number, such as \"100000\".")
	}
	return n, nil
}

// timeIn reads a time of RFC 3339 from a field; "" is the zero time.
func timeIn(field, text string) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, fault.Field(field, "Write a time with its zone, such as \"2026-11-30T18:00:00Z\".")
	}
	return t, nil
}
