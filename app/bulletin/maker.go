package bulletin

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
)

// Usage answers how much was spent on what. *usage.Service implements it.
type Usage interface {
	Query(ctx context.Context, a org.Actor, q usage.Query) (usage.Result, error)
}

// Budgets are what an actor sees of limits. *budget.Service implements it.
type Budgets interface {
	List(ctx context.Context, a org.Actor) ([]budget.Entry, error)
	Forecasts(ctx context.Context, a org.Actor, of []budget.Entry) (map[id.Budget]budget.Forecast, error)
	Statements(ctx context.Context, a org.Actor, b id.Budget) ([]budget.Statement, error)
}

// Keys counts keys. *key.Service implements it.
type Keys interface {
	Count(ctx context.Context, a org.Actor) (key.Counts, error)
}

// Pricing says what usage, divided by connection and model, would have cost otherwise.
type Pricing interface {
	// Saved is what providers' prompt caches saved; false if the price of nothing that was cached is known.
	Saved(ctx context.Context, a org.Actor, r usage.Result) (saved money.USD, known bool, err error)
	// Cheaper is usage that another connection of the organization has a lower price for, of the same model; the most first.
	Cheaper(ctx context.Context, a org.Actor, r usage.Result) ([]Cheaper, error)
}

// Cheaper is usage of a model that costs Here at From, and There at To, another connection.
type Cheaper struct {
	Model, From, To string
	Here, There     money.USD
}

// Changes are what changes of routes came to in the days from a moment on, as far as the actor sees. A zero team is the organization.
type Changes func(ctx context.Context, a org.Actor, team id.Team, since time.Time) ([]Change, error)

// Maker reads what editions say. All parts but Changes and Proofs are required; without Proofs no evidence is made.
type Maker struct {
	Usage   Usage
	Budgets Budgets
	Keys    Keys
	Pricing Pricing
	Changes Changes
	Proofs  Proofs
}
