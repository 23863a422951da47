package limit

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Errors that a Store answers with.
var (
	// ErrNotFound says that there is no such limit, increase or node in that organization.
	ErrNotFound = errors.New("limit: not found")
	// ErrTaken says that there is such a limit already.
	ErrTaken = errors.New("limit: taken")
	// ErrAsked says that the same person's request for the same limit is pending already.
	ErrAsked = errors.New("limit: asked already")
)

// Store keeps limits and their increases. Its methods join the transaction in ctx. *db.LimitStore implements it.
type Store interface {
	// Place finds a scope in the tree, or ErrNotFound.
	Place(ctx context.Context, s org.Scope) (Place, error)
	Insert(ctx context.Context, l Limit) error
	// Update changes everything but the scope.
	Update(ctx context.Context, l Limit) error
	// Delete removes a limit and its increases.
	Delete(ctx context.Context, o id.Org, l id.Limit) error
	Get(ctx context.Context, o id.Org, l id.Limit, now time.Time) (Listed, error)
	// List gives an organization's limits, outermost scopes first, then by label.
	List(ctx context.Context, o id.Org, now time.Time) ([]Listed, error)
	// Count is how many an organization has.
	Count(ctx context.Context, o id.Org) (int64, error)
	// Raise adds an increase; Lower takes one away, or says ErrNotFound.
	Raise(ctx context.Context, o id.Org, x Increase) error
	Lower(ctx context.Context, o id.Org, l id.Limit, x id.Increase) error
	// Rules gives all organizations' limits for Limiter.Load, with the increases that have not ended at now.
	Rules(ctx context.Context, now time.Time) ([]Rule, error)

	// AddRequest adds a pending request, or answers ErrAsked. What was pending and has expired by now is in nobody's way.
	AddRequest(ctx context.Context, o id.Org, r Request, now time.Time) error
	// Requests are an organization's, newest first, at most 500. stored is the state as it is kept, "" for all, and asker who asked,
	// zero for everybody.
	Requests(ctx context.Context, o id.Org, stored RequestState, asker id.Member) ([]Request, error)
	// Request is one of them, or ErrNotFound.
	Request(ctx context.Context, o id.Org, r id.Wish) (Request, error)
	// Decide writes the decision into a request that is pending, and reports whether it was.
	Decide(ctx context.Context, o id.Org, r Request) (bool, error)
}

// Place is a scope as the tree knows it.
type Place struct {
	Label string
	Teams []id.Team // the teams that a department has, or that a team, member or key belongs to
	Owner id.Member // who a member is, or whose key it is; zero for a service account's
	// Archived nodes keep their limits, which bind nobody until the node is restored.
	Archived bool
}

func (p Place) place() org.Place { return org.Place{Teams: p.Teams, Owner: p.Owner} }

// Listed is a limit with its place in the tree and the increases in force, the next to end first.
type Listed struct {
	Limit
	Place     Place
	Increases []Increase
}
