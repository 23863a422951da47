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
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// Parts are what Service works with. All are required.
type Parts struct {
	Store       Store
	Connections Connections
	Tx          work.Tx
	Audit       audit.Log
	Bus         live.Bus
	IDs         *id.Source
	Clock       clock.Clock
	Log         *slog.Logger
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
		there, err := s.Connections.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		if a.Name, a.Targets, err = in.checked(there); err != nil {
			return err
		}
		if err := s.Store.Insert(ctx, a); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, entry("alias.created", a, nil, facts(a, there)))
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
		there, err := s.Connections.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		before := facts(a, there)
		if a.Name, a.Targets, err = in.checked(there); err != nil {
			return err
		}
		return s.replace(ctx, actor, "alias.updated", &a, before, there)
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
		there, err := s.Connections.List(ctx, actor.Org)
		if err != nil {
			return err
		}
		return s.remove(ctx, actor, a, there)
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
		for i, t := range a.Targets {
			if !slices.ContainsFunc(a.Targets[:i], func(o TargetRef) bool { return o.Connection == t.Connection }) {
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
		for _, t := range a.Targets {
			if out[t.Connection] == nil {
				out[t.Connection] = map[string][]string{}
			}
			out[t.Connection][t.Model] = append(out[t.Connection][t.Model], a.Name)
		}
	}
	return out, nil
}

// Release implements provider.Aliases. It runs inside the deletion's transaction, so nothing is published here.
func (s *Service) Release(ctx context.Context, actor org.Actor, c id.Connection) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	all, err := s.Store.List(ctx, actor.Org)
	if err != nil {
		return fmt.Errorf("route: release connection: %w", err)
	}
	there, err := s.Connections.List(ctx, actor.Org)
	if err != nil {
		return fmt.Errorf("route: release connection: %w", err)
	}
	for _, a := range all {
		if !a.targets(c) {
			continue
		}
		before := facts(a, there)
		kept := slices.DeleteFunc(slices.Clone(a.Targets), func(t TargetRef) bool { return t.Connection == c })
		if len(kept) == 0 {
			err = s.remove(ctx, actor, a, there)
		} else {
			a.Targets = kept
			err = s.replace(ctx, actor, "alias.updated", &a, before, there)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (a Alias) targets(c id.Connection) bool {
	return slices.ContainsFunc(a.Targets, func(t TargetRef) bool { return t.Connection == c })
}

func (s *Service) replace(ctx context.Context, actor org.Actor, action string, a *Alias, before map[string]any, there []provider.ConnectionRecord) error {
	a.UpdatedAt = s.Clock.Now().UTC()
	if err := s.Store.Update(ctx, *a); err != nil {
		return err
	}
	a.Version++
	return s.Audit.Append(ctx, actor, entry(action, *a, before, facts(*a, there)))
}

func (s *Service) remove(ctx context.Context, actor org.Actor, a Alias, there []provider.ConnectionRecord) error {
	if err := s.Store.Delete(ctx, actor.Org, a.ID); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, entry("alias.deleted", a, facts(a, there), nil))
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
	if err := s.Bus.Publish(ctx, provider.Topic); err != nil {
		s.Log.WarnContext(ctx, "publish failed, readers will poll", "topic", string(provider.Topic), "error", err)
	}
}

// NotFound is the one answer to an unknown id and to another tenant's.
func NotFound() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such alias.")
}

// public turns a store's error into a refusal.
func public(op string, err error) error {
	switch {
	case errors.Is(err, ErrTaken):
		taken := fault.New(fault.Conflict, "name_taken", "Another alias has this name already. Choose another one.").Because(err)
		taken.Field = "name"
		return taken
	case errors.Is(err, ErrChanged):
		return fault.New(fault.Conflict, "changed", "Somebody changed this alias while you did. Load it again and repeat your change.").Because(err)
	case errors.Is(err, ErrNotFound):
		return NotFound()
	case fault.From(err).Kind != fault.Internal:
		return err
	}
	return fmt.Errorf("route: %s alias: %w", op, err)
}

func entry(action string, a Alias, before, after map[string]any) audit.Entry {
	return audit.Entry{Action: action, Target: a.ID.String(), TargetName: a.Name, Before: before, After: after}
}

// facts are what the audit log keeps of an alias.
func facts(a Alias, there []provider.ConnectionRecord) map[string]any {
	return map[string]any{"name": a.Name, "targets": Spell(a.Targets, there)}
}

// Spell writes targets as people do: "connection/model". A connection that is gone shows as its id.
func Spell(targets []TargetRef, there []provider.ConnectionRecord) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		name := t.Connection.String()
		for _, c := range there {
			if c.ID == t.Connection {
				name = c.Name
			}
		}
		out[i] = name + "/" + t.Model
	}
	return out
}
