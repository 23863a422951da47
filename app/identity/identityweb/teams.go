package identityweb

import (
	"context"
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
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

func (h *Tree) team(c *web.Context) error {
	which, err := teamID(c)
	if err != nil {
		return err
	}
	page, err := h.teamPage(c, which)
	if err != nil {
		return err
	}
	return c.Render(views.Node(page))
}

// fewPeople is how many people a team's page lists before it sends the reader to the whole list.
const fewPeople = 20

func (h *Tree) teamPage(c *web.Context, which id.Team) (views.NodePage, error) {
	t, err := h.People.Team(c.Ctx(), c.Actor(), which)
	if err != nil {
		return views.NodePage{}, err
	}
	n, err := h.nodes(c)
	if err != nil {
		return views.NodePage{}, err
	}
	page := views.NodePage{Shell: c.Shell(t.Name, "teams"), Title: t.Name, Kind: "team", Crumbs: []ui.Crumb{{Label: "Teams", Href: teamsPath}, {Label: t.Name}}}
	contents, err := h.People.TeamContents(c.Ctx(), c.Actor(), []id.Team{t.ID})
	if err != nil {
		return page, err
	}
	in := contents[t.ID]
	month, err := h.Reports.MonthUnder(c.Ctx(), c.Actor(), org.OfTeam(t.Org, t.ID))
	if err != nil {
		return page, err
	}
	short, exact := web.Dollars(month.Cost)
	page.Figures = []ui.StatProps{{Label: "Spent this month", Value: short, Exact: exact, Against: requests(month.Requests), Href: "/requests?under=" + t.ID.String()},
		{Label: "People", Value: strconv.Itoa(in.Members), Against: plural(in.Only, "is", "are") + " in no other team"},
		{Label: "Keys", Value: strconv.Itoa(in.Keys), Against: plural(in.Accounts, "service account", "service accounts")}}
	page.Facts = []ui.Fact{{Label: "Department", Value: n.names[org.OfDepartment(t.Org, t.Department)], Href: departmentHref(t.Department)},
		{Label: "Id", Value: t.ID.String(), Mono: true, Copy: true}, {Label: "Created", Body: ui.Time(c.When(t.CreatedAt))}}
	if page.Budgets, err = h.standing(c, org.OfTeam(t.Org, t.ID), org.OfPool(t.Org, t.ID)); err != nil {
		return page, err
	}
	people, err := h.People.FindMembers(c.Ctx(), c.Actor(), org.MemberQuery{Team: t.ID, Limit: fewPeople})
	if err != nil {
		return page, err
	}
	for _, m := range people.Members {
		page.People = append(page.People, personRow(c, n, m))
	}
	if !people.Next.ID.IsZero() {
		page.AllPeople = peoplePath + "?team=" + t.ID.String()
	}
	if page.Keys, err = h.keyRows(c, n, func(k key.Key) bool { return k.Team == t.ID }); err != nil {
		return page, err
	}
	if len(page.Keys) > maxKeys {
		page.MoreKeys, page.Keys = fmt.Sprintf("The newest %d of %d.", maxKeys, len(page.Keys)), page.Keys[:maxKeys]
	}
	if identity.MayManage(c.Actor(), t) {
		h.teamForms(c, n, t, in, &page)
	} else if !t.ArchivedAt.IsZero() {
		page.Status = shelved()
	}
	return page, nil
}

// teamForms are what may be done to a team by who manages it.
func (h *Tree) teamForms(c *web.Context, n *nodes, t org.Team, in org.Contents, page *views.NodePage) {
	actor, path := c.Actor(), teamsPath+"/"+t.ID.String()
	page.Rename = &views.RenameForm{Action: path + "/rename", Value: t.Name}
	if !t.ArchivedAt.IsZero() {
		page.Status, page.Restore = shelved(), path+"/restore"
		return
	}
	page.Archive = &ui.ConfirmProps{Label: "Archive", Icon: "player-pause", Title: "Archive " + t.Name + "?", Action: path + "/archive", Button: "Archive team", Kind: ui.Destructive,
		Text: fmt.Sprintf("%s stop within a second, and %s in no other team. Its %s bind nobody meanwhile. Restoring it brings all of it back.", plural(in.Keys, "key", "keys"),
			plural(in.Only, "person is", "people are"), plural(in.Budgets+in.Limits, "budget or limit", "budgets and limits"))}
	to := n.departmentOptions(func(d org.Department) bool { return d.ID != t.Department && actor.InDepartment(d.ID, org.Manager) })
	if actor.Everywhere(org.Manager) && !t.Department.IsZero() {
		to = append(to, ui.Option{Label: "Outside departments", Value: outside})
	}
	if len(to) > 0 {
		page.Plans = append(page.Plans, views.PlanForm{ID: "move", Action: path + "/plan", Do: "move", Name: "to", Title: "Move", Text: "To another department, with people, keys and budgets",
			Label: "Department", Button: "See what happens", Options: to, Get: true})
	}
	into := n.teamOptions(func(o org.Team) bool { return o.ID != t.ID && identity.MayManage(actor, o) })
	if len(into) > 0 {
		page.Plans = append(page.Plans, views.PlanForm{ID: "merge", Action: path + "/plan", Do: "merge", Name: "to", Title: "Merge", Text: "Into another team; this one is archived",
			Label: "Team that takes over", Button: "See what happens", Options: into, Get: true})
	}
}

// outside stands for no department, where a form needs a word for it.
const outside = "none"

func shelved() *ui.StatusProps {
	return &ui.StatusProps{Tone: ui.Neutral, Label: "Archived", Icon: "player-pause"}
}

func departmentHref(d id.Department) string {
	if d.IsZero() {
		return ""
	}
	return departmentsPath + "/" + d.String()
}

// standing is where the budgets of scopes stand, of those the reader sees.
func (h *Tree) standing(c *web.Context, of ...org.Scope) ([]views.BudgetRow, error) {
	all, err := h.Budgets.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	var out []views.BudgetRow
	for _, e := range all {
		for _, s := range of {
			if e.Scope == s {
				st := e.Standing
				used := st.Spent + st.Held
				out = append(out, views.BudgetRow{Name: e.Name, Href: "/budgets/" + e.ID.String(), Stand: ui.ProgressProps{Label: "Budget " + e.Name,
					Text: budget.Amount(st.Measure, used) + " of " + budget.Amount(st.Measure, st.Limit), Note: string(st.Period), Value: int64(max(0, used)), Max: int64(st.Limit)}})
			}
		}
	}
	return out, nil
}

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
