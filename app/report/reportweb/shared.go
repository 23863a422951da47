package reportweb

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// shared are the views of the reader's teams, and the teams to share with.
func (h *Handlers) shared(c *web.Context, query string) (out []views.SharedView, teams []ui.Option, err error) {
	list, choices, err := h.Sharing.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, nil, err
	}
	for _, v := range list {
		n := views.SharedView{Name: v.Name, Team: v.Team.String(), Whose: v.OwnerName + " shares it with " + v.TeamName, MayChange: v.MayChange,
			Tab: ui.Tab{Label: v.Name + " (" + v.TeamName + ")", Href: back(v.Query), Active: v.Query == query}}
		switch {
		case v.Owner.IsZero():
			n.Whose = "a program shares it with " + v.TeamName
		case v.Owner == c.Actor().Member:
			n.Whose = "you share it with " + v.TeamName
		}
		out = append(out, n)
	}
	for _, t := range choices {
		teams = append(teams, ui.Option{Value: t.ID, Label: t.Name})
	}
	return out, teams, nil
}

// shareView is POST /requests/views/share: name, team, and query as the address has it.
func (h *Handlers) shareView(c *web.Context) error {
	query, err := h.cleanQuery(c, c.FormValue("query"))
	if err != nil {
		return err
	}
	team, err := id.ParseTeam(c.FormValue("team"))
	if err != nil {
		return fault.Field("team", "Choose a team that you belong to.")
	}
	if _, err := h.Sharing.Share(c.Ctx(), c.Actor(), team, report.View{Name: c.FormValue("name"), Query: query}); err != nil {
		return err
	}
	c.Flash("View shared: everybody in the team finds it above their list.")
	return c.See(back(query))
}

// unshareView is POST /requests/views/unshare: name and team.
func (h *Handlers) unshareView(c *web.Context) error {
	query, err := h.cleanQuery(c, c.FormValue("query"))
	if err != nil {
		return err
	}
	team, err := id.ParseTeam(c.FormValue("team"))
	if err != nil {
		return fault.Field("team", "There is no such team.")
	}
	if err := h.Sharing.Unshare(c.Ctx(), c.Actor(), team, c.FormValue("name")); err != nil {
		return err
	}
	c.Flash("The team no longer shares the view.")
	return c.See(back(query))
}
