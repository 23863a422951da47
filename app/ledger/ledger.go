// Package ledger is the state machine of money: leases granted, holds taken, attempts settled. It is pure: no I/O, no
// clock, no randomness, so that it can be simulated with every fault there is (package ledger/sim).
//
// An upstream attempt is the unit of account (decision D9): own id, own hold, own row, exactly one terminal state.
// Money moves in two phases, a hold before the attempt and a settlement after it; what a node may hold against is what
// it has leased from the database (decision D10), so the sum over all nodes never exceeds a limit.
package ledger

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Account is one budget in one period: what a limit applies to. A new period is a new account (decision D11).
type Account struct {
	Budget id.Budget
	Start  int64 // the period's first moment, Unix seconds
}

// State is an attempt's terminal state. Settle picks it and the cost by the table in settle.go.
type State string

// The terminal states.
const (
	Voided      State = "voided"      // never reached the provider, or rejected before generation: costs nothing
	Complete    State = "complete"    // usage reported by the provider
	Counted     State = "counted"     // complete, but usage was missing: our own count, flagged
	Cut         State = "cut"         // ended early after dispatch: best known count plus margin, flagged
	Ambiguous   State = "ambiguous"   // sent, no answer at all: the full hold, until reconciled
	Interrupted State = "interrupted" // we died with it in flight: the full hold, until reconciled
	Handed      State = "handed"      // handed over with others, to be answered within a day: the full hold, until it is Returned
	Returned    State = "returned"    // what came of one that was Handed: its cost less that hold, so mostly below zero
)

// Attempt is what is known when an attempt is dispatched; it is journaled before the first byte leaves.
type Attempt struct {
	ID      id.Attempt
	Request id.Request
	Number  int // 1..n within the request
	Chain   org.Chain
	Tags    string    // project=…,client=…: whose tag budgets it is under, and what its cost is allocated to
	At      time.Time // when it was dispatched; also decides the day partition
	Held    Amounts
	Stakes  []Stake // every account the hold lies on

	Connection   id.Connection
	Provider     string // connection name, as shown
	Kind         string // provider kind
	Model        string // upstream model
	PriceVersion string // catalogue version the ceiling was computed with

	// What the request that it serves is told by in reports, so that money can be divided by it before the request is over,
	// and if it never ends.
	Asked    string // model as the client wrote it
	Endpoint string
	Client   string // recognised client app
	Cache    string // miss or bypass: an answer from a cache has no attempt
}

// Settlement is an attempt's one end.
type Settlement struct {
	Attempt   id.Attempt
	State     State
	Usage     llm.Usage
	Cost      money.USD
	InputCost money.USD // part of Cost
	Tokens    Units     // booked on accounts that count tokens; Counts says by which rule
	Requests  Units     // booked on accounts that count requests
	Status    int       // upstream HTTP status, 0 if none
	Class     string    // provider.Class of a failure, "" on success
	Note      string    // one line for operators: why this state
	FirstByte time.Duration
	Duration  time.Duration
	At        time.Time
}

// Booked is what the settlement books on accounts.
func (s *Settlement) Booked() Amounts {
	return Amounts{Money: s.Cost, Tokens: s.Tokens, Requests: s.Requests}
}

// Try is an attempt and its end, as far as it is told to tracing.
type Try struct {
	Settlement
	Kind  string // of the connection
	Model string // upstream model
	Sent  time.Time
}

// Request is the fact of one client call, refused ones included. It holds no content.
type Request struct {
	ID       id.Request
	Chain    org.Chain
	At       time.Time
	Family   string
	Endpoint string // "chat", "embeddings", …
	Stream   bool
	Asked    string // model as the client wrote it
	Model    string // model that answered
	Provider string // connection that answered
	Route    string // rule or alias that decided
	Client   string // recognised client app
	Tags     string // project=…,client=…
	EndUser  string
	Session  string
	Cache    string // hit, semantic, miss, bypass
	Attempts int
	Status   int     // what the client got
	Code     string  // fault code, "" on success
	Message  string  // the sentence the client got on a refusal
	Refusal  Refusal // zero unless a budget refused it
	Screened Screened
	Trial    Trial
	Usage    llm.Usage
	Cost     money.USD
	// Saved is what an answer from the cache cost when it was bought, and SavedTime how much longer that took.
	Saved     money.USD
	SavedTime time.Duration
	// Decisions explain, one per line, what each stage did: "clamped max_tokens to 812 for budget team/monthly".
	Decisions string
	FirstByte time.Duration
	Duration  time.Duration
	Overhead  time.Duration
}

// Trial says which variant of an experiment a request counts for; the zero value is none.
type Trial struct {
	Experiment id.Experiment
	Variant    int
	Bucket     int  // of its unit: units, not requests, are compared
	Failed     bool // the target that was asked first gave no answer at the first try, whatever came of the request
	Unanswered bool // nobody else did either
}

// Screened is what data rules found in a request; the zero value says nothing. It holds no content.
type Screened struct {
	Incident id.Finding
	Action   string // the strictest: log, mask or block
	Found    string // detectors, actions and counts as JSON
}
