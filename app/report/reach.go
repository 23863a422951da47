package report

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Reach is the part of one organization's traffic that somebody may see. Its zero value reaches nothing.
type Reach struct {
	Org id.Org
	// All of the organization. Without it: what these teams' keys spend, and what this member's keys spend.
	All    bool
	Teams  []id.Team
	Member id.Member
	// Under narrows it further, to what was spent below a department, team, member or key; zero does not.
	Under org.Scope
}

// ReachOf is the actor's part of their organization, for rooms that add up the same rows.
func ReachOf(a org.Actor) (Reach, error) { return reach(a) }

// reach is the actor's part of their organization; the first line of every method here.
func reach(a org.Actor) (Reach, error) {
	if err := a.Require(org.Viewer); err != nil {
		return Reach{}, err
	}
	r := Reach{Org: a.Org, Member: a.Member}
	r.Teams, r.All = a.Reads()
	return r, nil
}

// Words say whose figures these are, for the line under a page's title.
func (r Reach) Words() string {
	switch {
	case r.All:
		return "the whole organization"
	case len(r.Teams) == 1:
		return "your team"
	case len(r.Teams) > 1:
		return "your teams"
	}
	return "your own keys"
}
