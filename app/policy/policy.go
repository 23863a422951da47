package policy

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Policy is what may be asked for below one node of the tree. A node has at most one.
type Policy struct {
	ID    id.Policy
	Org   id.Org
	Scope org.Scope
	// Allow are patterns of models that may be used; empty = all. Deny are those that may not; it wins.
	Allow []string
	Deny  []string
	// MaxCost is the most that one attempt of a request may cost; 0 = anything.
	MaxCost   money.USD
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Model is something that can be asked for, with what it leads to, for previews.
type Model struct {
	Name    string
	Targets [][]string // the names of each target
}

// Verdict is what policies make of a model.
type Verdict struct {
	Name string
	// Refused says which policy denies it, and why; "" = it may be used.
	Refused string
}
