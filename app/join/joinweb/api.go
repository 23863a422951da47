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
	all, _, err := h.joining.Invitations(c.Ctx(), c.Actor())
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

type domainInput struct {
	Domain string `json:"domain"`
}

// admissionJSON is what happens with people who have an address in a domain.
type admissionJSON struct {
	Requests bool `json:"requests"`
	Auto     bool `json:"auto"`
	grantJSON
}

type domainJSON struct {
	ID           string        `json:"id"`
	Domain       string        `json:"domain"`
	RecordName   string        `json:"record_name"`
	RecordValue  string        `json:"record_value"`
	VerifiedAt   *time.Time    `json:"verified_at"`
	CheckedAt    *time.Time    `json:"checked_at"`
	FailingSince *time.Time    `json:"failing_since"`
	Admission    admissionJSON `json:"admission"`
}

type domainList struct {
	Data []domainJSON `json:"data"`
}

func domainOut(d join.Domain) domainJSON {
	out := domainJSON{ID: d.ID.String(), Domain: d.Domain, VerifiedAt: when(d.VerifiedAt), CheckedAt: when(d.CheckedAt), FailingSince: when(d.FailingSince),
		Admission: admissionJSON{d.Requests, d.Auto, grantOut(d.Grant)}}
	out.RecordName, out.RecordValue = d.Record()
	return out
}

func when(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func (h *Handlers) apiDomains(c *web.Context) error {
	all, err := h.joining.Domains(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	out := domainList{Data: make([]domainJSON, len(all))}
	for n, d := range all {
		out.Data[n] = domainOut(d)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiClaim(c *web.Context) error {
	in, err := web.Decode[domainInput](c)
	if err != nil {
		return err
	}
	d, err := h.joining.Claim(c.Ctx(), c.Actor(), in.Domain)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, domainOut(d))
}

func (h *Handlers) apiDomain(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	d, err := h.joining.Domain(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, domainOut(d))
}

func (h *Handlers) apiAdmission(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[admissionJSON](c)
	if err != nil {
		return err
	}
	g, err := in.grant()
	if err != nil {
		return err
	}
	if err := h.joining.Admit(c.Ctx(), c.Actor(), which, join.Admission{Requests: in.Requests, Auto: in.Auto, Grant: g}); err != nil {
		return err
	}
	return h.apiDomain(c)
}

func (h *Handlers) apiCheck(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	d, err := h.joining.Check(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, domainOut(d))
}

func (h *Handlers) apiRelease(c *web.Context) error {
	which, err := domainID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Release(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
