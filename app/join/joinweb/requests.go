package joinweb

import (
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/join"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/join"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) requests(c *web.Context) error {
	page, err := h.requestsPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.Requests(page))
}

func (h *Handlers) requestsPage(c *web.Context) (views.RequestsPage, error) {
	all, err := h.joining.Applicants(c.Ctx(), c.Actor())
	if err != nil {
		return views.RequestsPage{}, err
	}
	page := views.RequestsPage{Frame: Frame(c, "requests"), IsAdmin: c.Actor().Role.AtLeast(org.Admin)}
	for _, a := range all {
		r := views.RequestRow{ID: a.ID.String(), Name: a.Name, Email: a.Email, Note: a.Note, Asked: c.When(a.ConfirmedAt), By: a.DecidedBy, State: decision(a)}
		if !a.DecidedAt.IsZero() {
			page.Decided = append(page.Decided, r)
			continue
		}
		g, err := h.joining.Suggested(c.Ctx(), a)
		if err != nil {
			return page, err
		}
		if r.Grant, err = h.grant(c, g, a.ID.String()+"-"); err != nil {
			return page, err
		}
		page.Waiting = append(page.Waiting, r)
	}
	page.HasDomain, err = h.joining.TakesRequests(c.Ctx(), c.Actor())
	return page, err
}

func decision(a join.Applicant) ui.StatusProps {
	if a.Approved {
		return ui.StatusProps{Tone: ui.Good, Label: "Let in"}
	}
	return ui.StatusProps{Tone: ui.Neutral, Label: "Refused", Icon: "ban"}
}

func applicantID(c *web.Context) (id.Applicant, error) {
	return web.Param(c, "id", id.ParseApplicant, error(join.MissingApplicant()))
}

func (h *Handlers) approve(c *web.Context) error {
	which, err := applicantID(c)
	if err != nil {
		return err
	}
	g, err := Granted(c)
	if err != nil {
		return err
	}
	err = h.joining.Approve(c.Ctx(), c.Actor(), which, g)
	if r, ok := web.Refused(err); ok {
		page, err := h.requestsPage(c)
		if err != nil {
			return err
		}
		n := slices.IndexFunc(page.Waiting, func(w views.RequestRow) bool { return w.ID == which.String() })
		if n < 0 { // decided meanwhile: the list says so
			page.Frame.Warning = r.Form
			return c.Invalid(views.Requests(page))
		}
		grant, err := h.grant(c, g, which.String()+"-")
		if err != nil {
			return err
		}
		grant.Errors = r.Fields
		page.Waiting[n].Grant, page.Waiting[n].Error = grant, r.Form
		if r.Fields["email"] != "" {
			page.Waiting[n].Error = r.Fields["email"]
		}
		return c.Invalid(views.Requests(page))
	}
	if err != nil {
		return err
	}
	c.Flash("They get an invitation by mail.")
	return c.See(requests)
}

func (h *Handlers) refuse(c *web.Context) error {
	which, err := applicantID(c)
	if err != nil {
		return err
	}
	if err := h.joining.Refuse(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Refused. They get a letter.")
	return c.See(requests)
}
