package scim

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Crowd is what the directory says about a group. Members nil leaves them as they are.
type Crowd struct {
	DisplayName, ExternalID string
	Members                 []id.Member
}

func (c *Crowd) check() error {
	c.DisplayName = strings.TrimSpace(c.DisplayName)
	if c.DisplayName == "" || len(c.DisplayName) > 254 {
		return fault.Field("displayName", "A group needs a displayName of at most 254 characters.")
	}
	return nil
}

// Groups are the directory's, by name, and how many there are in all.
func (s *Service) Groups(ctx context.Context, actor org.Actor, q GroupQuery) ([]Group, int, error) {
	if err := actor.Require(org.Admin); err != nil {
		return nil, 0, err
	}
	return s.Store.Groups(ctx, actor.Org, q)
}

// Group is one.
func (s *Service) Group(ctx context.Context, actor org.Actor, which id.Group) (Group, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Group{}, err
	}
	return s.Store.Group(ctx, actor.Org, which)
}

// CreateGroup keeps a new group. It gives nothing until an admin maps it.
func (s *Service) CreateGroup(ctx context.Context, actor org.Actor, in Crowd) (Group, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Group{}, err
	}
	if err := in.check(); err != nil {
		return Group{}, err
	}
	now := s.Clock.Now()
	g := Group{ID: id.NewGroup(s.IDs), Org: actor.Org, DisplayName: in.DisplayName, ExternalID: in.ExternalID, Version: 1, CreatedAt: now, UpdatedAt: now}
	err := s.write(ctx, actor, func(ctx context.Context) error {
		if err := s.nameFree(ctx, g); err != nil {
			return err
		}
		if err := s.Store.AddGroup(ctx, g); err != nil {
			return err
		}
		if err := s.members(ctx, actor, &g, in.Members); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "group.created", Target: g.ID.String(), TargetName: g.DisplayName,
			After: map[string]any{"members": len(g.Members)}})
	})
	if err != nil {
		return Group{}, fmt.Errorf("scim: create group: %w", err)
	}
	return g, nil
}

func (s *Service) nameFree(ctx context.Context, g Group) error {
	all, _, err := s.Store.Groups(ctx, g.Org, GroupQuery{Limit: All})
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID != g.ID && strings.EqualFold(other.DisplayName, g.DisplayName) {
			return fault.New(fault.Conflict, "exists", "There is a group of this displayName already.")
		}
	}
	return nil
}

// members makes a group's members exactly these, and places everybody whose groups changed. Users that are not there
// are refused: a directory sends people before groups.
func (s *Service) members(ctx context.Context, actor org.Actor, g *Group, want []id.Member) error {
	var in, out []id.Member
	for _, u := range want {
		if !slices.Contains(g.Members, u) && !slices.Contains(in, u) {
			in = append(in, u)
		}
	}
	for _, u := range g.Members {
		if !slices.Contains(want, u) {
			out = append(out, u)
		}
	}
	for _, u := range in {
		user, ok, err := s.Store.User(ctx, actor.Org, u)
		if err != nil {
			return err
		}
		if !ok {
			return fault.Field("members", "There is no user "+u.String()+". Create users before groups name them.")
		}
		if !user.Known { // a row to hang the membership on
			user.Known, user.Version, user.UpdatedAt = true, user.Version+1, s.Clock.Now()
			if err := s.Store.PutUser(ctx, user); err != nil {
				return err
			}
		}
	}
	if len(in)+len(out) == 0 {
		return nil
	}
	if err := s.Store.SetMembers(ctx, actor.Org, g.ID, in, out); err != nil {
		return err
	}
	g.Members = append(slices.DeleteFunc(slices.Clone(g.Members), func(u id.Member) bool { return slices.Contains(out, u) }), in...)
	return s.placeAll(ctx, actor, append(in, out...))
}

func (s *Service) placeAll(ctx context.Context, actor org.Actor, users []id.Member) error {
	for _, which := range users {
		u, ok, err := s.Store.User(ctx, actor.Org, which)
		if err != nil {
			return err
		}
		if ok && u.Present() {
			if err := s.place(ctx, actor, &u); err != nil {
				return err
			}
		}
	}
	return nil
}

// ReplaceGroup writes a group anew. version is what the caller has read, or -1 for whatever there is.
func (s *Service) ReplaceGroup(ctx context.Context, actor org.Actor, which id.Group, version int64, in Crowd) (Group, error) {
	return s.ChangeGroup(ctx, actor, which, version, func(Group) (Crowd, error) { return in, nil })
}

// ChangeGroup is ReplaceGroup by what change makes of the group. It is read and written in one turn: a directory sends several
// changes of one group at a time, each of which is to build on the one before.
func (s *Service) ChangeGroup(ctx context.Context, actor org.Actor, which id.Group, version int64, change func(Group) (Crowd, error)) (Group, error) {
	if err := actor.Require(org.Admin); err != nil {
		return Group{}, err
	}
	var g Group
	err := s.write(ctx, actor, func(ctx context.Context) error {
		var err error
		if g, err = s.currentGroup(ctx, actor.Org, which, version); err != nil {
			return err
		}
		in, err := change(g)
		if err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		before := map[string]any{"name": g.DisplayName, "members": len(g.Members)}
		g.DisplayName, g.ExternalID, g.UpdatedAt = in.DisplayName, in.ExternalID, s.Clock.Now()
		g.Version++
		if err := s.nameFree(ctx, g); err != nil {
			return err
		}
		if err := s.Store.PutGroup(ctx, g); err != nil {
			return err
		}
		if in.Members != nil {
			if err := s.members(ctx, actor, &g, in.Members); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "group.changed", Target: g.ID.String(), TargetName: g.DisplayName, Before: before,
			After: map[string]any{"name": g.DisplayName, "members": len(g.Members)}})
	})
	if err != nil {
		return Group{}, fmt.Errorf("scim: replace group: %w", err)
	}
	return g, nil
}

func (s *Service) currentGroup(ctx context.Context, o id.Org, which id.Group, version int64) (Group, error) {
	g, err := s.Store.Group(ctx, o, which)
	if err == nil && version >= 0 && version != g.Version {
		err = stale()
	}
	return g, err
}

// DeleteGroup takes back what it gave.
func (s *Service) DeleteGroup(ctx context.Context, actor org.Actor, which id.Group, version int64) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	err := s.write(ctx, actor, func(ctx context.Context) error {
		g, err := s.currentGroup(ctx, actor.Org, which, version)
		if err != nil {
			return err
		}
		if err := s.Store.DropGroup(ctx, actor.Org, which); err != nil {
			return err
		}
		if err := s.placeAll(ctx, actor, g.Members); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "group.deleted", Target: g.ID.String(), TargetName: g.DisplayName, Before: map[string]any{"members": len(g.Members)}})
	})
	if err != nil {
		return fmt.Errorf("scim: delete group: %w", err)
	}
	return nil
}
