// Package org is the tenant and its tree: organization → departments → teams → members, who may act in it, and where
// in it a rule can sit. All data belongs to exactly one organization.
package org

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Organization is the tenant.
type Organization struct {
	ID   id.Org
	Slug string // in URLs and host names: [a-z0-9-], unique in the installation
	Name string
	// Zone is the IANA time zone in which its budgets' days, weeks and months begin.
	Zone      string
	CreatedAt time.Time
	// SuspendedAt is since when its keys open nothing, by the word of who runs the installation; zero = not. SuspendedWhy is what
	// they say of it.
	SuspendedAt  time.Time
	SuspendedWhy string
}

// Team groups members; it has a pool of money next to its members' own limits. Department may be zero.
type Team struct {
	ID         id.Team
	Org        id.Org
	Department id.Department
	Name       string
	CreatedAt  time.Time
	// ArchivedAt is when it was put away; zero = in use. The keys of an archived team are refused.
	ArchivedAt time.Time
}

// Member is a person in one organization. The same human in two organizations is two members (decision D21).
type Member struct {
	ID    id.Member
	Org   id.Org
	Email string // lower case, unique within the organization only
	Name  string
	// Assignments are the member's roles. Role is the highest of them, Part where they hold, Teams the teams they belong
	// to, the default one first: all three follow from Assignments, and stores fill them.
	Assignments []Assignment
	Role        Role
	Part        Part
	Teams       []id.Team
	// Home is the default team, or zero: Teams[0] unless nobody chose.
	Home      id.Team
	CreatedAt time.Time
	// DisabledAt is when the member was locked out for a while; zero = not. Their keys, sessions and tokens are refused.
	DisabledAt time.Time
	// RemovedAt is when the member left; from then on nothing of theirs works.
	RemovedAt time.Time
}

// Acting is the member as an actor, from the place and with the request id that by carries.
func (m Member) Acting(by Actor) Actor {
	by.Org, by.Member, by.Role, by.Part, by.Teams, by.Label = m.Org, m.ID, m.Role, m.Part, m.Teams, m.Email
	return by
}

// Status is whether the member can come in.
func (m Member) Status() MemberStatus {
	switch {
	case !m.RemovedAt.IsZero():
		return RemovedMember
	case !m.DisabledAt.IsZero():
		return DisabledMember
	}
	return ActiveMember
}

// Role is what a member may do in their part of the tree.
type Role string

// The roles, from most to least.
const (
	Admin     Role = "admin"     // organization admin: everything in the organization
	Manager   Role = "manager"   // department manager
	Lead      Role = "lead"      // team lead
	Developer Role = "developer" // own keys and usage
	Viewer    Role = "viewer"    // reads
)

// Roles are all roles, from most to least.
var Roles = []Role{Admin, Manager, Lead, Developer, Viewer}

// Valid reports whether r is one of Roles.
func (r Role) Valid() bool { return r.rank() > 0 }

// AtLeast reports whether r may do what floor may do.
func (r Role) AtLeast(floor Role) bool { return r.rank() > 0 && r.rank() >= floor.rank() }

func (r Role) rank() int {
	for i, o := range Roles {
		if o == r {
			return len(Roles) - i
		}
	}
	return 0
}

// Title is the role in words, for pages.
func (r Role) Title() string {
	switch r {
	case Admin:
		return "Organization admin"
	case Manager:
		return "Department manager"
	case Lead:
		return "Team lead"
	case Developer:
		return "Developer"
	case Viewer:
		return "Viewer"
	}
	return "Unknown role"
}
