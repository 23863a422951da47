package scim

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// place gives an active user what their groups are mapped to, at each node the highest. Only what the directory gave is
// taken back, so somebody who was a member before it came keeps the roles they had, or gets them back. Whom the directory brought and no
// mapped group says anything about gets the default. The last admin stays one: what would change that is refused.
func (s *Service) place(ctx context.Context, actor org.Actor, u *User) error {
	groups, err := s.Store.GroupsOf(ctx, actor.Org, u.ID)
	if err != nil {
		return err
	}
	given, err := s.mapped(ctx, actor.Org, groups)
	if err != nil {
		return err
	}
	if len(given) == 0 && u.Brought {
		g, err := s.Store.Settings(ctx, actor.Org)
		if err != nil {
			return err
		}
		if given, err = s.assignments(ctx, actor.Org, g); err != nil {
			return err
		}
	}
	m, err := s.Orgs.Member(ctx, actor.Org, u.Member)
	if err != nil {
		return err
	}
	own := ownRoles(m.Assignments, u.Given)
	gifts := over(own, given)
	all := own
	for _, g := range gifts {
		all = append(all, g.Assignment)
	}
	if err := s.People.Place(ctx, actor, m.ID, highest(all), m.Home); err != nil {
		return err
	}
	if equal(gifts, u.Given) {
		return nil
	}
	u.Given = gifts
	return s.Store.PutUser(ctx, *u)
}

// ownRoles are what somebody has without the directory: what it did not give, and under what it gave the lower role that
// was there before. Where an admin has changed a gift since, the role is the admin's.
func ownRoles(now []org.Assignment, gifts []Gift) (out []org.Assignment) {
	for _, a := range now {
		at := slices.IndexFunc(gifts, func(g Gift) bool { return g.Assignment == a })
		switch {
		case at < 0:
			out = append(out, a)
		case gifts[at].Over != "":
			out = append(out, org.Assignment{Role: gifts[at].Over, At: a.At})
		}
	}
	return out
}

// over makes gifts of what the directory gives and the person does not have by themselves.
func over(own, given []org.Assignment) (out []Gift) {
	for _, a := range given {
		g := Gift{Assignment: a}
		if at := slices.IndexFunc(own, func(b org.Assignment) bool { return b.At == a.At }); at >= 0 {
			if g.Over = own[at].Role; g.Over.AtLeast(a.Role) {
				continue
			}
		}
		out = append(out, g)
	}
	return out
}

// mapped is what a set of groups gives, at each node the highest.
func (s *Service) mapped(ctx context.Context, o id.Org, groups []Group) ([]org.Assignment, error) {
	var out []org.Assignment
	for _, g := range groups {
		if g.Role == "" {
			continue
		}
		more, err := s.assignments(ctx, o, g.Grant)
		if err != nil {
			return nil, err
		}
		out = append(out, more...)
	}
	return highest(out), nil
}

// assignments are a grant's, without nodes that are gone or archived: a directory must not fail over those.
func (s *Service) assignments(ctx context.Context, o id.Org, g identity.Grant) ([]org.Assignment, error) {
	var failed error
	g.Teams = slices.DeleteFunc(slices.Clone(g.Teams), func(t id.Team) bool {
		team, err := s.Orgs.Team(ctx, o, t)
		failed = first(failed, err)
		return err != nil || !team.ArchivedAt.IsZero()
	})
	g.Departments = slices.DeleteFunc(slices.Clone(g.Departments), func(d id.Department) bool {
		department, err := s.Orgs.Department(ctx, o, d)
		failed = first(failed, err)
		return err != nil || !department.ArchivedAt.IsZero()
	})
	return g.Assignments(o), failed
}

// first keeps the first error that is not "gone".
func first(kept, err error) error {
	if kept != nil || err == nil || fault.Is(err, fault.NotFound) {
		return kept
	}
	return err
}

// highest leaves one assignment a node.
func highest(all []org.Assignment) []org.Assignment {
	var out []org.Assignment
	for _, a := range all {
		at := slices.IndexFunc(out, func(b org.Assignment) bool { return b.At == a.At })
		switch {
		case at < 0:
			out = append(out, a)
		case a.Role.AtLeast(out[at].Role):
			out[at] = a
		}
	}
	return out
}

func equal(a, b []Gift) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x Gift) bool { return !slices.Contains(b, x) })
}

// printed are a grant's places as the audit log has them.
func printed(g identity.Grant, o id.Org) []string {
	out := []string{}
	for _, a := range g.Assignments(o) {
		out = append(out, string(a.Role)+" "+a.At.String())
	}
	slices.Sort(out)
	return out
}
