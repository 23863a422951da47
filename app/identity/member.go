package identity

import (
	"context"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Organization is the actor's own.
func (s *Service) Organization(ctx context.Context, actor org.Actor) (org.Organization, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return org.Organization{}, err
	}
	return s.Orgs.Organization(ctx, actor.Org)
}

// Teams are those the actor may see: all for managers and admins, their own for everybody else.
func (s *Service) Teams(ctx context.Context, actor org.Actor) ([]org.Team, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Orgs.Teams(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list teams: %w", err)
	}
	var out []org.Team
	for _, t := range all {
		if actor.InTeam(t.ID) {
			out = append(out, t)
		}
	}
	return out, nil
}

// Members are those the actor may see: all for managers and admins, themselves and the people of their teams for
// everybody else.
func (s *Service) Members(ctx context.Context, actor org.Actor) ([]org.Member, error) {
	if err := actor.Require(org.Viewer); err != nil {
		return nil, err
	}
	all, err := s.Orgs.Members(ctx, actor.Org)
	if err != nil {
		return nil, fmt.Errorf("list members: %w", err)
	}
	var out []org.Member
	for _, m := range all {
		if sees(actor, m) {
			out = append(out, m)
		}
	}
	return out, nil
}

func sees(actor org.Actor, m org.Member) bool {
	if actor.Role.AtLeast(org.Manager) || (m.ID == actor.Member && !actor.Member.IsZero()) {
		return true
	}
	for _, t := range m.Teams {
		if actor.InTeam(t) {
			return true
		}
	}
	return false
}

// AddTeam makes a team.
func (s *Service) AddTeam(ctx context.Context, actor org.Actor, name string) (org.Team, error) {
	if err := actor.Require(org.Manager); err != nil {
		return org.Team{}, err
	}
	name, err := org.Name("name", "the team's name", name, maxName)
	if err != nil {
		return org.Team{}, err
	}
	t := org.Team{ID: id.NewTeam(s.IDs), Org: actor.Org, Name: name, CreatedAt: s.Clock.Now()}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.AddTeam(ctx, t); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "team.created", Target: t.ID.String(), TargetName: t.Name})
	})
	if fault.Is(err, fault.Conflict) {
		return org.Team{}, fault.Field("name", "A team of this name exists already.")
	}
	if err != nil {
		return org.Team{}, fmt.Errorf("add team: %w", err)
	}
	return t, nil
}

// NewMember is what an admin enters. Password may be empty: then the member cannot log in by password until they get one.
type NewMember struct {
	Name, Email string
	Role        org.Role
	Teams       []id.Team
	Password    secret.String
}

// AddMember lets a person in.
func (s *Service) AddMember(ctx context.Context, actor org.Actor, in NewMember) (org.Member, error) {
	if err := actor.Require(org.Admin); err != nil {
		return org.Member{}, err
	}
	m, err := s.newMember(actor, in)
	if err != nil {
		return org.Member{}, err
	}
	account := Identity{ID: id.NewIdentity(s.IDs), Org: m.Org, Member: m.ID, Issuer: PasswordIssuer, Subject: m.Email, CreatedAt: m.CreatedAt}
	if !in.Password.IsEmpty() {
		if account.Hash, err = s.Hasher.Hash(ctx, in.Password); err != nil {
			return org.Member{}, fmt.Errorf("add member: %w", err)
		}
	}
	err = s.Tx.Do(ctx, func(ctx context.Context) error {
		teams := make([]string, 0, len(m.Teams))
		for _, t := range m.Teams {
			if _, err := s.Orgs.Team(ctx, m.Org, t); err != nil {
				return err
			}
			teams = append(teams, t.String())
		}
		if err := s.Orgs.AddMember(ctx, m); err != nil {
			return err
		}
		if account.Hash != "" {
			if err := s.Store.AddIdentity(ctx, account); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.added", Target: m.ID.String(), TargetName: m.Email,
			After: map[string]any{"role": string(m.Role), "teams": teams}})
	})
	if fault.Is(err, fault.Conflict) {
		return org.Member{}, fault.Field("email", "Somebody with this address is a member already.")
	}
	if err != nil {
		return org.Member{}, fmt.Errorf("add member: %w", err)
	}
	return m, nil
}

func (s *Service) newMember(actor org.Actor, in NewMember) (org.Member, error) {
	m := org.Member{ID: id.NewMember(s.IDs), Org: actor.Org, Role: in.Role, Teams: in.Teams, CreatedAt: s.Clock.Now()}
	var errs [4]error
	m.Name, errs[0] = org.Name("name", "the member's name", in.Name, maxName)
	m.Email, errs[1] = org.Email("email", in.Email)
	if !in.Role.Valid() {
		errs[2] = fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	if !in.Password.IsEmpty() {
		errs[3] = checkPassword("password", in.Password, append(words(m.Email), m.Email, in.Name)...)
	}
	return m, errors.Join(errs[:]...)
}

// RemoveMember ends a membership: sessions die with the next request, keys within a second on every node. The row stays
// for history. Nobody removes themselves, and the last admin stays.
func (s *Service) RemoveMember(ctx context.Context, actor org.Actor, member id.Member) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if member == actor.Member {
		return fault.New(fault.Conflict, "own_membership", "You cannot remove yourself. Ask another organization admin.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		m, err := s.present(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		if m.Role == org.Admin {
			if err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, actor.Org, m.ID)); err != nil {
				return err
			}
		}
		now := s.Clock.Now()
		return inOrder(
			func() error { return s.Orgs.RemoveMember(ctx, actor.Org, member, now) },
			func() error { return s.Store.DropIdentities(ctx, actor.Org, member) },
			func() error { return s.Store.EndSessions(ctx, actor.Org, member, now) },
			func() error {
				return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.removed", Target: m.ID.String(), TargetName: m.Email,
					Before: map[string]any{"role": string(m.Role)}})
			},
		)
	})
	if err != nil {
		return fmt.Errorf("remove member: %w", err)
	}
	s.changed(ctx)
	return nil
}

// SetRole changes what a member may do. Nobody changes their own role, and the last admin stays one.
func (s *Service) SetRole(ctx context.Context, actor org.Actor, member id.Member, role org.Role) error {
	if err := actor.Require(org.Admin); err != nil {
		return err
	}
	if !role.Valid() {
		return fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	if member == actor.Member {
		return fault.New(fault.Conflict, "own_role", "You cannot change your own role. Ask another organization admin.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		m, err := s.present(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		if m.Role == role {
			return nil
		}
		if m.Role == org.Admin {
			if err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, actor.Org, m.ID)); err != nil {
				return err
			}
		}
		if err := s.Orgs.SetRole(ctx, actor.Org, member, role); err != nil {
			return err
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: "member.role_changed", Target: m.ID.String(), TargetName: m.Email,
			Before: map[string]any{"role": string(m.Role)}, After: map[string]any{"role": string(role)}})
	})
	if err != nil {
		return fmt.Errorf("set role: %w", err)
	}
	return nil
}

// present is a member who has not left; one who has is as missing as one who never was.
func (s *Service) present(ctx context.Context, o id.Org, m id.Member) (org.Member, error) {
	member, err := s.Orgs.Member(ctx, o, m)
	if err != nil {
		return member, err
	}
	if !member.RemovedAt.IsZero() {
		return member, org.MissingMember()
	}
	return member, nil
}

// otherAdmin refuses if m is the only admin.
func (s *Service) otherAdmin(ctx context.Context, m org.Member) error {
	all, err := s.Orgs.Members(ctx, m.Org)
	if err != nil {
		return err
	}
	for _, o := range all {
		if o.ID != m.ID && o.Role == org.Admin {
			return nil
		}
	}
	return fault.New(fault.Conflict, "last_admin", "This is the last organization admin. Make somebody else an admin first.")
}
