package budget

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Request is somebody's wish for more than a budget allows, and what became of it. Who approves it grants an Increase.
type Request struct {
	ID        id.Override
	Budget    id.Budget
	Amount    ledger.Units // in the budget's measure
	Until     time.Time    // zero = the end of the period
	Reason    string
	State     RequestState
	AskedBy   string // label
	Asker     id.Member
	AskedAt   time.Time
	ExpiresAt time.Time // when it is too late to decide
	DecidedBy string
	DecidedAt time.Time // zero while pending
	Note      string    // the decider's
	Grant     id.Allowance

	// Name, Label and Measure are the budget's; CanDecide says that the reader may approve or deny it now.
	Name      string
	Label     string
	Measure   ledger.Measure
	CanDecide bool
}

// RequestState is how far a request has come.
type RequestState string

// The states.
const (
	Pending  RequestState = "pending"
	Approved RequestState = "approved"
	Denied   RequestState = "denied"
	Expired  RequestState = "expired" // nobody decided in time
)

// RequestInput is what somebody asks for.
type RequestInput struct {
	Amount ledger.Units
	Until  time.Time // zero = the end of the period
	Reason string
}

// RequestQuery narrows a list of requests.
type RequestQuery struct {
	Budget id.Budget    // zero = all
	State  RequestState // "" = all
}

// Verdict is what the decider adds to an approval. The zero value grants what was asked for.
type Verdict struct {
	Amount ledger.Units // 0 = as asked for
	Until  time.Time    // zero = as asked for
	Note   string
}
