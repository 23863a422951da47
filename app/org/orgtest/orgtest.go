// Package orgtest makes actors for tests of other rooms, without a database to look their roles up in.
package orgtest

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Actor has a role in each of the teams; without teams, managers and admins have it everywhere, as management tokens do,
// and everybody else nowhere.
func Actor(o id.Org, m id.Member, r org.Role, teams ...id.Team) org.Actor {
	var all []org.Assignment
	for _, t := range teams {
		all = append(all, org.Assignment{Role: r, At: org.OfTeam(o, t)})
	}
	if len(teams) == 0 && r.AtLeast(org.Manager) {
		all = append(all, org.Assignment{Role: r, At: org.OfOrg(o)})
	}
	a := org.Actor{Org: o, Member: m, Teams: teams, Label: string(r)}.As(all, nil)
	a.Role = r
	return a
}
