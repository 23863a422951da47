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
// taken back, so somebody who was a member before it came keeps the roles they had. Whom the directory brought and no
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
	own := slices.DeleteFunc(slices.Clone(m.Assignments), func(a org.Assignment) bool { return slices.Contains(u.Given, a) })
	given = slices.DeleteFunc(given, func(a org.Assignment) bool { // what they have by themselves is not the directory's
		return slices.ContainsFunc(own, func(b org.Assignment) bool { return b.At == a.At && b.Role.AtLeast(a.Role) })
	})
	if err := s.People.Place(ctx, actor, m.ID, highest(append(own, given...)), m.Home); err != nil {
		return err
	}
	if equal(given, u.Given) {
		return nil
	}
	u.Given = given
	return s.Store.PutUser(ctx, *u)
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

func equal(a, b []org.Assignment) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(x org.Assignment) bool { return !slices.Contains(b, x) })
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
