package identityweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) tree(c *web.Context) error {
	page, err := h.treePage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Tree(page))
}

func (h *Tree) treePage(c *web.Context) (views.TreePage, error) {
	page := views.TreePage{Shell: c.Shell("Teams", "teams")}
	n, err := h.nodes(c)
	if err != nil {
		return page, err
	}
	ids := make([]id.Team, len(n.teams))
	for i, t := range n.teams {
		ids[i] = t.ID
	}
	contents, err := h.People.TeamContents(c.Ctx(), c.Actor(), ids)
	if err != nil {
		return page, err
	}
	under := map[id.Department][]views.TeamRow{}
	for _, t := range n.teams {
		under[t.Department] = append(under[t.Department], teamRow(t, contents[t.ID]))
	}
	for _, d := range n.departments {
		g := views.TreeGroup{ID: d.ID.String(), Title: d.Name, Href: departmentsPath + "/" + d.ID.String(), Archived: !d.ArchivedAt.IsZero(), Teams: under[d.ID]}
		if g.Note = plural(len(g.Teams), "team", "teams"); len(g.Teams) == 0 {
			g.Note = "No team yet"
		}
		page.Groups = append(page.Groups, g)
	}
	if rest := under[id.Department{}]; len(rest) > 0 {
		page.Groups = append(page.Groups, views.TreeGroup{ID: "outside", Title: "Outside departments", Note: plural(len(rest), "team", "teams"), Teams: rest})
	}
	actor := c.Actor()
	if actor.Role.AtLeast(org.Manager) {
		page.AddTeam = &views.AddTeamForm{Departments: n.departmentOptions(func(d org.Department) bool { return actor.InDepartment(d.ID, org.Manager) })}
		if actor.Everywhere(org.Manager) {
			page.AddTeam.Departments = append([]ui.Option{{Label: "None"}}, page.AddTeam.Departments...)
		}
	}
	if actor.Role == org.Admin {
		page.AddDepartment = &views.AddDepartmentForm{}
	}
	return page, nil
}

func teamRow(t org.Team, in org.Contents) views.TeamRow {
	return views.TeamRow{Name: t.Name, Href: teamsPath + "/" + t.ID.String(), Members: strconv.Itoa(in.Members), Keys: strconv.Itoa(in.Keys),
		Accounts: strconv.Itoa(in.Accounts), Archived: !t.ArchivedAt.IsZero()}
}

func (h *Tree) addTeam(c *web.Context) error {
	name, where := c.FormValue("name"), c.FormValue("department")
	department, err := departmentOf(where)
	if err != nil {
		return err
	}
	t, err := h.People.AddTeam(c.Ctx(), c.Actor(), name, department)
	if r, ok := web.Refused(err); ok {
		page, err := h.treePage(c)
		if err != nil {
			return err
		}
		page.AddTeam.Name, page.AddTeam.Department, page.AddTeam.Errors = name, where, r.Fields
		return c.Invalid(views.Tree(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Team " + t.Name + " created.")
	return c.See(teamsPath + "/" + t.ID.String())
}

func (h *Tree) addDepartment(c *web.Context) error {
	name := c.FormValue("name")
	d, err := h.People.AddDepartment(c.Ctx(), c.Actor(), name)
	if r, ok := web.Refused(err); ok {
		page, err := h.treePage(c)
		if err != nil {
			return err
		}
		page.AddDepartment.Name, page.AddDepartment.Errors = name, r.Fields
		return c.Invalid(views.Tree(page))
	}
	if err != nil {
		return err
	}
	c.Flash("Department " + d.Name + " created.")
	return c.See(departmentsPath + "/" + d.ID.String())
}
