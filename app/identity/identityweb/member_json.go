package identityweb

import (
	"fmt"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// memberJSON is a member: role is the highest of roles, teams those they belong to, the default one first.
type memberJSON struct {
	ID         string     `json:"id"`
	Email      string     `json:"email"`
	Name       string     `json:"name"`
	Status     string     `json:"status"`
	Role       string     `json:"role"`
	Roles      []roleJSON `json:"roles"`
	Teams      []string   `json:"teams"`
	CreatedAt  time.Time  `json:"created_at"`
	DisabledAt *time.Time `json:"disabled_at,omitempty"`
	RemovedAt  *time.Time `json:"removed_at,omitempty"`
}

// roleJSON is a role and the id of the node it holds at: the organization, a department or a team.
type roleJSON struct {
	Role string `json:"role"`
	At   string `json:"at"`
}

type memberList struct {
	Data []memberJSON `json:"data"`
	Next string       `json:"next,omitempty"`
}

// memberInput lets a person in. Password is written, never read; without one they cannot log in by password yet.
type memberInput struct {
	Email       string   `json:"email"`
	Name        string   `json:"name"`
	Role        string   `json:"role"`
	Departments []string `json:"departments"`
	Teams       []string `json:"teams"`
	Password    string   `json:"password"`
}

// rolesInput is all roles that a member has from now on, and their default team; empty is the first.
type rolesInput struct {
	Roles []roleJSON `json:"roles"`
	Home  string     `json:"home"`
}

type moveInput struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// memberQuery reads what a list of members is narrowed to. A team that is no id, or nobody's, has no members.
func memberQuery(c *web.Context) (org.MemberQuery, error) {
	q := org.MemberQuery{Search: c.QueryParam("q"), Role: org.Role(c.QueryParam("role")), Status: org.MemberStatus(c.QueryParam("status"))}
	switch q.Status {
	case "", org.ActiveMember, org.DisabledMember, org.RemovedMember:
	default:
		return q, fault.Field("status", "Choose active, disabled or removed.")
	}
	var err error
	if text := c.QueryParam("team"); text != "" {
		if q.Team, err = teamOf("team", text); err != nil {
			return q, fault.Field("team", "A team is an id like team_…; GET "+web.APIRoot+"teams lists them.")
		}
	}
	if text := c.QueryParam("limit"); text != "" {
		if q.Limit, err = strconv.Atoi(text); err != nil || q.Limit < 1 || q.Limit > identity.MaxMembers {
			return q, fault.Field("limit", fmt.Sprintf("Ask for 1 to %d members at a time.", identity.MaxMembers))
		}
	}
	q.After, err = org.ReadMemberPlace(c.QueryParam("after"))
	return q, err
}

// memberOut leaves out the roles in parts of the organization that the reader does not know.
func memberOut(reader org.Actor, m org.Member) memberJSON {
	out := memberJSON{ID: m.ID.String(), Email: m.Email, Name: m.Name, Status: string(m.Status()), Roles: []roleJSON{}, Teams: []string{},
		CreatedAt: m.CreatedAt, DisabledAt: moment(m.DisabledAt), RemovedAt: moment(m.RemovedAt)}
	var known []org.Assignment
	for _, a := range identity.Known(reader, m) {
		known = append(known, a)
		out.Roles = append(out.Roles, roleJSON{string(a.Role), a.At.String()})
	}
	out.Role = string(org.Highest(known))
	for _, t := range m.Teams {
		if reader.InTeam(t, org.Viewer) || reader.Member == m.ID {
			out.Teams = append(out.Teams, t.String())
		}
	}
	return out
}
