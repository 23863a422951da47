package joinweb

import (
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/web"
)

type applicantJSON struct {
	ID        string     `json:"id"`
	Email     string     `json:"email"`
	Name      string     `json:"name"`
	Note      string     `json:"note"`
	State     string     `json:"state"` // waiting, approved, refused
	AskedAt   time.Time  `json:"asked_at"`
	DecidedAt *time.Time `json:"decided_at"`
	DecidedBy string     `json:"decided_by"`
}

type applicantList struct {
	Data []applicantJSON `json:"data"`
}

func (h *Handlers) apiRequests(c *web.Context) error {
	all, err := h.joining.Applicants(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := applicantList{Data: make([]applicantJSON, len(all))}
	for n, a := range all {
		j := applicantJSON{ID: a.ID.String(), Email: a.Email, Name: a.Name, Note: a.Note, State: "waiting", AskedAt: a.ConfirmedAt, DecidedBy: a.DecidedBy}
		if !a.DecidedAt.IsZero() {
			j.DecidedAt, j.State = &a.DecidedAt, "refused"
			if a.Approved {
				j.State = "approved"
			}
		}
		out.Data[n] = j
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiApprove(c *web.Context) error {
	which, err := applicantID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[grantJSON](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	if err := h.joining.Approve(c.Ctx(), c.Actor(), which, g); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

func (h *Handlers) apiRefuse(c *web.Context) error {
	which, err := applicantID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Refuse(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
