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
	Role   Role
	Teams  []id.Team
	// Label is how the audit log names the actor: an e-mail address, a token's name, "system: bootstrap".
	Label string
	// IP and UserAgent are where the act came from, for the audit log; empty for the system.
	IP, UserAgent string
	// RequestID ties the audit entry to a log line.
	RequestID string
	// Via is the door the act came through.
	Via Via
	// Token is the management token that acts; zero for people and the system. Scopes narrow what it may do.
	Token  id.Token
	Scopes Scopes
}

// System is the installation itself acting in an organization: bootstrap, jobs. why is written to the audit log.
func System(org id.Org, why string) Actor {
	return Actor{Org: org, Role: Admin, Label: "system: " + why, Via: ViaJob}
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

// InTeam reports whether the actor belongs to the team, or is above teams.
func (a Actor) InTeam(t id.Team) bool {
	if a.Role.AtLeast(Manager) {
		return true
	}
	for _, own := range a.Teams {
		if own == t {
			return true
		}
	}
	return false
}
