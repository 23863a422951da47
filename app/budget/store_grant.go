package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// ErrAsked says that the same person's request for the same budget is pending already.
var ErrAsked = errors.New("budget: asked already")

// GrantStore keeps what changes a budget inside its periods, and what came of it. It is part of Store.
type GrantStore interface {
	// Present is the period that now lies in, begun if need be and locked until the transaction ends. Grants that have
	// ended by now are ended.
	Present(ctx context.Context, b Budget, now time.Time) (Present, error)
	// AddGrants adds them, and the active ones to the present period's limit.
	AddGrants(ctx context.Context, b Budget, now time.Time, grants ...Grant) error
	// Grants are a budget's, newest first, at most 500.
	Grants(ctx context.Context, o id.Org, b id.Budget) ([]Grant, error)
	// EndDue ends the grants of all organizations whose time is over, and says whether there were any and when the next
	// one ends; zero for never.
	EndDue(ctx context.Context, now time.Time) (changed bool, next time.Time, err error)
	// BeginDue begins the present periods that inherit something, a rollover or a debt, and have not begun by themselves.
	BeginDue(ctx context.Context, now time.Time) (begun bool, err error)

	// AddRequest adds a pending request, or answers ErrAsked.
	AddRequest(ctx context.Context, o id.Org, r Request) error
	// Requests are an organization's, newest first, at most 500.
	Requests(ctx context.Context, o id.Org, q RequestQuery) ([]Request, error)
	// Request is one of them, or ErrNotFound.
	Request(ctx context.Context, o id.Org, r id.Ask) (Request, error)
	// Decide writes the decision into a request that is pending, and reports whether it was.
	Decide(ctx context.Context, o id.Org, r Request) (bool, error)
	// ExpireRequests ends what nobody decided in time, of all organizations, and says when the next one expires.
	ExpireRequests(ctx context.Context, now time.Time) (next time.Time, err error)

	// Alerts are a budget's events, newest first, at most 500.
	Alerts(ctx context.Context, o id.Org, b id.Budget) ([]Alert, error)
	// Statements are a budget's periods, newest first, at most 100.
	Statements(ctx context.Context, o id.Org, b id.Budget) ([]Statement, error)

	// Above are the budgets of a measure on the scopes right above one, locked until the transaction ends. Below are those
	// on the scopes right below it. Lock locks a budget itself. Locks are taken from the top down.
	Above(ctx context.Context, s org.Scope, m ledger.Measure, now time.Time) ([]Listed, error)
	Below(ctx context.Context, s org.Scope, m ledger.Measure, now time.Time) ([]Listed, error)
	Lock(ctx context.Context, o id.Org, b id.Budget) error

	// Uses are the hourly sums of nodes of one kind since from, by node, oldest first; tags have none.
	Uses(ctx context.Context, o id.Org, k org.ScopeKind, nodes []string, m ledger.Measure, from time.Time) (map[string][]Use, error)
	// Used is what was used under a scope in [from, to), from the facts themselves.
	Used(ctx context.Context, s org.Scope, m ledger.Measure, from, to time.Time) (ledger.Units, error)
}

// Present is a period as grants need to know it.
type Present struct {
	From, To time.Time // To in the organization's zone; zero for Forever
	Limit    ledger.Units
	Opened   ledger.Units // of the reserve, in this period
	Owes     bool         // something was borrowed from a period that has not begun
}

// Use is what was used in one hour.
type Use struct {
	Hour time.Time
	Used ledger.Units
}
