package budget

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// sees reports whether a scope is the actor's to read.
func sees(a org.Actor, s org.Scope, p Place) bool {
	if a.Role.AtLeast(org.Manager) || s.Kind() == org.OrgScope {
		return true
	}
	if s.Kind() == org.MemberScope && s.Node() == a.Member.UUID() {
		return true
	}
	return inTeams(a, p)
}

// may reports whether a scope's limit is the actor's to set. Nobody below admin sets their own, and a team's own limit
// is set by those above the team: otherwise every limit could be lifted by whom it binds.
func may(a org.Actor, s org.Scope, p Place) error {
	switch s.Kind() {
	case org.OrgScope:
		return a.Require(org.Admin)
	case org.DepartmentScope, org.TeamScope:
		return a.Require(org.Manager)
	}
	if s.Kind() == org.MemberScope && s.Node() == a.Member.UUID() && !a.Role.AtLeast(org.Admin) {
		return fault.New(fault.Forbidden, "forbidden", "You cannot set your own limit. Ask somebody above you.")
	}
	if err := a.Require(org.Lead); err != nil {
		return err
	}
	if !inTeams(a, p) {
		return fault.New(fault.Forbidden, "forbidden", "You can set limits for members and keys of your own teams only. Ask a department manager.")
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
