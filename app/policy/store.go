package policy

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Errors that a Store answers with.
var (
	// ErrNotFound says that there is no such policy or node in that organization.
	ErrNotFound = errors.New("policy: not found")
	// ErrTaken says that the node has a policy already.
	ErrTaken = errors.New("policy: taken")
)

// Store keeps policies. Its methods join the transaction in ctx. *db.PolicyStore implements it.
type Store interface {
	// Place finds a scope in the tree, or ErrNotFound.
	Place(ctx context.Context, s org.Scope) (Place, error)
	Insert(ctx context.Context, p Policy) error
	// Update changes everything but the scope.
	Update(ctx context.Context, p Policy) error
	Delete(ctx context.Context, o id.Org, p id.Policy) error
	Get(ctx context.Context, o id.Org, p id.Policy) (Listed, error)
	// List gives an organization's policies, outermost scopes first, then by label.
	List(ctx context.Context, o id.Org) ([]Listed, error)
	// Rules gives all organizations' policies for Book.Load.
	Rules(ctx context.Context) ([]Rule, error)

	// SetTier adds a rule, or changes the tier of the one with the same pattern.
	SetTier(ctx context.Context, r TierRule) error
	// DropTier answers ErrNotFound if there is none.
	DropTier(ctx context.Context, o id.Org, t id.Tier) error
	// Tiers are an organization's rules, by pattern.
	Tiers(ctx context.Context, o id.Org) ([]TierRule, error)
}

// Place is a scope as the tree knows it.
type Place struct {
	Label    string
	Teams    []id.Team // the teams that a department has, or that a team, member or key belongs to
	Owner    id.Member // who a member is, or whose key it is; zero for a service account's
	Archived bool
}

func (p Place) place() org.Place { return org.Place{Teams: p.Teams, Owner: p.Owner} }

// Listed is a policy with its place in the tree.
type Listed struct {
	Policy
	Place Place
}

// Changeable reports whether the actor may change a policy they see: pages leave out what the service would refuse.
func Changeable(a org.Actor, l Listed) bool {
	return a.Require(org.Lead) == nil && a.MayLimit(l.Scope, l.Place.place()) == nil
}
