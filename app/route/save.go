package route

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What follows runs inside a transaction of the operation that calls it: change, version and audit entry commit together.

// Names gives what spells an organization's targets.
func (s *Service) Names(ctx context.Context, actor org.Actor) (Names, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return Names{}, err
	}
	return s.allNames(ctx, actor.Org)
}

func (s *Service) allNames(ctx context.Context, o id.Org) (Names, error) {
	all, err := s.Store.List(ctx, o)
	if err != nil {
		return Names{}, err
	}
	return s.names(ctx, o, all)
}

func (s *Service) names(ctx context.Context, o id.Org, all []Alias) (Names, error) {
	there, err := s.Connections.List(ctx, o)
	if err != nil {
		return Names{}, err
	}
	p, err := s.Store.Policy(ctx, o)
	n := Names{Connections: there, Aliases: all, fallback: p.Fallback}
	if s.Prices != nil {
		now := s.Clock.Now()
		n.quote = func(c *provider.ConnectionRecord, model string) (catalog.Quote, bool) {
			kind := string(c.Kind)
			if k, ok := c.Known(); ok && k.Catalogue != "" {
				kind = k.Catalogue
			}
			return s.Prices.Quote(o, provider.Payee(kind, c.ID), model, now)
		}
	}
	return n, err
}

func (s *Service) insert(ctx context.Context, actor org.Actor, a Alias, names Names) error {
	if err := s.Store.Insert(ctx, a); err != nil {
		return err
	}
	if err := s.keep(ctx, actor, "alias.created", a, names); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, entry("alias.created", a, nil, facts(a, names)))
}

// replace stores a changed alias. A version from before versions were kept is kept first, so that the first change can be
// undone as well.
func (s *Service) replace(ctx context.Context, actor org.Actor, action string, before Alias, a *Alias, names Names) error {
	if a.Name != before.Name { // an experiment about the alias follows it, one that sends requests to it goes by the name
		if err := s.tested(ctx, Alias{Org: before.Org, Name: before.Name}); err != nil {
			return err
		}
	}
	old := Version{Org: before.Org, Alias: before.ID, Number: before.Version, Body: names.Document(before), At: before.UpdatedAt}
	if err := s.Store.Keep(ctx, old); err != nil {
		return err
	}
	a.UpdatedAt = s.Clock.Now().UTC()
	if err := s.Store.Update(ctx, *a); err != nil {
		return err
	}
	a.Version++
	if err := s.keep(ctx, actor, action, *a, names); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, entry(action, *a, facts(before, names), facts(*a, names)))
}

func (s *Service) keep(ctx context.Context, actor org.Actor, action string, a Alias, names Names) error {
	return s.Store.Keep(ctx, Version{Org: a.Org, Alias: a.ID, Number: a.Version, Body: names.Document(a), Action: action, By: actor.Label, At: a.UpdatedAt})
}

func (s *Service) remove(ctx context.Context, actor org.Actor, a Alias, names Names) error {
	if err := s.tested(ctx, a); err != nil {
		return err
	}
	if err := s.Store.Delete(ctx, actor.Org, a.ID); err != nil {
		return err
	}
	return s.Audit.Append(ctx, actor, entry("alias.deleted", a, facts(a, names), nil))
}

// tested refuses to let go of an alias, or of its name, while an experiment counts its requests.
func (s *Service) tested(ctx context.Context, a Alias) error {
	if s.Tested == nil {
		return nil
	}
	by, err := s.Tested(ctx, a.Org, a)
	if err != nil || len(by) == 0 {
		return err
	}
	return fault.Newf(fault.Conflict, "in_use", "The experiment %s is about requests for %s, or sends some to it. Stop it first; what it counted stays.", strings.Join(by, ", "), a.Name)
}

// leanedOn refuses to let go of an alias that other routes name.
func (s *Service) leanedOn(ctx context.Context, a Alias, names Names) error {
	p, err := s.Store.Policy(ctx, a.Org)
	if err != nil {
		return err
	}
	is := func(t TargetRef) bool { return t.Alias == a.ID }
	var users []string
	if slices.ContainsFunc(p.refs(), is) {
		users = append(users, "the organization's rules")
	}
	for _, o := range names.Aliases {
		if o.ID != a.ID && slices.ContainsFunc(o.Refs(), is) {
			users = append(users, o.Name)
		}
	}
	if len(users) == 0 {
		return nil
	}
	return fault.Newf(fault.Conflict, "in_use", "Other routes send requests to %s: %s. Take it out of them first.", a.Name, strings.Join(users, ", "))
}

// Release implements provider.Aliases. It runs inside the deletion's transaction, so nothing is published here. Aliases whose
// own list runs empty go with the connection, and so does what names those.
func (s *Service) Release(ctx context.Context, actor org.Actor, c id.Connection) error {
	if err := actor.Require(MayChange); err != nil {
		return err
	}
	names, err := s.allNames(ctx, actor.Org)
	if err != nil {
		return fmt.Errorf("route: release connection: %w", err)
	}
	dead := map[id.Alias]bool{}
	gone := func(t TargetRef) bool { return t.Connection == c && !c.IsZero() || dead[t.Alias] }
	for before := -1; before < len(dead); {
		before = len(dead)
		for _, a := range names.Aliases {
			if left, _ := a.without(gone); len(left.Targets) == 0 {
				dead[a.ID] = true
			}
		}
	}
	if err := s.releaseGeneral(ctx, actor, gone, names); err != nil {
		return err
	}
	for _, a := range names.Aliases {
		left, changed := a.without(gone)
		switch {
		case dead[a.ID]:
			err = s.remove(ctx, actor, a, names)
		case changed:
			err = s.replace(ctx, actor, "alias.updated", a, &left, names)
		}
		if err != nil {
			return err
		}
	}
	return nil
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
func facts(a Alias, names Names) map[string]any {
	out := map[string]any{"name": a.Name, "targets": Spell(a.Targets, names)}
	d := names.Document(a)
	if len(d.Rules) > 0 {
		out["rules"] = d.Rules
	}
	if d.Canary != nil {
		out["canary"] = d.Canary
	}
	if d.Fallback != nil {
		out["fallback"] = *d.Fallback
	}
	if d.Only != nil {
		out["only"] = *d.Only
	}
	if d.Adaptive != nil {
		out["adaptive"] = *d.Adaptive
	}
	if slices.ContainsFunc(a.Targets, func(t TargetRef) bool { return !t.Plain() }) {
		out["list"] = d.Targets // with what is said of each
	}
	if d.Strategy != "" {
		out["strategy"] = d.Strategy
	}
	if d.Unsupported != "" {
		out["unsupported_parameters"] = d.Unsupported
	}
	return out
}

// Spell writes targets as people do: "connection/model", or another alias's name. What is gone shows as its id.
func Spell(targets []TargetRef, names Names) []string {
	out := make([]string, len(targets))
	for i, t := range targets {
		out[i] = names.Target(t)
	}
	return out
}
