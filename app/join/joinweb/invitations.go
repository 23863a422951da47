package joinweb

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/mail"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) list(c *web.Context) error {
	all, letters, err := h.joining.Invitations(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	names, err := h.names(c)
	if err != nil {
		return err
	}
	page := views.InvitationsPage{Frame: Frame(c, "invitations")}
	for _, i := range all {
		page.Rows = append(page.Rows, row(c, i, names, letters[i.ID.UUID()]))
	}
	return c.Render(views.Invitations(page))
}

// names are the names of departments and teams that the actor may see, by their plain uuid.
func (h *Handlers) names(c *web.Context) (map[string]string, error) {
	teams, err := h.people.Teams(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	departments, err := h.people.Departments(c.Ctx(), c.Actor())
	out := map[string]string{}
	for _, t := range teams {
		out[t.ID.UUID()] = t.Name
	}
	for _, d := range departments {
		out[d.ID.UUID()] = d.Name
	}
	return out, err
}

func row(c *web.Context, i join.Invitation, names map[string]string, m mail.Mail) views.InvitationRow {
	r := views.InvitationRow{ID: i.ID.String(), Who: i.Email, Name: i.Name, Role: i.Role.Title(), By: i.ByLabel, Until: c.When(i.ExpiresAt), ByLink: i.Email == ""}
	if r.ByLink {
		r.Who = "Whoever holds the link"
	}
	var places []string
	for _, a := range i.Assignments(i.Org) {
		if name := names[a.At.Node()]; name != "" {
			places = append(places, name)
		}
	}
	r.Places = strings.Join(places, ", ")
	state := i.State(c.Now())
	r.State = stateOf(state)
	r.Open = state == join.Open || state == join.Expired
	r.Again = r.Open
	if state == join.Open && !r.ByLink {
		r.Letter = letterOf(m)
	}
	return r
}

func stateOf(s join.State) ui.StatusProps {
	switch s {
	case join.Accepted:
		return ui.StatusProps{Tone: ui.Good, Label: "Accepted"}
	case join.Revoked:
		return ui.StatusProps{Tone: ui.Neutral, Label: "Revoked", Icon: "ban"}
	case join.Expired:
		return ui.StatusProps{Tone: ui.Warn, Label: "Expired", Icon: "clock"}
	}
	return ui.StatusProps{Tone: ui.Accent, Label: "Open", Icon: "mail"}
}

// letterOf says how a letter went, where there is something to say.
func letterOf(m mail.Mail) string {
	switch {
	case m.ID.IsZero() || !m.SentAt.IsZero():
		return ""
	case !m.DroppedAt.IsZero():
		return "The letter could not be delivered: " + m.Problem
	case m.Problem != "":
		return "The letter is still being tried: " + m.Problem
	}
	return "The letter is on its way"
}

func (h *Handlers) form(c *web.Context) error {
	page, err := h.newPage(c, join.Grant{Role: org.Developer})
	if err != nil {
		return err
	}
	return c.Render(views.New(page))
}

func (h *Handlers) newPage(c *web.Context, g join.Grant) (views.NewPage, error) {
	grant, err := h.grant(c, g, "")
	return views.NewPage{Frame: Frame(c, "invitations"), Way: "mail", Grant: grant, Mailbox: h.mailbox}, err
}

func (h *Handlers) create(c *web.Context) error {
	g, err := Granted(c)
	if err != nil {
		return err
	}
	in := join.Invite{Name: strings.TrimSpace(c.FormValue("name")), Grant: g}
	byLink := c.FormValue("way") == "link"
	if !byLink {
		in.Email = strings.TrimSpace(c.FormValue("email"))
	}
	var i join.Invitation
	if !byLink && in.Email == "" {
		err = fault.Field("email", "Enter their e-mail address, or choose a link.")
	} else {
		i, err = h.joining.Invite(c.Ctx(), c.Actor(), in)
	}
	if r, ok := web.Refused(err); ok {
		page, err := h.newPage(c, g)
		if err != nil {
			return err
		}
		page.Email, page.Name, page.Error, page.Errors, page.Grant.Errors = c.FormValue("email"), in.Name, r.Form, r.Fields, r.Fields
		if byLink {
			page.Way = "link"
		}
		return c.Invalid(views.New(page))
	}
	if err != nil {
		return err
	}
	if byLink {
		return c.See(invitations + "/" + i.ID.String())
	}
	c.Flash("The invitation to " + i.Email + " is on its way.")
	return c.See(invitations)
}

func invitationID(c *web.Context) (id.Invitation, error) {
	return web.Param(c, "id", id.ParseInvitation, error(join.Missing()))
}

func (h *Handlers) show(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	i, err := h.joining.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	names, err := h.names(c)
	if err != nil {
		return err
	}
	page := views.LinkPage{Frame: Frame(c, "invitations"), Row: row(c, i, names, mail.Mail{})}
	if i.State(c.Now()) == join.Open {
		page.Link = h.joining.Link(i)
	}
	return c.Render(views.Link(page))
}

func (h *Handlers) resend(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	i, err := h.joining.Resend(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	if i.Email == "" {
		return c.See(invitations + "/" + i.ID.String())
	}
	c.Flash("A new letter to " + i.Email + " is on its way. The old link no longer works.")
	return c.See(invitations)
}

func (h *Handlers) revoke(c *web.Context) error {
	which, err := invitationID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Revoke(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("The invitation is revoked; its link no longer works.")
	return c.See(invitations)
}
