package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Grant adds to one period of a budget, or takes from it. What may be spent in a period is the budget's limit, less its
// reserve, with what was rolled over, and with its grants: nothing else changes a limit inside its period (decision D11).
type Grant struct {
	ID     id.Allowance
	Budget id.Budget
	Start  time.Time // of the period it changes
	Kind   GrantKind
	Amount ledger.Units // in the budget's measure; negative for a repayment
	State  GrantState
	Until  time.Time // when it ends; zero for never, on a budget without periods
	Reason string
	// AskedBy and DecidedBy are labels, as the audit log has them. They differ where somebody asked and another approved.
	AskedBy   string
	DecidedBy string
	Request   id.Override // the request that it answers; zero if there was none
	CreatedAt time.Time
}

// GrantKind is why a period has more or less than its limit.
type GrantKind string

// The kinds. All but repayments are given by people; a repayment is made by a borrowing.
const (
	Increase GrantKind = "increase" // for a while
	Borrow   GrantKind = "borrow"   // from the next period
	Repay    GrantKind = "repay"    // what an earlier period borrowed: a negative amount
	Opened   GrantKind = "reserve"  // a part of the reserve, for this period
)

// GrantState says whether a grant counts.
type GrantState string

// The states.
const (
	Due    GrantState = "due"    // a repayment whose period has not begun
	Active GrantState = "active" // counts, in the present period
	Ended  GrantState = "ended"  // counts no longer: it ended inside its period
	Closed GrantState = "closed" // counted until its period ended
)

// GrantInput is what a form or an API call says about a grant.
type GrantInput struct {
	Kind   GrantKind // Increase, Borrow or Opened
	Amount ledger.Units
	Until  time.Time // for Increase; zero = the end of the period. The others always last until then.
	Reason string
}

// Room is how much can be granted to a budget in its present period, for forms.
type Room struct {
	Ends     time.Time    // of the period, in the organization's zone; zero for Forever
	Reserve  ledger.Units // what of the reserve is still closed
	Borrow   ledger.Units // the most that can be borrowed; 0 while a borrowing is open, and for Forever
	Increase ledger.Units // the most that can be added
}
