package pii

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Errors that a Store answers with.
var (
	// ErrNotFound says that there is no such rule, incident or node within reach.
	ErrNotFound = errors.New("pii: not found")
	// ErrTaken says that the node has a rule already.
	ErrTaken = errors.New("pii: taken")
)

// Store keeps rules and reads incidents, which the ledger writes with the facts of their requests. Its methods join the
// transaction in ctx. *db.PIIStore implements it.
type Store interface {
	// Place finds a scope in the tree, or ErrNotFound.
	Place(ctx context.Context, s org.Scope) (Place, error)
	Insert(ctx context.Context, r Rule) error
	// Update changes everything but the scope.
	Update(ctx context.Context, r Rule) error
	Delete(ctx context.Context, o id.Org, r id.DataRule) error
	Get(ctx context.Context, o id.Org, r id.DataRule) (Listed, error)
	// List gives an organization's rules, outermost scopes first, then by label.
	List(ctx context.Context, o id.Org) ([]Listed, error)
	// Records gives all organizations' rules for Book.Load.
	Records(ctx context.Context) ([]Record, error)
	// Incidents gives those within reach, newest first.
	Incidents(ctx context.Context, r Reach, q Query) ([]Incident, error)
	// Incident gives one within reach, or ErrNotFound.
	Incident(ctx context.Context, r Reach, i id.Finding) (Incident, error)
}

// Place is a scope as the tree knows it.
type Place struct {
	Label    string
	Teams    []id.Team // the teams that a department has, or that a team, member or key belongs to
	Owner    id.Member // who a member is, or whose key it is; zero for a service account's
	Archived bool
}

func (p Place) place() org.Place { return org.Place{Teams: p.Teams, Owner: p.Owner} }

// Listed is a rule with its place in the tree.
type Listed struct {
	Rule
	Place Place
}

// Record is the rule as the data plane needs it.
func (l Listed) Record() Record {
	return Record{ID: l.ID, Org: l.Org, Kind: l.Scope.Kind(), Node: l.Scope.Node(), Label: l.Place.Label, Actions: Named(l.Actions), Answers: Named(l.Answers), Patterns: l.Patterns, Allow: l.Allow,
		OneWay: l.OneWay, Guess: l.Guess, Files: l.Files, Recognizer: l.Recognizer, Unread: l.Unread}
}

// Named are actions by their names, without those that are off.
func Named(actions map[Kind]Action) map[string]string {
	out := map[string]string{}
	for k, a := range actions {
		if a > Off {
			out[k.Name()] = a.String()
		}
	}
	return out
}

// Changeable reports whether the actor may change a rule they see: pages leave out what the service would refuse.
func Changeable(a org.Actor, l Listed) bool {
	return a.Require(org.Lead) == nil && a.MayLimit(l.Scope, l.Place.place()) == nil
}
