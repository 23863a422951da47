package limit

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// The rules are those of budgets: nobody sets or raises what binds themselves.

// sees reports whether a limit is the actor's to read.
func sees(a org.Actor, s org.Scope, p Place) bool {
	if a.Role.AtLeast(org.Manager) || s.Kind() == org.OrgScope {
		return true
	}
	if s.Kind() == org.MemberScope && s.Node() == a.Member.UUID() {
		return true
	}
	return inTeams(a, p)
}

// may reports whether a limit is the actor's to set or to raise. A tag on the whole organization is a project, which
// managers limit; the organization itself is its admins'.
func may(a org.Actor, s org.Scope, tag string, p Place) error {
	switch s.Kind() {
	case org.OrgScope:
		if tag != "" {
			return a.Require(org.Manager)
		}
		return a.Require(org.Admin)
	case org.DepartmentScope, org.TeamScope:
		return a.Require(org.Manager)
	}
	if s.Kind() == org.MemberScope && s.Node() == a.Member.UUID() && !a.Role.AtLeast(org.Admin) {
		return fault.New(fault.Forbidden, "forbidden", "You cannot set or raise your own limit. Ask somebody above you.")
	}
	if err := a.Require(org.Lead); err != nil {
		return err
	}
	if !inTeams(a, p) {
		return fault.New(fault.Forbidden, "forbidden", "You can set and raise limits for members and keys of your own teams only. Ask a department manager.")
	}
	return nil
}

func inTeams(a org.Actor, p Place) bool {
	if a.Role.AtLeast(org.Manager) {
		return true
	}
	for _, t := range p.Teams {
		if a.InTeam(t) {
			return true
		}
	}
	return false
}

// Changeable reports whether the actor may change and raise a limit they see: pages leave out what the service would
// refuse.
func Changeable(a org.Actor, e Entry) bool {
	// What somebody below manager sees is their own teams', so the place adds nothing here.
	return a.Require(org.Lead) == nil && may(a, e.Scope, e.Tag, Place{Teams: a.Teams}) == nil
}
