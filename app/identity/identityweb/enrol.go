package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

// enrolForm sets up an authenticator app for somebody who must have a second factor and has none.
func (h *Handlers) enrolForm(c *web.Context) error {
	actor, _, ok, err := h.enrolling(c)
	if err != nil || !ok {
		return err
	}
	setup, ok, err := h.factors.PendingApp(c.Ctx(), actor)
	if err == nil && !ok {
		setup, err = h.factors.BeginApp(c.Ctx(), actor)
	}
	if err != nil {
		return err
	}
	return h.showSetup(c, setup, web.Refusal{})
}

func (h *Handlers) showSetup(c *web.Context, setup factor.Setup, r web.Refusal) error {
	code, err := picture(setup)
	if err != nil {
		return err
	}
	page := views.EnrolPage{Shell: stranger(c, "Set up a second factor"), Picture: code, Key: spaced(setup), Error: r.Form, Errors: r.Fields}
	if len(r.Fields)+len(r.Form) > 0 {
		return c.Invalid(views.Enrol(page))
	}
	return c.Render(views.Enrol(page))
}

// enrolling is who sets up a factor during their log-in; ok is false when the answer (the way back) is written.
func (h *Handlers) enrolling(c *web.Context) (actor org.Actor, p pending, ok bool, err error) {
	p, ok = h.waiting(c)
	if !ok {
		return actor, p, false, c.See(web.LogInPath)
	}
	step, err := h.people.Next(c.Ctx(), p.Org, p.Member, identity.ByPassword)
	if err != nil {
		return actor, p, false, err
	}
	if step != identity.StepEnrol { // whoever has a factor shows it, and does not set up another one here
		return actor, p, false, c.See(secondPath)
	}
	actor, err = h.people.Acting(c.Ctx(), c.Stranger(""), p.Org, p.Member)
	if fault.Is(err, fault.Unauthenticated) || fault.Is(err, fault.NotFound) {
		return actor, p, false, c.See(web.LogInPath)
	}
	return actor, p, err == nil, err
}

func (h *Handlers) enrol(c *web.Context) error {
	actor, p, ok, err := h.enrolling(c)
	if err != nil || !ok {
		return err
	}
	codes, err := h.factors.ConfirmApp(c.Ctx(), actor, c.FormValue("code"))
	if r, refused := web.Refused(err); refused {
		setup, ok, err := h.factors.PendingApp(c.Ctx(), actor)
		if err != nil {
			return err
		}
		if !ok {
			return c.See(enrolPath)
		}
		return h.showSetup(c, setup, r)
	}
	if err != nil {
		return err
	}
	if err := h.begin(c, choice{p.Org, p.Member}, identity.ByCode); err != nil {
		return err
	}
	return c.Render(views.Codes(views.CodesPage{Shell: stranger(c, "Recovery codes"), Codes: revealed(codes), Next: p.Next, Plain: true}))
}
