package route

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts are what Service works with. All are required.
type Parts struct {
	Store       Store
	Connections Connections
	Prices      Prices
	Tx          work.Tx
	Audit       audit.Log
	Bus         live.Bus
	IDs         *id.Source
	Clock       clock.Clock
	Log         *slog.Logger
	// Tested names the live experiments that are about an alias or send requests to it; nil is none.
	Tested func(ctx context.Context, o id.Org, a Alias) ([]string, error)
}

// Service is the control plane of aliases. Admins change them; everybody reads them.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

var _ provider.Aliases = (*Service)(nil)

// MayChange is the role that changes aliases and the routing policy: every department's requests go their way.
const MayChange = org.Admin

// maxPerOrg bounds one tenant's share of the compiled index.
const maxPerOrg = 500

// List gives the organization's aliases by name.
func (s *Service) List(ctx context.Context, actor org.Actor) ([]Alias, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("route: list aliases: %w", err)
	}
	return all, nil
}

// Get gives one alias.
func (s *Service) Get(ctx context.Context, actor org.Actor, a id.Alias) (Alias, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Alias{}, err
	}
	return s.get(ctx, actor.Org, a)
}

// Create adds an alias.
func (s *Service) Create(ctx context.Context, actor org.Actor, in Input) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	now := s.Clock.Now().UTC()
	a := Alias{ID: id.NewAlias(s.IDs), Org: actor.Org, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		existing, err := s.Store.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		if len(existing) >= maxPerOrg {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d aliases. Delete one first.", maxPerOrg)
		}
		names, err := s.names(ctx, actor.Org, existing)
		if err != nil {
			return err
		}
		if a.Name, a.Targets, err = in.checked(names, a.ID); err != nil {
			return err
		}
		return s.insert(ctx, actor, a, names)
	})
	if err != nil {
		return Alias{}, public("create", err)
	}
	s.changed(ctx)
	return a, nil
}

// Update changes an alias's name and targets; requests under way keep the plan they have.
func (s *Service) Update(ctx context.Context, actor org.Actor, which id.Alias, in Input) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	var a Alias
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if a, err = s.get(ctx, actor.Org, which); err != nil {
			return err
		}
		if in.Seen != 0 && in.Seen != a.Version {
			return ErrChanged
		}
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		before := a
		if a.Name, a.Targets, err = in.checked(names, a.ID); err != nil {
			return err
		}
		keepWeights(a.Targets, before.Targets)
		if err := a.possible(names); err != nil {
			return err
		}
		return s.replace(ctx, actor, "alias.updated", before, &a, names)
	})
	if err != nil {
		return Alias{}, public("change", err)
	}
	s.changed(ctx)
	return a, nil
}

// Delete removes an alias. Apps that still ask for it get model_not_found.
func (s *Service) Delete(ctx context.Context, actor org.Actor, which id.Alias) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.get(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.leanedOn(ctx, a, names); err != nil {
			return err
		}
		return s.remove(ctx, actor, a, names)
	})
	if err != nil {
		return public("delete", err)
	}
	s.changed(ctx)
	return nil
}

// Users implements provider.Aliases.
func (s *Service) Users(ctx context.Context, o id.Org) (map[id.Connection][]string, error) {
	all, err := s.Store.List(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("route: aliases by connection: %w", err)
	}
	users := map[id.Connection][]string{}
	for _, a := range all { // sorted by name
		for _, t := range a.Refs() {
			if !t.Connection.IsZero() && !slices.Contains(users[t.Connection], a.Name) {
				users[t.Connection] = append(users[t.Connection], a.Name)
			}
		}
	}
	return users, nil
}

// Wanted implements provider.Aliases.
func (s *Service) Wanted(ctx context.Context, o id.Org) (map[id.Connection]map[string][]string, error) {
	all, err := s.Store.List(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("route: models by connection: %w", err)
	}
	out := map[id.Connection]map[string][]string{}
	for _, a := range all { // sorted by name
		for _, t := range a.Refs() {
			if t.Connection.IsZero() {
				continue
			}
			if out[t.Connection] == nil {
				out[t.Connection] = map[string][]string{}
			}
			out[t.Connection][t.Model] = append(out[t.Connection][t.Model], a.Name)
		}
	}
	return out, nil
}

func (s *Service) get(ctx context.Context, o id.Org, which id.Alias) (Alias, error) {
	if which.IsZero() {
		return Alias{}, NotFound()
	}
	a, err := s.Store.Get(ctx, o, which)
	if errors.Is(err, ErrNotFound) {
		return Alias{}, NotFound()
	}
	return a, err
}

// changed tells the data planes. A lost message costs a second: readers poll as well.
func (s *Service) changed(ctx context.Context) {
	for _, topic := range []live.Topic{provider.Topic, key.Topic} { // rules need the directory, which is read with the keys
		if err := s.Bus.Publish(ctx, topic); err != nil {
			s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(topic), "error", err)
		}
	}
}

// NotFound is the one answer to an unknown id and to another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such alias.")
}

// keepWeights gives targets what was said of them: an Input speaks of where to only.
func keepWeights(now, before []TargetRef) {
	for i := range now {
		if at := slices.IndexFunc(before, now[i].same); at >= 0 {
			now[i] = before[at]
		}
	}
}
