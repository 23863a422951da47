// Package route turns what a client asked for into an ordered list of targets. An alias is a tenant's name for a route;
// a Plan is a pure function of the compiled index and the call, with a reason for each target.
package route

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Alias is a tenant's name for a route: apps ask for it as "model". Its JSON form is part of the snapshot on disk.
type Alias struct {
	ID   id.Alias `json:"id"`
	Org  id.Org   `json:"org"`
	Name string   `json:"name"` // [a-z0-9._-], unique in the organization
	// Targets in fallback order, for requests that no rule takes.
	Targets []TargetRef `json:"targets"`
	Routing Routing     `json:"routing,omitzero"`
	// Version counts changes; an update with an old one is refused.
	Version   int64     `json:"version"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// Target is one connection and model that a request can be sent to.
type Target struct {
	Connection *provider.Connection
	Model      string // upstream model name
	Why        string // why it is at this place, for the decision log
	Weight     int    // its share under a strategy that Weighs, at least 1
	// Quality is its rank by what its route says, 1 for the best, 0 where it says nothing; Rank is what follows from that in its
	// list, 0 for the best.
	Quality, Rank int
	// Hours are when it is preferred as a fallback, "09:00-18:00" in the organization's zone; "" is any.
	Hours string
	// Only is what it must fulfil: what its alias demands, and those that it was reached through. nil is nothing.
	Only *Only
	// After are the causes that it is kept for, with commas: it only follows a target that failed for one of them. "" is all, and
	// first.
	After string
}

// Place is what is known of the target's account.
func (t *Target) Place() Place {
	return Place{t.Connection.Residency, t.Connection.ZeroRetention, t.Connection.NoTraining}
}

// Plan is where a request goes, in order. Its targets are shared with the index and must not be changed.
type Plan struct {
	Route   string // the alias and rule that decided, for x-bodhi-route
	Targets []Target
	// Strategy says in which order the targets are to be tried: as they stand, unless it is another than Ordered.
	Strategy Strategy
	// Turn counts the requests of a plan whose targets take turns; nil for other strategies.
	Turn *atomic.Uint64
	// Why names the rule or canary that decided, with its condition; "" where none did.
	Why string
	// Unsupported is the policy for parameters that a target does not have: the alias's, or the organization's.
	Unsupported llm.Unsupported
	// Fallback is what follows a target that failed; nil is the next of the list.
	Fallback *Fallback
	// FallbackOf is who says so: "alias smart", "the organization", "" where nobody does.
	FallbackOf string
	// Only is what the alias and the organization demand, for whatever takes the plan's place; each target has its own.
	Only *Only
	// Mix is what the adaptive strategy weighs; zero is balance.UsualMix.
	Mix balance.Mix
	// Zone is the organization's, where the fallback asks for it; nil is UTC.
	Zone *time.Location
}

// Errors of a Store.
var (
	ErrNotFound = errors.New("route: no such alias")
	ErrTaken    = errors.New("route: the name is taken")
	ErrChanged  = errors.New("route: changed in between")
)

// Store keeps aliases. Every method but All is bound to one organization.
type Store interface {
	// Insert stores a new alias with its targets, or ErrTaken.
	Insert(ctx context.Context, a Alias) error
	// Update replaces the alias that has a's id and version, targets included, and counts the version up; ErrChanged
	// when there is none, ErrTaken when the new name is another's.
	Update(ctx context.Context, a Alias) error
	// Delete removes an alias and its targets, or ErrNotFound.
	Delete(ctx context.Context, org id.Org, a id.Alias) error
	// Get finds an alias, or ErrNotFound.
	Get(ctx context.Context, org id.Org, a id.Alias) (Alias, error)
	// List gives an organization's aliases by name.
	List(ctx context.Context, org id.Org) ([]Alias, error)
	// All gives every organization's aliases, for the compiled index.
	All(ctx context.Context) ([]Alias, error)
	// Policy gives an organization's policy, the zero one where nothing was said; SetPolicy replaces the one of the version
	// before p's, or answers ErrChanged.
	Policy(ctx context.Context, org id.Org) (Policy, error)
	SetPolicy(ctx context.Context, p Policy) error
	// Policies gives every organization's, for the compiled index.
	Policies(ctx context.Context) ([]Policy, error)
	// Directories gives what conditions may ask about people, of the organizations that have rules; Directory of one,
	// whether it has any or not.
	Directories(ctx context.Context) ([]Directory, error)
	Directory(ctx context.Context, org id.Org) (Directory, error)
	// Keep adds a version, unless its number is there already, and drops all but the newest KeptVersions.
	Keep(ctx context.Context, v Version) error
	// Versions gives the kept versions of an alias, or of the organization's rules for the zero id, newest first.
	Versions(ctx context.Context, org id.Org, a id.Alias) ([]Version, error)
	Rehearsals
}

// Rehearsals keeps replays of past requests, and reads those requests.
type Rehearsals interface {
	// Past gives answered requests of [since, before), newest first; before moves on from batch to batch.
	Past(ctx context.Context, org id.Org, since time.Time, before Mark, limit int) ([]Past, error)
	// StartRehearsal stores a new one and drops all but the newest KeptRehearsals; SaveRehearsal replaces its progress.
	StartRehearsal(ctx context.Context, r Rehearsal) error
	SaveRehearsal(ctx context.Context, r Rehearsal) error
	// Rehearsal finds one, or ErrNotFound; the newest for the zero id.
	Rehearsal(ctx context.Context, org id.Org, r id.Rehearsal) (Rehearsal, error)
}

// Connections are what aliases point at. The provider room's Store is one.
type Connections interface {
	List(ctx context.Context, org id.Org) ([]provider.ConnectionRecord, error)
}
