package joinweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// grantJSON is what somebody gets who comes in.
type grantJSON struct {
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}

func (g grantJSON) grant() (join.Grant, error) { return grantOf(g.Role, g.Departments, g.Teams) }

func grantOut(g join.Grant) grantJSON {
	out := grantJSON{Role: string(g.Role), Departments: []string{}, Teams: []string{}}
	for _, d := range g.Departments {
		out.Departments = append(out.Departments, d.String())
	}
	for _, t := range g.Teams {
		out.Teams = append(out.Teams, t.String())
	}
	return out
}

// invitationInput writes an invitation. Without email the answer has a link to hand over.
type invitationInput struct {
	Email string `json:"email"`
	Name  string `json:"name"`
	grantJSON
}

type invitationJSON struct {
	ID        string    `json:"id"`
	Email     string    `json:"email"`
	Name      string    `json:"name"`
	State     string    `json:"state"`
	InvitedBy string    `json:"invited_by"`
	CreatedAt time.Time `json:"created_at"`
	ExpiresAt time.Time `json:"expires_at"`
	// Link is there for open invitations without an address only, and only for one that was asked for by id.
	Link string `json:"link,omitempty"`
	grantJSON
}

type invitationList struct {
	Data []invitationJSON `json:"data"`
}

func (h *Handlers) invitationOut(c *web.Context, i join.Invitation, whole bool) invitationJSON {
	state := i.State(c.Now())
	out := invitationJSON{ID: i.ID.String(), Email: i.Email, Name: i.Name, State: string(state), InvitedBy: i.ByLabel, CreatedAt: i.CreatedAt, ExpiresAt: i.ExpiresAt,
		grantJSON: grantOut(i.Grant)}
	if whole && state == join.Open {
		out.Link = h.joining.Link(i)
	}
	return out
}

func (h *Handlers) apiList(c *web.Context) error {
	all, err := h.joining.Every(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := invitationList{Data: make([]invitationJSON, len(all))}
	for n, i := range all {
		out.Data[n] = h.invitationOut(c, i, false)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCreate(c *web.Context) error {
	in, err := web.Decode[invitationInput](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	i, err := h.joining.Invite(c.Ctx(), c.Actor(), join.Invite{Email: in.Email, Name: in.Name, Grant: g})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, h.invitationOut(c, i, true))
}

func (h *Handlers) apiShow(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	i, err := h.joining.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, h.invitationOut(c, i, true))
}

func (h *Handlers) apiResend(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	i, err := h.joining.Resend(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, h.invitationOut(c, i, true))
}

func (h *Handlers) apiRevoke(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Revoke(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
