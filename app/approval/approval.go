package approval

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Approval is a request and what became of it: once approved, the grant.
type Approval struct {
	ID  id.Approval
	Org id.Org
	Key id.Key
	// Model is what the client asks for, in lower case. Cost is what one request may cost at most, as it was refused; 0 = it
	// was not refused for its cost.
	Model  string
	Cost   money.USD
	Reason string
	// Reasons are what policies had against it, in words: when it was asked, and then when it was decided. Lifts and Targets
	// are what the grant opens (policy.Pass).
	Reasons []string
	Lifts   []id.Policy
	Targets []string
	Bounds
	State     State
	Asker     id.Member // zero for a management token
	AskedBy   string    // label
	AskedAt   time.Time
	ExpiresAt time.Time // when it is too late to decide
	Decider   id.Member
	DecidedBy string
	DecidedAt time.Time // zero while pending
	Note      string    // the decider's
	// Spent and Used are how much of the grant is gone. Requests under way count with the most they can cost.
	Spent money.USD
	Used  int64
}

// Bounds are how far a grant goes: until when, for how much in all and how many requests; 0 = any.
type Bounds struct {
	Until  time.Time
	Amount money.USD
	Times  int64
}

// State is how far a request has come.
type State string

// The states. An approved one is Over when its time, money or number of times is used up.
const (
	Pending   State = "pending"
	Approved  State = "approved"
	Denied    State = "denied"
	Expired   State = "expired"   // nobody decided in time
	Withdrawn State = "withdrawn" // the asker took it back, or is gone
	Revoked   State = "revoked"   // ended before its time
	Over      State = "over"      // used up, or its time is over
)

// at is the state at a moment: time ends things without anybody writing it down.
func (a Approval) at(now time.Time) State {
	switch {
	case a.State == Pending && !now.Before(a.ExpiresAt):
		return Expired
	case a.State == Approved && (!now.Before(a.Until) || a.Times > 0 && a.Used >= a.Times || a.Amount > 0 && a.Spent >= a.Amount):
		return Over
	}
	return a.State
}

// Subject is the key that a request is about, with its place.
type Subject struct {
	Key     id.Key
	Name    string
	Chain   org.Chain
	Account string // the service account's name; "" for a person's key
	Team    string // name
	Dead    bool   // deleted, disabled or stopped
	// ExpiresAt is the key's own end; zero = never.
	ExpiresAt time.Time
}

// works reports whether the key opens anything at a moment.
func (s Subject) works(now time.Time) bool {
	return !s.Dead && (s.ExpiresAt.IsZero() || now.Before(s.ExpiresAt))
}

func (s Subject) place() org.Place {
	return org.Place{Teams: []id.Team{s.Chain.Team}, Owner: s.Chain.Member}
}

// Input is what somebody asks for.
type Input struct {
	Key    id.Key
	Model  string
	Cost   money.USD // of one request, as it was refused; 0 = not known
	Reason string
	Bounds // zero Until = a week
}

// Verdict is what the decider adds to an approval. Zero fields grant what was asked for.
type Verdict struct {
	Bounds
	Note string
}

// View is a request as somebody sees it.
type View struct {
	Approval
	Subject Subject
	// CanDecide and CanRevoke say what the reader may do now.
	CanDecide, CanRevoke bool
}

// Query narrows a list.
type Query struct{ State State } // "" = all

// Of the bounds of what can be asked for.
const (
	askFor    = 7 * 24 * time.Hour  // how long a request waits, and how long a grant is good unless somebody says
	longest   = 90 * 24 * time.Hour // of a grant: what is needed longer belongs into the policy
	maxTimes  = 1_000_000
	maxAmount = 100_000 * money.Dollar
	maxReason = 1000 // characters
	maxModel  = 200  // bytes
)

// NotFound refuses an id that names no request, another tenant's, or one that is not the reader's business.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such approval.")
}

func noKey() *fault.Error { return fault.New(fault.NotFound, "not_found", "There is no such key.") }
