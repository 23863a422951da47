package limitweb

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/limit"
)

// inbox is the page that lists requests, with those for approvals and budgets.
const inbox = "/approvals"

// ask is the form that a refused request leads to.
func (h *Handlers) ask(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	return c.Render(askPage(c, e, views.Rise{Until: local(c, c.Now().Add(24*time.Hour))}, web.Refusal{}))
}

func askPage(c *web.Context, e limit.Entry, fields views.Rise, wrong web.Refusal) templ.Component {
	return views.AskForMore(views.AskPage{Shell: c.Shell("Ask for more", "limits"), Name: e.Name, Back: path(e), Progress: progress(e), Unit: string(e.Unit),
		Cost: e.Unit == limit.Cost, Zone: c.Zone().String(), Fields: fields, Form: wrong.Form, Errors: wrong.Fields})
}

// asked sends a request.
func (h *Handlers) asked(c *web.Context) error {
	e, err := h.get(c)
	if err != nil {
		return err
	}
	fields := views.Rise{Add: c.FormValue("add"), Until: c.FormValue("until"), Reason: c.FormValue("reason")}
	in, err := rise(c, e, fields)
	if err == nil {
		_, err = h.limits.AskMore(c.Ctx(), c.Actor(), e.ID, limit.More{Add: in.Add, Until: in.Until, Reason: in.Reason})
	}
	if wrong, ok := web.Refused(err); ok {
		return c.Invalid(askPage(c, e, fields, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Request sent. You see here what becomes of it.")
	return c.See(inbox)
}

func requestID(c *web.Context) (id.Wish, error) {
	return web.Param(c, "id", id.ParseWish, error(limit.NoRequest()))
}

func (h *Handlers) request(c *web.Context) (limit.Request, error) {
	which, err := requestID(c)
	if err != nil {
		return limit.Request{}, err
	}
	return h.limits.Request(c.Ctx(), c.Actor(), which)
}

// approve grants what was asked for, or the amount that the decider typed.
func (h *Handlers) approve(c *web.Context) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	v := limit.Verdict{Note: c.FormValue("note")}
	if text := c.FormValue("amount"); strings.TrimSpace(text) != "" {
		if v.Add, err = amount("amount", r.Unit, text); err != nil {
			return err
		}
	}
	done, err := h.limits.Approve(c.Ctx(), c.Actor(), r.ID, v)
	if err != nil {
		return err
	}
	c.Flash("Approved. The limit is raised within a second, until " + c.When(done.Until).Text + ".")
	return c.See(inbox)
}

// deny refuses a request.
func (h *Handlers) deny(c *web.Context) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	if r, err = h.limits.Deny(c.Ctx(), c.Actor(), r.ID, c.FormValue("note")); err != nil {
		return err
	}
	c.Flash("Denied. " + r.AskedBy + " sees it here.")
	return c.See(inbox)
}
