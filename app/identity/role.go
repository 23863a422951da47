package identity

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// maxAssignments bounds how many roles one member has.
const maxAssignments = 200

// Place gives a member exactly these roles, and home as their default team (zero: the first). The one call for everything
// that places people: pages, the management API, group mappings. Who is allowed: for every role that is added or taken,
// somebody who may give it (org.Actor.MayAssign). Nobody changes their own, and the last admin stays one. A member who
// stops being an admin loses the management tokens they made.
//
// Keys stay with the team they were made in; those of a team that the member left are refused until they are back, or
// until MoveMember takes them along.
func (s *Service) Place(ctx context.Context, actor org.Actor, member id.Member, want []org.Assignment, home id.Team) error {
	return s.place(ctx, actor, member, "member.placed", func(m org.Member) ([]org.Assignment, id.Team, error) {
		known := Known(actor, m)
		for _, a := range m.Assignments {
			if !slices.Contains(known, a) { // what the actor does not know of stays
				want = append(without(want, a.At), a)
			}
		}
		return want, home, nil
	}, nil)
}

// Assign gives a member one more role, in the place of the one they had at that node.
func (s *Service) Assign(ctx context.Context, actor org.Actor, member id.Member, a org.Assignment) error {
	return s.place(ctx, actor, member, "member.role_given", func(m org.Member) ([]org.Assignment, id.Team, error) {
		return append(without(m.Assignments, a.At), a), m.Home, nil
	}, nil)
}

// Unassign takes the role at a node from a member. Taking one they do not have changes nothing.
func (s *Service) Unassign(ctx context.Context, actor org.Actor, member id.Member, at org.Scope) error {
	return s.place(ctx, actor, member, "member.role_taken", func(m org.Member) ([]org.Assignment, id.Team, error) {
		return without(m.Assignments, at), m.Home, nil
	}, nil)
}

// MoveMember takes a member from one team to another, with their keys of the first. A lead comes as a developer: who
// leads the other team is not decided here. What they spent stays where it was spent.
func (s *Service) MoveMember(ctx context.Context, actor org.Actor, member id.Member, from, to id.Team) error {
	return s.place(ctx, actor, member, "member.moved", func(m org.Member) ([]org.Assignment, id.Team, error) {
		at := slices.IndexFunc(m.Assignments, func(a org.Assignment) bool { return a.At == org.OfTeam(m.Org, from) })
		if at < 0 {
			return nil, id.Team{}, fault.Field("from", "This member is not in that team.")
		}
		if from == to {
			return nil, id.Team{}, fault.Field("to", "This is the team they are in. Choose another one.")
		}
		moved := org.Assignment{Role: m.Assignments[at].Role, At: org.OfTeam(m.Org, to)}
		if moved.Role == org.Lead {
			moved.Role = org.Developer
		}
		want := without(m.Assignments, org.OfTeam(m.Org, from))
		if !slices.ContainsFunc(want, func(a org.Assignment) bool { return a.At == moved.At }) {
			want = append(want, moved)
		}
		home := m.Home
		if home == from {
			home = to
		}
		return want, home, nil
	}, func(ctx context.Context) error { return s.Orgs.MoveMember(ctx, actor.Org, member, from, to) })
}

// place is a change of somebody's roles. and is done in the same transaction.
func (s *Service) place(ctx context.Context, actor org.Actor, member id.Member, action string, change func(org.Member) ([]org.Assignment, id.Team, error), and func(context.Context) error) error {
	if err := actor.Require(org.Lead); err != nil {
		return err
	}
	if member == actor.Member {
		return fault.New(fault.Conflict, "own_role", "You cannot change your own roles. Ask somebody above you.")
	}
	err := s.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.Orgs.Hold(ctx, actor.Org); err != nil {
			return err
		}
		m, err := s.present(ctx, actor.Org, member)
		if err != nil {
			return err
		}
		if !actor.Knows(m) {
			return org.MissingMember()
		}
		want, home, err := change(m)
		if err != nil {
			return err
		}
		if home = homeIn(want, home); same(m.Assignments, want) && home == m.Home {
			return nil
		}
		if err := s.placeable(ctx, actor, m.Assignments, want); err != nil {
			return err
		}
		if err := s.demoted(ctx, m, want); err != nil {
			return err
		}
		if err := s.Orgs.Assign(ctx, m.Org, m.ID, want, home); err != nil {
			return err
		}
		if and != nil {
			if err := and(ctx); err != nil {
				return err
			}
		}
		return s.Audit.Append(ctx, actor, audit.Entry{Action: action, Target: m.ID.String(), TargetName: m.Email,
			Before: map[string]any{"roles": printed(m.Assignments), "home": teamText(m.Home)}, After: map[string]any{"roles": printed(want), "home": teamText(home)}})
	})
	if err != nil {
		return fmt.Errorf("%s: %w", action, err)
	}
	s.changed(ctx)
	return nil
}

// demoted sees to it that an admin who is none any more leaves another one behind, and takes no token along.
func (s *Service) demoted(ctx context.Context, m org.Member, want []org.Assignment) error {
	if m.Role != org.Admin || org.Highest(want) == org.Admin {
		return nil
	}
	if err := errors.Join(s.otherAdmin(ctx, m), s.keepBreakGlass(ctx, m.Org, m.ID)); err != nil {
		return err
	}
	return s.Store.RevokeTokensOf(ctx, m.Org, m.ID, s.Clock.Now())
}

// placeable checks what changes between two sets of roles: that each pair means something, that its node is the actor's
// to see and in use, and that the actor may give and take it.
func (s *Service) placeable(ctx context.Context, actor org.Actor, have, want []org.Assignment) error {
	if err := sound(want); err != nil {
		return err
	}
	for _, a := range want {
		if slices.Contains(have, a) {
			continue
		}
		if err := s.usable(ctx, actor, a.At); err != nil {
			return err
		}
		if err := actor.MayAssign(a); err != nil {
			return err
		}
	}
	for _, a := range have {
		if slices.Contains(want, a) {
			continue
		}
		if err := actor.MayAssign(a); err != nil {
			return err
		}
	}
	return nil
}

// sound checks a set of roles by itself.
func sound(all []org.Assignment) error {
	if len(all) > maxAssignments {
		return fault.Field("roles", fmt.Sprintf("A member has at most %d roles.", maxAssignments))
	}
	var errs []error
	seen := map[org.Scope]bool{}
	for _, a := range all {
		errs = append(errs, a.Check())
		if seen[a.At] {
			errs = append(errs, fault.Field("roles", "A member has one role at a node. Name each node once."))
		}
		seen[a.At] = true
	}
	return errors.Join(errs...)
}

// usable refuses a node that is not there, not the actor's to see, or archived.
func (s *Service) usable(ctx context.Context, actor org.Actor, at org.Scope) error {
	archived := fault.Field("at", "This is archived. Restore it first, or choose another.")
	switch at.Kind() {
	case org.TeamScope:
		t, err := id.ParseTeam(at.Node())
		if err != nil {
			return org.MissingTeam()
		}
		team, err := s.Team(ctx, actor, t)
		if err == nil && !team.ArchivedAt.IsZero() {
			return archived
		}
		return err
	case org.DepartmentScope:
		d, err := id.ParseDepartment(at.Node())
		if err != nil {
			return org.MissingDepartment()
		}
		department, err := s.Department(ctx, actor, d)
		if err == nil && !department.ArchivedAt.IsZero() {
			return archived
		}
		return err
	}
	if at != org.OfOrg(actor.Org) {
		return org.Missing()
	}
	return nil
}

func teamText(t id.Team) string {
	if t.IsZero() {
		return ""
	}
	return t.String()
}

func without(all []org.Assignment, at org.Scope) []org.Assignment {
	return slices.DeleteFunc(slices.Clone(all), func(a org.Assignment) bool { return a.At == at })
}

// homeIn is home if it is one of the teams, or else none.
func homeIn(all []org.Assignment, home id.Team) id.Team {
	for _, a := range all {
		if a.At.Kind() == org.TeamScope && a.At.Node() == home.UUID() {
			return home
		}
	}
	return id.Team{}
}

func same(a, b []org.Assignment) bool {
	if len(a) != len(b) {
		return false
	}
	for _, x := range a {
		if !slices.Contains(b, x) {
			return false
		}
	}
	return true
}

// printed are roles as the audit log and the API have them: "lead team_…".
func printed(all []org.Assignment) []string {
	out := make([]string, 0, len(all))
	for _, a := range all {
		out = append(out, string(a.Role)+" "+a.At.String())
	}
	slices.Sort(out)
	return out
}

// Known are those of a member's roles that the reader may learn of: all to themselves and to those who read everything,
// else those in the teams and departments that the reader knows.
func Known(reader org.Actor, m org.Member) []org.Assignment {
	if reader.Everywhere(org.Viewer) || !m.ID.IsZero() && reader.Member == m.ID {
		return m.Assignments
	}
	var out []org.Assignment
	for _, a := range m.Assignments {
		switch a.At.Kind() {
		case org.OrgScope:
			out = append(out, a)
		case org.DepartmentScope:
			if d, err := id.ParseDepartment(a.At.Node()); err == nil && reader.InDepartment(d, org.Viewer) {
				out = append(out, a)
			}
		case org.TeamScope:
			if t, err := id.ParseTeam(a.At.Node()); err == nil && reader.InTeam(t, org.Viewer) {
				out = append(out, a)
			}
		}
	}
	return out
}
