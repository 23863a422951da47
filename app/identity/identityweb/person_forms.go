package identityweb

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// giveForm offers the roles and places that the reader may give.
func giveForm(c *web.Context, n *nodes, m org.Member) *views.GiveForm {
	reader := c.Actor()
	if m.ID == reader.Member {
		return nil
	}
	f := &views.GiveForm{Action: peoplePath + "/" + m.ID.String() + "/roles", Role: string(org.Developer)}
	roles := map[org.Role]bool{}
	offer := func(group, label string, at org.Scope) {
		may := false
		for _, r := range org.Roles {
			a := org.Assignment{Role: r, At: at}
			if a.Check() == nil && reader.MayAssign(a) == nil {
				roles[r], may = true, true
			}
		}
		if may {
			f.Places = append(f.Places, ui.Option{Group: group, Label: label, Value: at.String()})
		}
	}
	for _, t := range n.teams {
		if t.ArchivedAt.IsZero() {
			offer("Teams", t.Name, org.OfTeam(m.Org, t.ID))
		}
	}
	for _, d := range n.departments {
		if d.ArchivedAt.IsZero() {
			offer("Departments", d.Name, org.OfDepartment(m.Org, d.ID))
		}
	}
	offer("Organization", c.Organization().Name, org.OfOrg(m.Org))
	for _, o := range roleChoices {
		if roles[org.Role(o.Value)] {
			f.Roles = append(f.Roles, ui.Option{Value: o.Value, Label: o.Label})
		}
	}
	if len(f.Places) == 0 {
		return nil
	}
	return f
}

// moveForm offers the teams that the reader leads: from one they share with the member to another.
func moveForm(c *web.Context, n *nodes, m org.Member) *views.MoveForm {
	reader := c.Actor()
	if m.ID == reader.Member {
		return nil
	}
	f := &views.MoveForm{Action: peoplePath + "/" + m.ID.String() + "/move"}
	f.From = n.teamOptions(func(t org.Team) bool { return slices.Contains(m.Teams, t.ID) && reader.InTeam(t.ID, org.Lead) })
	f.To = n.teamOptions(func(t org.Team) bool { return reader.InTeam(t.ID, org.Lead) })
	if len(f.From) == 0 || len(f.To) < 2 {
		return nil
	}
	return f
}
