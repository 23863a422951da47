package route

import (
	"context"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Apply makes an alias be what a document says: a new one, or the one of its name. Applying it again changes nothing but the
// version.
func (s *Service) Apply(ctx context.Context, actor org.Actor, d Document) (a Alias, created bool, err error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, false, err
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(names.Aliases, func(o Alias) bool { return o.Name == d.Alias })
		if created = at < 0; !created {
			a, err = s.rewrite(ctx, actor, "alias.updated", names.Aliases[at], d, names)
			return err
		}
		if len(names.Aliases) >= maxPerOrg {
			return fault.Newf(fault.Conflict, "too_many", "An organization has at most %d aliases. Delete one first.", maxPerOrg)
		}
		now := s.Clock.Now().UTC()
		a = Alias{ID: id.NewAlias(s.IDs), Org: actor.Org, Version: 1, CreatedAt: now, UpdatedAt: now}
		k := checker{names: names, self: a.ID}
		if a.Name, a.Targets, a.Routing, err = k.alias(d); err != nil {
			return err
		}
		return s.insert(ctx, actor, a, names)
	})
	if err != nil {
		return Alias{}, false, public("apply", err)
	}
	s.changed(ctx)
	return a, created, nil
}

// Rewrite makes an alias be what a document says, its name included if it says one.
func (s *Service) Rewrite(ctx context.Context, actor org.Actor, which id.Alias, d Document) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	return s.rewriting(ctx, actor, which, "alias.updated", func(context.Context) (Document, error) { return d, nil })
}

// Rollback makes an alias be what one of its versions says. Connections and aliases are found by their names of now.
func (s *Service) Rollback(ctx context.Context, actor org.Actor, which id.Alias, number int64) (Alias, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, err
	}
	return s.rewriting(ctx, actor, which, "alias.rolled_back", func(ctx context.Context) (Document, error) {
		return s.version(ctx, actor.Org, which, number)
	})
}

func (s *Service) rewriting(ctx context.Context, actor org.Actor, which id.Alias, action string, text func(context.Context) (Document, error)) (Alias, error) {
	var a Alias
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.get(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		d, err := text(ctx)
		if err != nil {
			return err
		}
		names, err := s.allNames(ctx, actor.Org)
		if err != nil {
			return err
		}
		a, err = s.rewrite(ctx, actor, action, before, d, names)
		return err
	})
	if err != nil {
		return Alias{}, public("change", err)
	}
	s.changed(ctx)
	return a, nil
}

func (s *Service) rewrite(ctx context.Context, actor org.Actor, action string, before Alias, d Document, names Names) (Alias, error) {
	if d.Version != 0 && d.Version != before.Version {
		return Alias{}, ErrChanged
	}
	a, k := before, checker{names: names, self: before.ID}
	if d.Alias == "" {
		d.Alias = before.Name
	}
	var err error
	if a.Name, a.Targets, a.Routing, err = k.alias(d); err != nil {
		return Alias{}, err
	}
	return a, s.replace(ctx, actor, action, before, &a, names)
}

// SetGeneral makes the organization's own rules be what a document says.
func (s *Service) SetGeneral(ctx context.Context, actor org.Actor, d Document) (Policy, error) {
	if err := actor.Require(MayChange); err != nil {
		return Policy{}, err
	}
	return s.setGeneral(ctx, actor, "routing.updated", func(p *Policy, n Names) error { return general(p, d, n) })
}

func general(p *Policy, d Document, names Names) error {
	if d.Version != 0 && max(d.Version, 0) != p.Version {
		return ErrChanged
	}
	k := checker{names: names}
	said, err := k.general(d)
	p.Rules, p.Holidays, p.Unsupported, p.Fallback, p.Only, p.Adaptive = said.Rules, said.Holidays, said.Unsupported, said.Fallback, said.Only, said.Adaptive
	return err
}

// RollbackGeneral makes the organization's own rules be what one of their versions says.
func (s *Service) RollbackGeneral(ctx context.Context, actor org.Actor, number int64) (Policy, error) {
	if err := actor.Require(MayChange); err != nil {
		return Policy{}, err
	}
	d, err := s.version(ctx, actor.Org, id.Alias{}, number)
	if err != nil {
		return Policy{}, public("roll back", err)
	}
	return s.setGeneral(ctx, actor, "routing.rolled_back", func(p *Policy, n Names) error { return general(p, d, n) })
}

// version gives one version's text, free of the version that it was.
func (s *Service) version(ctx context.Context, o id.Org, which id.Alias, number int64) (Document, error) {
	all, err := s.Store.Versions(ctx, o, which)
	if err != nil {
		return Document{}, err
	}
	for _, v := range all {
		if v.Number == number {
			v.Body.Version = 0
			return v.Body, nil
		}
	}
	return Document{}, fault.Newf(fault.NotFound, "not_found", "There is no version %d of this route. The newest %d are kept.", number, KeptVersions)
}

// Versions gives the kept versions of an alias, or of the organization's rules for the zero id, newest first.
func (s *Service) Versions(ctx context.Context, actor org.Actor, which id.Alias) ([]Version, error) {
	if err := actor.Require(MayChange); err != nil {
		return nil, err
	}
	if !which.IsZero() {
		if _, err := s.get(ctx, actor.Org, which); err != nil {
			return nil, err
		}
	}
	all, err := s.Store.Versions(ctx, actor.Org, which)
	if err != nil {
		return nil, fmt.Errorf("route: versions: %w", err)
	}
	return all, nil
}

// Check reads a document without storing it, and says all that is wrong with it. An alias that is not there yet is a new one.
func (s *Service) Check(ctx context.Context, actor org.Actor, d Document) (Alias, Policy, error) {
	if err := actor.Require(MayChange); err != nil {
		return Alias{}, Policy{}, err
	}
	names, err := s.allNames(ctx, actor.Org)
	if err != nil {
		return Alias{}, Policy{}, fmt.Errorf("route: check: %w", err)
	}
	if d.Alias == "" {
		p := Policy{Org: actor.Org}
		d.Version = 0
		err := general(&p, d, names)
		return Alias{}, p, err
	}
	a := Alias{ID: id.NewAlias(s.IDs), Org: actor.Org}
	if at := slices.IndexFunc(names.Aliases, func(o Alias) bool { return o.Name == d.Alias }); at >= 0 {
		a = names.Aliases[at]
	}
	k := checker{names: names, self: a.ID}
	a.Name, a.Targets, a.Routing, err = k.alias(d)
	return a, Policy{}, err
}
