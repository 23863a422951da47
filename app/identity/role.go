package identity

import (
	"context"
	"slices"

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
