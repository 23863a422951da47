package budget

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Errors that a Store answers with.
var (
	// ErrNotFound says that there is no such budget or node in that organization.
	ErrNotFound = errors.New("budget: not found")
	// ErrTaken says that the scope has a budget of that measure, period and name already.
	ErrTaken = errors.New("budget: taken")
)

// Store keeps budgets. Its methods join the transaction in ctx. *db.BudgetStore implements it.
type Store interface {
	GrantStore
	// Place finds a scope in the tree, or ErrNotFound.
	Place(ctx context.Context, s org.Scope) (Place, error)
	// Insert adds a budget and begins its period at now, opening it with what was spent there already.
	Insert(ctx context.Context, b Budget, now time.Time) error
	// Update changes a budget, and the limit of its period at now; where the period changed it begins the new one.
	Update(ctx context.Context, b Budget, now time.Time) error
	// Delete removes a budget and its periods.
	Delete(ctx context.Context, o id.Org, b id.Budget) error
	// Get finds one budget, or ErrNotFound.
	Get(ctx context.Context, o id.Org, b id.Budget, now time.Time) (Listed, error)
	// List gives an organization's budgets, outermost scopes first, then by label.
	List(ctx context.Context, o id.Org, now time.Time) ([]Listed, error)
	// Count is how many an organization has.
	Count(ctx context.Context, o id.Org) (int64, error)
	// Rules gives all organizations' budgets for Treasury.Load.
	Rules(ctx context.Context, now time.Time) ([]Rule, error)
}

// Listed is a budget with its place in the tree and where it stands in the books.
type Listed struct {
	Budget
	Place    Place
	Present  ledger.Units // what may be spent in the period that now lies in
	Spent    ledger.Units // in that period, suspense included
	Suspense ledger.Units // part of Spent
	// RolledOver and Granted are part of Present.
	RolledOver, Granted ledger.Units
	ResetsAt            time.Time // in the organization's zone; zero for Forever
}
