package budget

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Binds reports whether what a member of these teams asks for counts against the budget: it is the organization's, of a
// department or team they are in, their own, or one of their keys'. A tag's binds whoever sets the tag, so nobody by
// itself; a pool's binds keys of no person.
func (e Entry) Binds(m id.Member, teams []id.Team) bool {
	switch e.Scope.Kind() {
	case org.OrgScope:
		return true
	case org.DepartmentScope, org.TeamScope:
		return slices.ContainsFunc(e.place.Teams, func(t id.Team) bool { return slices.Contains(teams, t) })
	case org.MemberScope, org.KeyScope:
		return !m.IsZero() && e.place.Owner == m
	}
	return false
}
