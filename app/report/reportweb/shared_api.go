package reportweb

import (
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// sharedJSON is a view that a team shares. Query is what stands behind the question mark of /requests.
type sharedJSON struct {
	TeamID    string `json:"team_id"`
	Name      string `json:"name"`
	Query     string `json:"query"`
	OwnerID   string `json:"owner_id,omitempty"` // none if a token of the organization shared it
	Owner     string `json:"owner,omitempty"`
	MayChange bool   `json:"may_change"` // by who asks
}

type sharedList struct {
	Data []sharedJSON `json:"data"`
}

// sharedInput has the filters of GET /api/v1/requests as a query: "status=failed&team=-".
type sharedInput struct {
	Name  string `json:"name"`
	Query string `json:"query"`
}

type unsharedInput struct {
	Name string `json:"name"`
}

func sharedOut(v report.SharedView) sharedJSON {
	out := sharedJSON{TeamID: v.Team.String(), Name: v.Name, Query: v.Query, Owner: v.OwnerName, MayChange: v.MayChange}
	if !v.Owner.IsZero() {
		out.OwnerID = v.Owner.String()
	}
	return out
}

// sharedOf are the views of the team in the path. A team that the caller is not in is as unknown as one that is not there.
func (h *Handlers) sharedOf(c *web.Context) (id.Team, []report.SharedView, error) {
	missing := fault.New(fault.NotFound, "not_found", "There is no such team among yours. List them with GET /api/v1/teams.")
	team, err := web.Param(c, "id", id.ParseTeam, error(missing))
	if err != nil {
		return team, nil, err
	}
	list, teams, err := h.Sharing.List(c.Ctx(), c.Actor())
	if err != nil {
		return team, nil, err
	}
	if !slices.ContainsFunc(teams, func(t report.Choice) bool { return t.ID == team.String() }) {
		return team, nil, missing
	}
	return team, slices.DeleteFunc(list, func(v report.SharedView) bool { return v.Team != team }), nil
}

// apiShared is GET /api/v1/teams/:id/views.
func (h *Handlers) apiShared(c *web.Context) error {
	_, list, err := h.sharedOf(c)
	if err != nil {
		return err
	}
	out := sharedList{Data: make([]sharedJSON, len(list))}
	for i, v := range list {
		out.Data[i] = sharedOut(v)
	}
	return c.JSON(http.StatusOK, out)
}

// apiShare is POST /api/v1/teams/:id/views.
func (h *Handlers) apiShare(c *web.Context) error {
	team, _, err := h.sharedOf(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[sharedInput](c)
	if err != nil {
		return err
	}
	query, err := h.cleanQuery(c, in.Query)
	if err != nil {
		return err
	}
	shared, err := h.Sharing.Share(c.Ctx(), c.Actor(), team, report.View{Name: in.Name, Query: query})
	if err != nil {
		return err
	}
	_, list, err := h.sharedOf(c) // with its owner's name
	if err != nil {
		return err
	}
	i := slices.IndexFunc(list, func(v report.SharedView) bool { return v.Name == shared.Name })
	if i < 0 {
		return fault.New(fault.NotFound, "not_found", "The view was shared, and somebody ended it again.")
	}
	return c.JSON(http.StatusOK, sharedOut(list[i]))
}

// apiUnshare is POST /api/v1/teams/:id/views/end.
func (h *Handlers) apiUnshare(c *web.Context) error {
	team, _, err := h.sharedOf(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[unsharedInput](c)
	if err != nil {
		return err
	}
	if err := h.Sharing.Unshare(c.Ctx(), c.Actor(), team, in.Name); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
