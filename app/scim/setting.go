package scim

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Map says what being in a group gives, and gives it to its members at once. Only admins map, so nobody hands out what
// they lack; role "" gives nothing.
func (s *Service) Map(ctx context.Context, actor org.Actor, which id.Group, grant identity.Grant) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if grant.Role != "" {
		if err := s.People.Grantable(ctx, actor, grant); err != nil {
			return err
		}
	} else if len(grant.Teams)+len(grant.Departments) > 0 {
		return fault.Field("role", "Choose the role that people of this group get there.")
	}
	err := s.write(ctx, actor, func(ctx context.Context) error {
		g, err := s.Store.Group(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		before := map[string]any{"role": string(g.Role), "roles": printed(g.Grant, g.Org)}
		g.Grant, g.UpdatedAt = grant, s.Clock.Now()
		if err := s.Store.PutGroup(ctx, g); err != nil {
			return err
		}
		if err := s.placeAll(ctx, actor, g.Members); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "group.mapped", Target: g.ID.String(), TargetName: g.DisplayName, Before: before,
			After: map[string]any{"role": string(grant.Role), "roles": printed(grant, g.Org)}})
	})
	if err != nil {
		return fmt.Errorf("map group: %w", err)
	}
	return nil
}

// Settings are what people get whom no mapped group says more about.
func (s *Service) Settings(ctx context.Context, actor org.Actor) (Settings, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Settings{}, err
	}
	return s.Store.Settings(ctx, actor.Org)
}

// SetSettings changes them for people who come from now on, and for others with their next change.
func (s *Service) SetSettings(ctx context.Context, actor org.Actor, in Settings) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if err := s.People.Grantable(ctx, actor, in); err != nil {
		return err
	}
	if in.Role == org.Admin {
		return fault.Field("role", "Nobody becomes an admin by being in the directory alone. Choose another role, and map a group to admins.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Store.Settings(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.Store.SetSettings(ctx, actor.Org, in); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "directory.changed", Target: actor.Org.String(),
			Before: map[string]any{"role": string(before.Role), "roles": printed(before, actor.Org)}, After: map[string]any{"role": string(in.Role), "roles": printed(in, actor.Org)}})
	})
	if err != nil {
		return fmt.Errorf("directory settings: %w", err)
	}
	return nil
}
