// Package budget is limits on money: what may be spent on a node of the tree in a period, and the desk that lends it out.
//
// Service is the control plane: budgets are created and changed there, with an audit entry each. Treasury is the data
// plane: it holds money for each attempt in memory, inside leases taken from the database, and journals every step
// before it happens (decision D10).
package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Budget is a limit on one node of the tree.
type Budget struct {
	ID        id.Budget
	Org       id.Org
	Scope     org.Scope
	Name      string // for people; defaults to the scope's name and period
	Limit     money.USD
	Period    Period
	Enforce   Enforcement
	CreatedAt time.Time
	UpdatedAt time.Time
}

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

// The enforcements that exist so far; throttle and downgrade come with the enforcement ladder.
const (
	Soft Enforcement = "soft" // warn, let through
	Hard Enforcement = "hard" // refuse
)

// Want is one attempt's claim on money.
type Want struct {
	Attempt id.Attempt
	Chain   org.Chain
	// Ceiling is the most the attempt can cost. Floor is the least that still makes sense: if the ceiling does not fit
	// but the floor does, the hold is smaller and the caller shrinks the call to it (decision D12). Floor == Ceiling
	// means all or nothing.
	Ceiling, Floor money.USD
	// Unpriced says that no price is known: refused under a hard limit, recorded as unknown otherwise.
	Unpriced bool
}

// Standing is where one budget of a chain stands, for GET /v1/key, headers and refusals.
type Standing struct {
	Budget   id.Budget
	Scope    org.Scope
	Name     string
	Period   Period
	Enforce  Enforcement
	Limit    money.USD
	Spent    money.USD
	Held     money.USD
	Left     money.USD // Limit - Spent - Held; negative when a provider overran its cap
	ResetsAt time.Time // zero for Forever
}
