package sso

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Groups are what the provider's groups mean here.
func (s *Service) Groups(ctx context.Context, actor org.Actor) ([]Group, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, err
	}
	return s.Store.Groups(ctx, actor.Org)
}

// maxMapped bounds the mappings.
const maxMapped = 200

// SetGroups replaces all mappings. They take effect at each member's next log-in.
func (s *Service) SetGroups(ctx context.Context, actor org.Actor, all []Group) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	stored, err := s.Store.Groups(ctx, actor.Org)
	if err != nil {
		return fmt.Errorf("map groups: %w", err)
	}
	now, seen := s.Clock.Now(), map[string]bool{}
	if len(all) > maxMapped {
		return fault.Field("groups", fmt.Sprintf("At most %d groups can be mapped.", maxMapped))
	}
	for i := range all {
		g := &all[i]
		g.Name = strings.TrimSpace(g.Name)
		if g.Name == "" || len(g.Name) > 200 {
			return fault.Field("group", "Enter the group's name or id as the provider sends it, at most 200 characters.")
		}
		if seen[g.Name+" "+g.At.String()] {
			return fault.Field("group", fmt.Sprintf("The group %q is mapped there already. Remove that line first.", g.Name))
		}
		seen[g.Name+" "+g.At.String()] = true
		*g = known(stored, *g)
		if err := s.mappable(ctx, actor, *g); err != nil {
			return err
		}
		if g.CreatedAt.IsZero() {
			g.CreatedBy, g.CreatedAt = actor.Label, now
		}
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		before, err := s.Store.Groups(ctx, actor.Org)
		if err != nil {
			return err
		}
		if err := s.Store.SetGroups(ctx, actor.Org, all); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "sso.groups_set", Target: actor.Org.String(), Before: listed(before), After: listed(all)})
	})
	if err != nil {
		return fmt.Errorf("map groups: %w", err)
	}
	return nil
}

// known is a line as it was there before, with who mapped it and when: a program sends all lines again, and without those. Only what was
// stored says that a line was there.
func known(stored []Group, g Group) Group {
	g.CreatedBy, g.CreatedAt = "", time.Time{}
	for _, was := range stored {
		if was.Name == g.Name && was.Role == g.Role && was.At == g.At {
			return was
		}
	}
	return g
}

// mappable: nobody maps groups to what they may not give themselves. A line that was there before is left to tenable.
func (s *Service) mappable(ctx context.Context, actor org.Actor, g Group) error {
	if !g.CreatedAt.IsZero() {
		return nil
	}
	err := s.People.Assignable(ctx, actor, org.Assignment{Role: g.Role, At: g.At})
	if fault.Is(err, fault.NotFound) {
		return fault.Field("at", "Choose the organization, one of its departments or one of its teams.").Because(err)
	}
	return err
}

func listed(all []Group) map[string]any {
	out := []string{}
	for _, g := range all {
		out = append(out, fmt.Sprintf("%s: %s %s", g.Name, g.Role, g.At))
	}
	return map[string]any{"groups": out}
}
