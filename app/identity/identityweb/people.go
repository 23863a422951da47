package identityweb

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Tree) nodes(c *web.Context) (*nodes, error) {
	actor := c.Actor()
	n := &nodes{names: map[org.Scope]string{org.OfOrg(actor.Org): "The whole organization"}}
	var err error
	if n.departments, err = h.People.AllDepartments(c.Ctx(), actor); err != nil {
		return nil, err
	}
	if n.teams, err = h.People.AllTeams(c.Ctx(), actor); err != nil {
		return nil, err
	}
	for _, d := range n.departments {
		n.names[org.OfDepartment(actor.Org, d.ID)] = d.Name
	}
	for _, t := range n.teams {
		n.names[org.OfTeam(actor.Org, t.ID)] = t.Name
	}
	return n, nil
}

func (h *Tree) people(c *web.Context) error {
	n, err := h.nodes(c)
	if err != nil {
		return err
	}
	q, err := memberQuery(c)
	if err != nil {
		return err
	}
	found, err := h.People.FindMembers(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	page := views.PeoplePage{Shell: c.Shell("People", "people"), CanAdd: c.Actor().Role == org.Admin, Filter: peopleFilter(c, n, q)}
	for _, m := range found.Members {
		page.Rows = append(page.Rows, personRow(c, n, m))
	}
	page.None = ui.EmptyProps{Kind: ui.NeverAny, Icon: "users", Title: "Nobody here yet"}
	if page.Filter.Active {
		page.None = ui.EmptyProps{Kind: ui.FilteredOut, Title: "Nobody matches", Text: "Search for less, or clear the filter.", Label: "Clear the filter", Href: peoplePath}
	}
	page.Pager = ui.PagerProps{Note: fmt.Sprintf("By name, %d a page", identity.DefaultMembers), NewerLabel: "First", OlderLabel: "Next"}
	values := url.Values{}
	for name, v := range map[string]string{"q": q.Search, "team": c.QueryParam("team"), "role": string(q.Role), "status": string(q.Status)} {
		if v != "" {
			values.Set(name, v)
		}
	}
	if !q.After.ID.IsZero() {
		page.Pager.Newer = peoplePath + "?" + values.Encode()
	}
	if !found.Next.ID.IsZero() {
		values.Set("after", found.Next.String())
		page.Pager.Older = peoplePath + "?" + values.Encode()
	}
	return c.Render(views.People(page))
}

func peopleFilter(c *web.Context, n *nodes, q org.MemberQuery) views.PeopleFilter {
	f := views.PeopleFilter{Search: q.Search, Role: string(q.Role), Status: string(q.Status)}
	if !q.Team.IsZero() {
		f.Team = q.Team.String()
	}
	f.Teams = append([]ui.Option{{Label: "Any"}}, n.teamOptions(func(org.Team) bool { return true })...)
	f.Roles = []ui.Option{{Label: "Any"}}
	for _, r := range org.Roles {
		f.Roles = append(f.Roles, ui.Option{Value: string(r), Label: r.Title()})
	}
	f.Statuses = []ui.Option{{Label: "Active and disabled"}, {Value: "active", Label: "Active"}, {Value: "disabled", Label: "Disabled"}}
	if c.Actor().Everywhere(org.Viewer) {
		f.Statuses = append(f.Statuses, ui.Option{Value: "removed", Label: "Removed"})
	}
	f.Active = f.Search != "" || f.Team != "" || f.Role != "" || f.Status != ""
	return f
}

func personRow(c *web.Context, n *nodes, m org.Member) views.PersonRow {
	reader := c.Actor()
	var teams []string
	for _, t := range m.Teams {
		if name := n.team(m.Org, t); name != "" {
			teams = append(teams, name)
		}
	}
	if len(teams) > 3 {
		teams = append(teams[:3], fmt.Sprintf("and %d more", len(teams)-3))
	}
	return views.PersonRow{Href: peoplePath + "/" + m.ID.String(), Name: m.Name, Email: m.Email, Role: org.Highest(identity.Known(reader, m)).Title(),
		Teams: strings.Join(teams, ", "), Status: memberStatus(m), Since: c.When(m.CreatedAt)}
}

func memberStatus(m org.Member) ui.StatusProps {
	switch m.Status() {
	case org.DisabledMember:
		return ui.StatusProps{Tone: ui.Warn, Label: "Disabled", Icon: "player-pause"}
	case org.RemovedMember:
		return ui.StatusProps{Tone: ui.Neutral, Label: "Removed", Icon: "user-off"}
	}
	return ui.StatusProps{Tone: ui.Good, Label: "Active"}
}
