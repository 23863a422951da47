package identityweb

import (
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

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
	month, err := h.Reports.Month(c.Ctx(), c.Actor(), usage.Team, t.ID.String())
	if err != nil {
		return page, err
	}
	short, exact := web.Dollars(month.Cost)
	page.Figures = []ui.StatProps{{Label: "Spent this month", Value: short, Exact: exact, Against: requests(month.Requests), Href: teamsPath + "/" + t.ID.String() + "/usage"},
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
	if page.Keys, page.MoreKeys, err = h.keyRows(c, n, key.Query{Of: org.OfTeam(t.Org, t.ID)}, ""); err != nil {
		return page, err
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
