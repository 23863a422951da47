package approval

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Errors that a Store answers with.
var (
	ErrNotFound = errors.New("approval: not found")
	// ErrAsked says that the same person's request for the same key and model is pending already.
	ErrAsked = errors.New("approval: asked already")
)

// Store keeps requests and who was called to decide them. Its methods join the transaction in ctx. *db.ApprovalStore
// implements it.
type Store interface {
	// Subject finds a key with its place, deleted ones too; or ErrNotFound.
	Subject(ctx context.Context, o id.Org, k id.Key) (Subject, error)
	// Add adds a pending request, or answers ErrAsked. What was pending and has expired by now is in nobody's way.
	Add(ctx context.Context, a Approval, now time.Time) error
	Get(ctx context.Context, o id.Org, a id.Approval) (Approval, error)
	// List gives an organization's, newest first, at most 500.
	List(ctx context.Context, o id.Org, f Filter) ([]Approval, error)
	// Decide writes the decision into a request that is pending, and reports whether it was.
	Decide(ctx context.Context, a Approval) (bool, error)
	// End changes one state into another, and reports whether it was in it.
	End(ctx context.Context, o id.Org, a id.Approval, from, to State, by string, at time.Time) (bool, error)
	// Withdraw ends what a member has asked for and nobody has decided.
	Withdraw(ctx context.Context, o id.Org, m id.Member, at time.Time) error

	// Claim takes uses and money of a grant that is in force, and reports whether there was as much.
	Claim(ctx context.Context, o id.Org, a id.Approval, times int64, amount money.USD, now time.Time) (bool, error)
	// Return gives a part of a claim back; negative amounts and times add to it, whatever the bounds.
	Return(ctx context.Context, o id.Org, a id.Approval, times int64, amount money.USD) error

	AddSummons(ctx context.Context, s Summons) error
	Summons(ctx context.Context, o id.Org, s id.Summons) (Summons, error)
	// SummonsTo is the latest by which a person was called to decide a request, by its plain uuid; ErrNotFound if they were not.
	SummonsTo(ctx context.Context, o id.Org, m id.Member, about string) (Summons, error)
	// UseSummons is false if it was used already.
	UseSummons(ctx context.Context, o id.Org, s id.Summons, at time.Time) (bool, error)
}

// Filter says which requests. What nobody but a few would see has to be left out before the newest are taken.
type Filter struct {
	Stored State     // as it is kept; "" = all
	Asker  id.Member // who asked, or whose key it is about; zero = everybody
	Ends   time.Time // what is good until later than this; zero = all
}

// Matter is what kind of request a summons is about. It is stored, so it never changes.
type Matter string

// The matters.
const (
	OfPolicy Matter = "policy" // an Approval
	OfBudget Matter = "budget" // a budget.Request
	OfLimit  Matter = "limit"  // a limit.Request
)

// Summons is one manager's call to decide one request; its link works once.
type Summons struct {
	ID        id.Summons
	Org       id.Org
	Matter    Matter
	About     string // plain uuid of the request
	Member    id.Member
	CreatedAt time.Time
	ExpiresAt time.Time
	UsedAt    time.Time // zero = not
}
