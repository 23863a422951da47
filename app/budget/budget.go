// Package budget is limits on money: what may be spent on a node of the tree in a period, and the desk that lends it out.
//
// Service is the control plane: budgets are created and changed there, with an audit entry each. Treasury is the data
// plane: it holds money for each attempt in memory, inside leases taken from the database, and journals every step
// before it happens (decision D10).
package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Budget is a limit on one node of the tree.
type Budget struct {
	ID      id.Budget
	Org     id.Org
	Scope   org.Scope
	Name    string // for people; defaults to the scope's name and period
	Measure ledger.Measure
	Limit   ledger.Units // in Measure's units
	Period  Period
	Starts  int // where the period begins, see Calendar
	Enforce Enforcement
	Ladder  Ladder
	// Rollover is how much of what a period did not use is added to the next one, at most; 0 is nothing.
	Rollover ledger.Units
	// Reserve is the part of Limit that nobody may spend before an admin opens it, in the present period.
	Reserve ledger.Units
	// Strict nodes hand out no more than they have: the limits of the scopes right below may not add up to more.
	Strict bool
	// Thresholds are the shares of the limit, in percent, ascending, whose crossing is an event, once per period.
	Thresholds []int
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Ladder is what a budget does before its limit is reached.
type Ladder struct {
	// From is the share of the limit, in percent, at which throttling or downgrading begins.
	From int `json:"from,omitempty"`
	// Model is the cheaper model that requests are sent to from there on: a name that clients could ask for.
	Model string `json:"model,omitempty"`
}

// DefaultThresholds are the ones of a budget that names none.
var DefaultThresholds = []int{50, 75, 90, 100}

// Calendar is when a budget's periods begin, in the organization's time zone.
type Calendar struct {
	Period Period
	// Starts says where in the calendar: the weekday of a week (1 Monday to 7 Sunday), the day of a month (1 to 31;
	// shorter months begin on their last day), the first month of a fiscal year's quarters (1 to 12). 0 is Monday, the
	// 1st, January.
	Starts int
}

// Calendar is the budget's.
func (b Budget) Calendar() Calendar { return Calendar{b.Period, b.Starts} }

// Period is how long a limit lasts before it starts again, in the organization's time zone.
type Period string

// The periods.
const (
	Daily     Period = "daily"
	Weekly    Period = "weekly"
	Monthly   Period = "monthly"
	Quarterly Period = "quarterly"
	Forever   Period = "total"
)

// Enforcement is what happens at the limit.
type Enforcement string

// The enforcements. All but soft ones refuse at the limit; throttle and downgrade do something before it (Ladder).
const (
	Soft      Enforcement = "soft"      // warn, let through
	Hard      Enforcement = "hard"      // refuse
	Throttle  Enforcement = "throttle"  // the nearer the limit, the fewer requests
	Downgrade Enforcement = "downgrade" // a named cheaper model near the limit
)

// Want is one attempt's claim on money.
type Want struct {
	Attempt id.Attempt
	Chain   org.Chain
	Tags    string // project=…,client=…; budgets on tag pairs bind too
	// Ceiling is the most the attempt can use. Floor is the least that still makes sense: if the ceiling does not fit
	// but the floor does, the hold lies between them, by the same share in every measure, and the caller shrinks the
	// call to it (decision D12). Floor == Ceiling means all or nothing.
	Ceiling, Floor ledger.Amounts
	// Unpriced says that no price is known: refused under a hard limit on money, recorded as unknown otherwise.
	Unpriced bool
}

// Standing is where one budget of a chain stands, for GET /v1/key, headers and refusals.
type Standing struct {
	Budget   id.Budget
	Scope    org.Scope
	Name     string
	Measure  ledger.Measure
	Period   Period
	Enforce  Enforcement
	Limit    ledger.Units // of this period: with what was rolled over and granted
	Spent    ledger.Units
	Held     ledger.Units
	Left     ledger.Units // Limit - Spent - Held; negative when a provider overran its cap
	ResetsAt time.Time    // zero for Forever
}
