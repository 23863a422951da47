package identityweb

import (
	"context"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) department(c *web.Context) error {
	which, err := departmentID(c)
	if err != nil {
		return err
	}
	page, err := h.departmentPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Node(page))
}

func (h *Tree) departmentPage(c *web.Context, which id.Department) (views.NodePage, error) {
	actor := c.Actor()
	d, err := h.People.Department(c.Ctx(), actor, which)
	if err != nil {
		return views.NodePage{}, err
	}
	n, err := h.nodes(c)
	if err != nil {
		return views.NodePage{}, err
	}
	page := views.NodePage{Shell: c.Shell(d.Name, "teams"), Title: d.Name, Kind: "department", Crumbs: []ui.Crumb{{Label: "Teams", Href: teamsPath}, {Label: d.Name}}}
	var ids []id.Team
	for _, t := range n.teams {
		if t.Department == d.ID {
			ids = append(ids, t.ID)
		}
	}
	contents, err := h.People.TeamContents(c.Ctx(), actor, ids)
	if err != nil {
		return page, err
	}
	keys := 0
	for _, t := range n.teams {
		if t.Department == d.ID {
			page.Teams = append(page.Teams, teamRow(t, contents[t.ID]))
			keys += contents[t.ID].Keys
		}
	}
	month, err := h.Reports.Month(c.Ctx(), actor, usage.Department, d.ID.String())
	if err != nil {
		return page, err
	}
	short, exact := web.Dollars(month.Cost)
	page.Figures = []ui.StatProps{{Label: "Spent this month", Value: short, Exact: exact, Against: requests(month.Requests) + ", as far as you may see"},
		{Label: "Teams", Value: strconv.Itoa(len(ids)), Against: "archived ones too"}, {Label: "Keys", Value: strconv.Itoa(keys), Against: "of all its teams"}}
	page.Facts = []ui.Fact{{Label: "Id", Value: d.ID.String(), Mono: true, Copy: true}, {Label: "Created", Body: ui.Time(c.When(d.CreatedAt))}}
	if page.Budgets, err = h.standing(c, org.OfDepartment(d.Org, d.ID)); err != nil {
		return page, err
	}
	path := departmentsPath + "/" + d.ID.String()
	if !d.ArchivedAt.IsZero() {
		page.Status = shelved()
	}
	if actor.InDepartment(d.ID, org.Manager) {
		page.Rename = &views.RenameForm{Action: path + "/rename", Value: d.Name}
	}
	if actor.Role != org.Admin {
		return page, nil
	}
	if !d.ArchivedAt.IsZero() {
		page.Restore = path + "/restore"
		return page, nil
	}
	page.Archive = &ui.ConfirmProps{Label: "Archive", Icon: "player-pause", Title: "Archive " + d.Name + "?", Action: path + "/archive", Button: "Archive department", Kind: ui.Destructive,
		Text: "Only a department without teams in use can be archived. Its budgets and limits bind nobody meanwhile."}
	if into := n.departmentOptions(func(o org.Department) bool { return o.ID != d.ID }); len(into) > 0 {
		page.Plans = append(page.Plans, views.PlanForm{ID: "merge", Action: path + "/plan", Do: "merge", Name: "to", Title: "Merge", Text: "Into another department; this one is archived",
			Label: "Department that takes over", Button: "See what happens", Options: into, Get: true})
	}
	return page, nil
}

// planDepartment says what merging a department will do.
func (h *Tree) planDepartment(c *web.Context) error {
	which, err := departmentID(c)
	if err != nil {
		return err
	}
	d, err := h.People.Department(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	other, err := h.pickDepartment(c, c.QueryParam("to"))
	if err != nil {
		return err
	}
	n, err := h.nodes(c)
	if err != nil {
		return err
	}
	teams := 0
	for _, t := range n.teams {
		if t.Department == d.ID {
			teams++
		}
	}
	back, title := departmentsPath+"/"+d.ID.String(), "Merge "+d.Name+" into "+other.Name
	return c.Render(views.Plan(views.PlanPage{Shell: c.Shell(title, "teams"), Title: title, Sub: "Nothing has happened yet.", Action: back + "/merge", Name: "into", Value: other.ID.String(),
		Button: "Merge departments", Back: back, Crumbs: []ui.Crumb{{Label: "Teams", Href: teamsPath}, {Label: d.Name, Href: back}, {Label: "Merge"}},
		Lines: []string{fmt.Sprintf("%s, with people, keys and budgets of their own, move to %s.", plural(teams, "team", "teams"), other.Name),
			"From the next request on they spend under it. What was spent, and what is under way, stays in the books of " + d.Name + ".",
			"Budgets and limits of " + d.Name + " bind nobody any more; those of " + other.Name + " bind its new teams.",
			"Managers and viewers of " + d.Name + " do not become those of " + other.Name + ": give them the role there if they should.", d.Name + " is archived."}}))
}

func (h *Tree) renameDepartment(c *web.Context) error {
	return h.actOnDepartment(c, "Department renamed.", func(ctx context.Context, a org.Actor, d id.Department) error {
		return h.People.RenameDepartment(ctx, a, d, c.FormValue("name"))
	})
}

func (h *Tree) mergeDepartment(c *web.Context) error {
	return h.actOnDepartment(c, "Departments merged.", func(ctx context.Context, a org.Actor, d id.Department) error {
		into, err := h.pickDepartment(c, c.FormValue("into"))
		if err != nil {
			return err
		}
		return h.People.MergeDepartment(ctx, a, d, into.ID)
	})
}

func (h *Tree) archiveDepartment(c *web.Context) error {
	return h.actOnDepartment(c, "Department archived.", h.People.ArchiveDepartment)
}

func (h *Tree) restoreDepartment(c *web.Context) error {
	return h.actOnDepartment(c, "Department restored.", h.People.RestoreDepartment)
}

// actOnDepartment does something to the department in the path; a refusal shows its page again.
func (h *Tree) actOnDepartment(c *web.Context, done string, do func(context.Context, org.Actor, id.Department) error) error {
	which, err := departmentID(c)
	if err != nil {
		return err
	}
	err = do(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.departmentPage(c, which)
		if err != nil {
			return err
		}
		refuse(c, &page, r)
		return c.Invalid(views.Node(page))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.See(departmentsPath + "/" + which.String())
}
