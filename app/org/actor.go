package org

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Actor is who acts. Every service method that reads or changes a tenant's data takes one as an argument and checks
// it in its first line; dashboard, API, CLI and jobs share that check. The zero Actor may do nothing.
type Actor struct {
	Org    id.Org
	Member id.Member // zero for a management token or the system
	// Role is the highest that the actor has anywhere: what a route's floor asks for. Where it holds is Part's; Admin holds
	// everywhere.
	Role Role
	// Teams are those the actor belongs to, the default one first.
	Teams []id.Team
	// Part is where in the tree the actor has which roles.
	Part Part
	// Label is how the audit log names the actor: an e-mail address, a token's name, "system: bootstrap".
	Label string
	// IP and UserAgent are where the act came from, for the audit log; empty for the system.
	IP, UserAgent string
	// RequestID ties the audit entry to a log line.
	RequestID string
}

// As is the actor with the roles of these assignments; teams are those of each department named in them.
func (a Actor) As(all []Assignment, teams map[id.Department][]id.Team) Actor {
	a.Role, a.Part = Highest(all), Resolve(all, teams)
	return a
}

// System is the installation itself acting in an organization: bootstrap, jobs. why is written to the audit log.
func System(org id.Org, why string) Actor {
	return Actor{Org: org, Role: Admin, Label: "system: " + why}
}

// Require refuses an actor whose role is below floor, and one without an organization.
func (a Actor) Require(floor Role) error {
	if a.Org.IsZero() || !a.Role.Valid() {
		return fault.New(fault.Unauthenticated, "unauthenticated", "Log in first.")
	}
	if !a.Role.AtLeast(floor) {
		return fault.Newf(fault.Forbidden, "forbidden", "This needs the role %q or higher; yours is %q. Ask an organization admin.", floor.Title(), a.Role.Title())
	}
	return nil
}
