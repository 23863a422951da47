package org

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Place is where a scope lies: the teams that a department has, or that a team, pool, member or key belongs to, and the
// member it is about, zero for none. Stores look it up; rights are decided on it.
type Place struct {
	Teams []id.Team
	Owner id.Member
}

// Sees reports whether a scope, and what is spent there, is the actor's to know. Everybody sees the organization and the
// department and teams they belong to, because limits there bind them. A member is seen whole, so by those only who see
// all of the member's teams. A tag runs across the tree: those who read everything see it.
func (a Actor) Sees(s Scope, p Place) bool {
	if a.Org != s.Org() || a.Org.IsZero() {
		return false
	}
	switch s.Kind() {
	case OrgScope:
		return true
	case DepartmentScope:
		d, err := id.ParseDepartment(s.Node())
		return err == nil && a.InDepartment(d, Viewer) || a.InAny(p.Teams, Viewer)
	case TeamScope, PoolScope:
		return a.InAny(p.Teams, Viewer)
	case KeyScope:
		return a.owns(p.Owner) || a.InAny(p.Teams, Viewer)
	case MemberScope:
		return s.Node() == a.Member.UUID() || a.owns(p.Owner) || a.InAll(p.Teams, Viewer)
	}
	return a.Everywhere(Viewer)
}

// MayLimit refuses to let the actor set, raise or end what binds a scope. Whoever is bound by a limit does not set it:
// the organization's, a department's and a tag's are the admins', a team's its department manager's, a member's, a pool's
// and a key's the team lead's, nobody's their own.
func (a Actor) MayLimit(s Scope, p Place) error {
	if a.Role == Admin {
		return nil
	}
	switch s.Kind() {
	case DepartmentScope, OrgScope, TagScope:
		if a.Everywhere(Manager) && s.Kind() != OrgScope { // a management token of all departments
			return nil
		}
		return forbidden("Limits of the organization, of departments and of tags are set by organization admins. Ask one.")
	case TeamScope:
		if a.InAll(p.Teams, Manager) {
			return nil
		}
		return forbidden("A team's limits are set by its department manager. Ask them, or an organization admin.")
	}
	if a.owns(p.Owner) || s.Kind() == MemberScope && s.Node() == a.Member.UUID() {
		return forbidden("You cannot set your own limit. Ask somebody above you.")
	}
	if !a.InAll(p.Teams, Lead) {
		return forbidden("You can set limits for members and keys of your own teams only: of all teams that a member is in. Ask a department manager or an organization admin.")
	}
	return nil
}

// MayAssign refuses to let the actor give or take a role at a node. Nobody hands out what they have themselves, but for
// admins: leads are made by managers, managers and admins by admins, and no admin by a token that is
// narrowed below one.
func (a Actor) MayAssign(as Assignment) error {
	if as.Role == Admin && !a.Scopes.Allow(AllWrite) {
		return forbidden("This token is narrowed by scopes, and an admin may do everything. Give or take the role of an admin with a token that has the scope all:write or none, or on the dashboard.")
	}
	if a.Role == Admin {
		return nil
	}
	switch {
	case as.At.Kind() == TeamScope:
		t, err := id.ParseTeam(as.At.Node())
		floor := Lead
		if as.Role == Lead {
			floor = Manager
		}
		if err == nil && a.InTeam(t, floor) && a.Role.AtLeast(Lead) {
			return nil
		}
	case as.At.Kind() == DepartmentScope && as.Role == Viewer:
		if d, err := id.ParseDepartment(as.At.Node()); err == nil && a.InDepartment(d, Manager) {
			return nil
		}
	}
	return forbidden("You can give roles below your own, in your part of the organization only. Ask a department manager or an organization admin.")
}

// Knows reports whether the actor may learn that somebody with these teams is a member: themselves, people of a team
// they belong to or read, and everybody for those who read everything.
func (a Actor) Knows(m Member) bool {
	return a.owns(m.ID) || a.InAny(m.Teams, Viewer)
}

func (a Actor) owns(m id.Member) bool { return !m.IsZero() && m == a.Member }

func forbidden(text string) *fault.Error { return fault.New(fault.Forbidden, "forbidden", text) }
