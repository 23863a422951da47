package org

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Assignment is a role at one node: admin at the organization, manager of a department, lead, developer or viewer of a
// team; viewers may also read a whole department or the organization. A member has at most one role at a node.
type Assignment struct {
	Role Role
	At   Scope
}

// Check refuses pairs that mean nothing, such as a developer of an organization. field names the input at fault.
func (a Assignment) Check() error {
	if !a.Role.Valid() {
		return fault.Field("role", "Choose a role: admin, manager, lead, developer or viewer.")
	}
	allowed := map[Role][]ScopeKind{Admin: {OrgScope}, Manager: {DepartmentScope}, Lead: {TeamScope}, Developer: {TeamScope},
		Viewer: {TeamScope, DepartmentScope, OrgScope}}[a.Role]
	if slices.Contains(allowed, a.At.Kind()) {
		return nil
	}
	return fault.Field("at", map[Role]string{
		Admin:     "An organization admin is one of the whole organization. Choose it.",
		Manager:   "A department manager manages a department. Choose one.",
		Lead:      "A team lead leads a team. Choose one.",
		Developer: "A developer works in a team. Choose one.",
		Viewer:    "A viewer reads a team, a department or the organization. Choose one.",
	}[a.Role])
}

// roles is a set of roles. More than one may hold at a team: its developer may be its department's manager.
type roles uint8

func setOf(r Role) roles {
	if n := r.rank(); n > 0 {
		return 1 << (n - 1)
	}
	return 0
}

// atLeast reports whether one of the roles may do what floor may do.
func (s roles) atLeast(floor Role) bool {
	low := setOf(floor)
	return low != 0 && s >= low
}

// readsOthers reports whether one of the roles reads what others of the team do: all but developer.
func (s roles) readsOthers() bool { return s&^setOf(Developer) != 0 }

// Part is somebody's part of the tree: which roles they have where, with the teams of their departments looked up. The
// zero Part is nowhere.
type Part struct {
	everywhere  roles
	departments map[id.Department]roles
	teams       map[id.Team]roles
}

// Resolve makes a part of assignments. teams are those of each department named in them, archived ones too.
func Resolve(all []Assignment, teams map[id.Department][]id.Team) Part {
	p := Part{departments: map[id.Department]roles{}, teams: map[id.Team]roles{}}
	for _, a := range all {
		set := setOf(a.Role)
		switch a.At.Kind() {
		case OrgScope:
			p.everywhere |= set
		case DepartmentScope:
			d, _ := id.ParseDepartment(a.At.Node())
			p.departments[d] |= set
			for _, t := range teams[d] {
				p.teams[t] |= set
			}
		case TeamScope:
			t, _ := id.ParseTeam(a.At.Node())
			p.teams[t] |= set
		}
	}
	return p
}

// Highest is the highest role anywhere. Somebody with none is a viewer of nothing: they may log in and see that.
func Highest(all []Assignment) Role {
	out := Viewer
	for _, a := range all {
		if a.Role.AtLeast(out) {
			out = a.Role
		}
	}
	return out
}

// Everywhere reports whether the actor has floor or a higher role for the whole organization.
func (a Actor) Everywhere(floor Role) bool {
	return a.Role == Admin || a.Part.everywhere.atLeast(floor)
}

// InDepartment reports whether the actor has floor or a higher role for a whole department.
func (a Actor) InDepartment(d id.Department, floor Role) bool {
	return a.Everywhere(floor) || a.Part.departments[d].atLeast(floor)
}

// InTeam reports whether the actor has floor or a higher role in a team: there, in its department, or everywhere.
func (a Actor) InTeam(t id.Team, floor Role) bool {
	return a.Everywhere(floor) || a.Part.teams[t].atLeast(floor)
}

// InAll reports whether the actor has floor or a higher role in each of the teams. Without teams only those who have it
// everywhere do: what is in no team belongs to the organization.
func (a Actor) InAll(teams []id.Team, floor Role) bool {
	if a.Everywhere(floor) {
		return true
	}
	for _, t := range teams {
		if !a.InTeam(t, floor) {
			return false
		}
	}
	return len(teams) > 0
}

// InAny reports whether the actor has floor or a higher role in one of the teams.
func (a Actor) InAny(teams []id.Team, floor Role) bool {
	return a.Everywhere(floor) || slices.ContainsFunc(teams, func(t id.Team) bool { return a.InTeam(t, floor) })
}

// Reads are the teams whose traffic and costs the actor reads; all means every team's. A developer reads their own only.
func (a Actor) Reads() (teams []id.Team, all bool) {
	if a.Role == Admin || a.Part.everywhere.readsOthers() {
		return nil, true
	}
	return a.those(roles.readsOthers), false
}

// Seen are the teams that the actor knows of; all means every team.
func (a Actor) Seen() (teams []id.Team, all bool) {
	if a.Everywhere(Viewer) {
		return nil, true
	}
	return a.those(func(r roles) bool { return r != 0 }), false
}

// Holds are the teams in which the actor has floor or a higher role; all means every team.
func (a Actor) Holds(floor Role) (teams []id.Team, all bool) {
	if a.Everywhere(floor) {
		return nil, true
	}
	return a.those(func(r roles) bool { return r.atLeast(floor) }), false
}

func (a Actor) those(keep func(roles) bool) []id.Team {
	out := make([]id.Team, 0, len(a.Part.teams))
	for t, r := range a.Part.teams {
		if keep(r) {
			out = append(out, t)
		}
	}
	slices.SortFunc(out, id.Team.Compare)
	return out
}
