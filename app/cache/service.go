package cache

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Topic is published after every change of policies and every cut: read the snapshot again and Load it.
const Topic live.Topic = "cache"

// ServiceParts are what Service works with. Bodies may be nil: answers then lie with Rules.
type ServiceParts struct {
	Rules  Rules
	Bodies Store // where answers lie: what Desk has as Store
	Vault  Vault
	MAC    *secret.MAC // master.MAC(Purpose)
	Tx     work.Tx
	Audit  audit.Log
	Bus    live.Bus
	IDs    *id.Source
	Clock  clock.Clock
	Log    *slog.Logger
}

// Service is the control plane of the cache: policies, what is kept, what it saved, and clearing it.
type Service struct{ ServiceParts }

// New makes the service.
func New(p ServiceParts) *Service { return &Service{p} }

// NotFound refuses an id that names no policy, or another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such cache policy.")
}

func noScope() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such organization, department, team, member or key.")
}

// may refuses to let the actor say what is kept on a scope. What is kept is for those below a node, so whoever leads them says it:
// the organization's admins, a department's managers, a team's leads, and members for themselves and their keys.
func may(a org.Actor, s org.Scope, p Place) error {
	switch ok := false; s.Kind() {
	case org.OrgScope:
		return a.Require(org.Admin)
	case org.DepartmentScope:
		d, err := id.ParseDepartment(s.Node())
		if ok = err == nil && a.InDepartment(d, org.Manager); ok {
			return nil
		}
	case org.TeamScope:
		if a.InAll(p.Teams, org.Lead) {
			return nil
		}
	default:
		if !p.Owner.IsZero() && p.Owner == a.Member || s.Kind() == org.MemberScope && s.Node() == a.Member.UUID() || a.InAll(p.Teams, org.Lead) {
			return nil
		}
	}
	return fault.New(fault.Forbidden, "forbidden", "What is kept is decided by those who lead: the organization's admins, a department's managers, a team's leads. Members decide for themselves and their own keys.")
}

// May reports whether the actor may say what is kept on a scope: what forms offer.
func May(a org.Actor, s org.Scope, p org.Place) bool {
	return a.Require(org.Developer) == nil && may(a, s, Place{Teams: p.Teams, Owner: p.Owner}) == nil
}

// List gives the policies that the actor may see (org.Actor.Sees), outermost scopes first.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Rules.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("cache: list: %w", err)
	}
	out := make([]Listed, 0, len(all))
	for _, l := range all {
		if actor.Sees(l.Scope, l.Place.place()) {
			out = append(out, l)
		}
	}
	return out, nil
}

// Get gives one policy that the actor may see.
func (s *Service) Get(ctx context.Context, actor org.Actor, r id.Caching) (Listed, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Listed{}, err
	}
	return s.find(ctx, actor, r)
}

func (s *Service) find(ctx context.Context, actor org.Actor, r id.Caching) (Listed, error) {
	found, err := s.Rules.Rule(ctx, actor.Org, r)
	if errors.Is(err, ErrNotFound) || err == nil && !actor.Sees(found.Scope, found.Place.place()) {
		return Listed{}, NotFound()
	}
	if err != nil {
		return Listed{}, fmt.Errorf("cache: get: %w", err)
	}
	return found, nil
}

func (s *Service) now() time.Time { return s.Clock.Now().UTC().Truncate(time.Microsecond) }
