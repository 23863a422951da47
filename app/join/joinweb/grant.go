package joinweb

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// grant is the choice of what the actor may give, with g chosen. Whoever is no admin gives roles below their own.
func (h *Handlers) grant(c *web.Context, g join.Grant, prefix string) (views.GrantFields, error) {
	return GrantFields(c, h.people, g, prefix, "")
}

// GrantFields is the choice for this room's forms and the directory's; none, if not "", offers to give no role.
func GrantFields(c *web.Context, people *identity.Service, g join.Grant, prefix, none string) (views.GrantFields, error) {
	out := views.GrantFields{Role: string(g.Role), Chosen: map[string]bool{}, Prefix: prefix}
	own := c.Actor().Role
	if none != "" {
		out.Roles = append(out.Roles, ui.Option{Value: "", Label: none})
	}
	for _, r := range org.Roles {
		if own == org.Admin || own.AtLeast(r) && r != own {
			out.Roles = append(out.Roles, ui.Option{Value: string(r), Label: r.Title()})
		}
	}
	teams, err := people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return out, err
	}
	for _, t := range teams {
		if t.ArchivedAt.IsZero() && c.Actor().InTeam(t.ID, org.Lead) {
			out.Teams = append(out.Teams, ui.Option{Value: t.ID.String(), Label: t.Name})
		}
	}
	departments, err := people.Departments(c.Ctx(), c.Actor())
	for _, d := range departments {
		if d.ArchivedAt.IsZero() && c.Actor().InDepartment(d.ID, org.Manager) {
			out.Departments = append(out.Departments, ui.Option{Value: d.ID.String(), Label: d.Name})
		}
	}
	for _, t := range g.Teams {
		out.Chosen[t.String()] = true
	}
	for _, d := range g.Departments {
		out.Chosen[d.String()] = true
	}
	return out, err
}

// Granted reads role, departments and teams from a form. An id that is none is answered like an unknown one.
func Granted(c *web.Context) (join.Grant, error) {
	form := c.Request().PostForm
	return grantOf(c.FormValue("role"), form["department"], form["team"])
}

func grantOf(role string, departments, teams []string) (join.Grant, error) {
	g := join.Grant{Role: org.Role(role)}
	for _, text := range departments {
		d, err := id.ParseDepartment(text)
		if err != nil {
			return g, org.MissingDepartment()
		}
		g.Departments = append(g.Departments, d)
	}
	for _, text := range teams {
		t, err := id.ParseTeam(text)
		if err != nil {
			return g, org.MissingTeam()
		}
		g.Teams = append(g.Teams, t)
	}
	return g, nil
}
