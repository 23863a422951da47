package identityweb

import (
	"context"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// planTeam says what moving or merging a team will do.
func (h *Tree) planTeam(c *web.Context) error {
	which, err := teamID(c)
	if err != nil {
		return err
	}
	t, err := h.People.Team(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	contents, err := h.People.TeamContents(c.Ctx(), c.Actor(), []id.Team{t.ID})
	if err != nil {
		return err
	}
	in, back, to := contents[t.ID], teamsPath+"/"+t.ID.String(), c.QueryParam("to")
	page := views.PlanPage{Crumbs: []ui.Crumb{{Label: "Teams", Href: teamsPath}, {Label: t.Name, Href: back}}, Back: back, Value: to}
	things := fmt.Sprintf("%s, %s and %s", plural(in.Members, "person", "people"), plural(in.Keys, "key", "keys"), plural(in.Accounts, "service account", "service accounts"))
	switch c.QueryParam("do") {
	case "move":
		where := "outside departments"
		if to != outside {
			d, err := h.pickDepartment(c, to)
			if err != nil {
				return err
			}
			where = "to " + d.Name
		}
		page.Title, page.Action, page.Name, page.Button = "Move "+t.Name+" "+where, back+"/move", "department", "Move team"
		page.Lines = []string{things + " go along.", "From the next request on, the team spends under its new department. What it spent, and what is under way, stays with the old one.",
			"The team's own budgets and limits stay on it. Those of its old department no longer bind it; those of the new one do.",
			"Managers and viewers of the old department lose sight of the team, those of the new one gain it."}
	case "merge":
		into, err := teamOf("to", to)
		if err != nil {
			return err
		}
		other, err := h.People.Team(c.Ctx(), c.Actor(), into)
		if err != nil {
			return err
		}
		page.Title, page.Action, page.Name, page.Button = "Merge "+t.Name+" into "+other.Name, back+"/merge", "into", "Merge teams"
		page.Lines = []string{things + " move to " + other.Name + ". Keys keep working and spend for it from the next request on.",
			fmt.Sprintf("Its own budgets and limits (%d) end with it; those of %s bind from then on.", in.Budgets+in.Limits, other.Name),
			"What was spent, and what is under way, stays in the books of " + t.Name + ".", "Who leads " + t.Name + " works in " + other.Name + " as a developer, unless they have a role there.",
			t.Name + " is archived."}
	default:
		return fault.New(fault.NotFound, "not_found", "There is nothing to plan here. Begin on the team's page.")
	}
	page.Shell, page.Sub = c.Shell(page.Title, "teams"), "Nothing has happened yet."
	page.Crumbs = append(page.Crumbs, ui.Crumb{Label: page.Button})
	return c.Render(views.Plan(page))
}

func (h *Tree) pickDepartment(c *web.Context, text string) (org.Department, error) {
	d, err := departmentOf(text)
	if err != nil {
		return org.Department{}, err
	}
	return h.People.Department(c.Ctx(), c.Actor(), d)
}

func (h *Tree) renameTeam(c *web.Context) error {
	return h.actOnTeam(c, "Team renamed.", func(ctx context.Context, a org.Actor, t id.Team) error {
		return h.People.RenameTeam(ctx, a, t, c.FormValue("name"))
	})
}

func (h *Tree) moveTeam(c *web.Context) error {
	return h.actOnTeam(c, "Team moved.", func(ctx context.Context, a org.Actor, t id.Team) error {
		text := c.FormValue("department")
		if text == outside {
			text = ""
		}
		to, err := departmentOf(text)
		if err != nil {
			return err
		}
		return h.People.MoveTeam(ctx, a, t, to)
	})
}

func (h *Tree) mergeTeam(c *web.Context) error {
	return h.actOnTeam(c, "Teams merged.", func(ctx context.Context, a org.Actor, t id.Team) error {
		into, err := teamOf("into", c.FormValue("into"))
		if err != nil {
			return err
		}
		return h.People.MergeTeam(ctx, a, t, into)
	})
}

func (h *Tree) archiveTeam(c *web.Context) error {
	return h.actOnTeam(c, "Team archived. Its keys are refused from now on.", h.People.ArchiveTeam)
}

func (h *Tree) restoreTeam(c *web.Context) error {
	return h.actOnTeam(c, "Team restored.", h.People.RestoreTeam)
}

// actOnTeam does something to the team in the path; a refusal shows its page again.
func (h *Tree) actOnTeam(c *web.Context, done string, do func(context.Context, org.Actor, id.Team) error) error {
	which, err := teamID(c)
	if err != nil {
		return err
	}
	err = do(c.Ctx(), c.Actor(), which)
	if r, ok := web.Refused(err); ok {
		page, err := h.teamPage(c, which)
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
	return c.See(teamsPath + "/" + which.String())
}

// refuse puts what was wrong where it was typed.
func refuse(c *web.Context, page *views.NodePage, r web.Refusal) {
	page.Error = refusal(r, r.Fields["name"] == "" || page.Rename == nil)
	if page.Rename != nil && r.Fields["name"] != "" {
		page.Rename.Value, page.Rename.Error = c.FormValue("name"), r.Fields["name"]
	}
}
