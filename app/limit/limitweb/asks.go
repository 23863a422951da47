package limitweb

import (
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/web"
	approvals "github.com/bodhi-gateway/bodhi/views/approval"
	views "github.com/bodhi-gateway/bodhi/views/limit"
	"github.com/bodhi-gateway/bodhi/views/ui"
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
	return h.decide(c, func(r limit.Request) (string, error) {
		v := limit.Verdict{Note: c.FormValue("note")}
		var err error
		if text := c.FormValue("amount"); strings.TrimSpace(text) != "" {
			if v.Add, err = amount("amount", r.Unit, text); err != nil {
				return "", err
			}
		}
		done, err := h.limits.Approve(c.Ctx(), c.Actor(), r.ID, v)
		return "Approved. The limit is raised within a second, until " + c.When(done.Until).Text + ".", err
	})
}

// deny refuses a request.
func (h *Handlers) deny(c *web.Context) error {
	return h.decide(c, func(r limit.Request) (string, error) {
		_, err := h.limits.Deny(c.Ctx(), c.Actor(), r.ID, c.FormValue("note"))
		return "Denied. " + r.AskedBy + " sees it here.", err
	})
}

// decide does it, says so in the inbox, and shows the request with what was typed where that was a mistake.
func (h *Handlers) decide(c *web.Context, do func(limit.Request) (done string, err error)) error {
	r, err := h.request(c)
	if err != nil {
		return err
	}
	done, err := do(r)
	if wrong, ok := web.Refused(err); ok && r.CanDecide {
		one, u := "/limit-requests/"+r.ID.String(), string(r.Unit)
		if r.Unit == limit.Cost {
			u = "USD"
		}
		if says, ok := wrong.Fields["add"]; ok { // which the form calls amount
			wrong.Fields["amount"] = says
			delete(wrong.Fields, "add")
		}
		return c.Invalid(approvals.Verdict(approvals.VerdictPage{Shell: c.Shell("Decide", "approvals"), Who: r.AskedBy, What: r.Unit.Count(r.Add) + " more of " + r.Name,
			Facts:    []ui.Fact{{Label: "Why", Value: r.Reason}, {Label: "Asked", Body: ui.Time(c.When(r.AskedAt))}, {Label: "Until", Body: ui.Time(c.When(r.Until))}},
			Decision: approvals.Decision{Approve: one + "/approve", Deny: one + "/deny", Amount: c.FormValue("amount"), Unit: u},
			Note:     c.FormValue("note"), Form: wrong.Form, Errors: wrong.Fields}))
	}
	if err != nil {
		return err
	}
	c.Flash(done)
	return c.See(inbox)
}
