package health

import (
	"crypto/sha256"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Target is what a breaker stands in front of: a connection, or one model of it.
type Target struct {
	Org        id.Org
	Connection id.Connection
	Model      string // upstream model name; "" is the connection as a whole
}

// State is a breaker's.
type State uint8

// The states.
const (
	Closed   State = iota // takes requests
	Open                  // takes none until its cool-down is over
	HalfOpen              // takes one at a time, to see whether the provider is back
)

// String is the state's name in JSON, in the database and on pages.
func (s State) String() string { return [...]string{"closed", "open", "half_open"}[s%3] }

// ParseState reads what String wrote.
func ParseState(s string) (State, bool) {
	for _, x := range [...]State{Closed, Open, HalfOpen} {
		if x.String() == s {
			return x, true
		}
	}
	return Closed, false
}

// Cause is why a breaker is open, or a target is left alone.
type Cause string

// The causes.
const (
	Failures   Cause = "failures"   // too many attempts failed
	Credential Cause = "credential" // the provider refuses the key: until it is changed, or a probe passes
	Quota      Cause = "quota"      // the account has no credit left
	RateLimit  Cause = "rate_limit" // the provider asked for a pause; the breaker stays closed
	ByHand     Cause = "by_hand"    // a person took it out of service, until a person puts it back
)

// Outcome is what an attempt says about its provider.
type Outcome uint8

// The outcomes.
const (
	Neutral Outcome = iota // nothing: the request was wrong, the client left, or nothing was sent
	Good
	Bad     // it failed
	Limited // it asks for a pause
	Locked  // it refuses the credential
	Spent   // its account is empty
)

// String is the outcome's name in the database and in JSON.
func (o Outcome) String() string { return outcomes[o%6] }

var outcomes = [...]string{"neutral", "good", "bad", "limited", "locked", "spent"}

// ParseOutcome reads what String wrote; Neutral for anything else.
func ParseOutcome(s string) Outcome {
	for i, name := range outcomes {
		if name == s {
			return Outcome(i)
		}
	}
	return Neutral
}

// Report is how an attempt ended.
type Report struct {
	Outcome Outcome
	// Whole says that the failure is the connection's and not only this model's.
	Whole bool
	// Silent says that nothing came back, so that the connection may be away as well as the model.
	Silent bool
	// Wait is the pause that the provider asked for; 0 = it did not say.
	Wait time.Duration
}

// Refusal is why a target is not asked now.
type Refusal struct {
	Cause Cause
	Until time.Time // when it is worth another look; zero for ByHand
}

// Change is a breaker that changed its state.
type Change struct {
	Target Target
	From   State
	To     State
	Cause  Cause
	At     time.Time
	Until  time.Time // of an open one: when it is probed; zero otherwise
	Level  int       // how often in a row it opened
	By     string    // who did it by hand, or the node that found out; "" = this process
	Remote bool      // another node told

	digest [sha256.Size]byte // of the credential that was refused
}

// Standing is a breaker as pages show it.
type Standing struct {
	Target   Target
	State    State
	Cause    Cause
	Since    time.Time
	Until    time.Time // when an open one is probed, or a pause ends; zero otherwise
	Level    int
	Failures int // in the window
	Attempts int // in the window
}
