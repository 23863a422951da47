package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

const (
	appPath        = securityPath + "/app"
	newPasskeyPath = securityPath + "/passkeys/new"
	newPasskeyNote = "new_passkey"
)

func (h *Handlers) beginApp(c *web.Context) error {
	err := recent(c)
	if err == nil {
		_, err = h.factors.BeginApp(c.Ctx(), c.Actor())
	}
	if err != nil {
		return h.securityAgain(c, err)
	}
	return c.See(appPath)
}

func (h *Handlers) appForm(c *web.Context) error {
	setup, ok, err := h.factors.PendingApp(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	if !ok || !c.Recent() {
		return c.See(securityPath)
	}
	return h.showApp(c, setup, web.Refusal{})
}

func (h *Handlers) showApp(c *web.Context, setup factor.Setup, r web.Refusal) error {
	code, err := picture(setup)
	if err != nil {
		return err
	}
	page := views.EnrolPage{Shell: c.Shell("Authenticator app", "account"), Picture: code, Key: spaced(setup), Error: r.Form, Errors: r.Fields}
	if len(r.Fields)+len(r.Form) > 0 {
		return c.Invalid(views.App(page))
	}
	return c.Render(views.App(page))
}

func (h *Handlers) confirmApp(c *web.Context) error {
	if err := recent(c); err != nil {
		return h.securityAgain(c, err)
	}
	codes, err := h.factors.ConfirmApp(c.Ctx(), c.Actor(), c.FormValue("code"))
	if r, refused := web.Refused(err); refused {
		setup, ok, err := h.factors.PendingApp(c.Ctx(), c.Actor())
		if err != nil {
			return err
		}
		if !ok {
			return h.securityAgain(c, fault.New(fault.Conflict, "changed", r.Form))
		}
		return h.showApp(c, setup, r)
	}
	if err != nil {
		return err
	}
	return h.showCodes(c, revealed(codes), "Your authenticator app is set up.")
}

// showCodes answers the POST itself: a redirect would need the codes kept somewhere.
func (h *Handlers) showCodes(c *web.Context, codes []string, done string) error {
	if len(codes) == 0 {
		return h.securityDone(c, nil, done)
	}
	return c.Render(views.Codes(views.CodesPage{Shell: c.Shell("Recovery codes", "account"), Codes: codes, Next: securityPath}))
}

func (h *Handlers) removeApp(c *web.Context) error {
	err := recent(c)
	if err == nil {
		err = h.factors.RemoveApp(c.Ctx(), c.Actor())
	}
	return h.securityDone(c, err, "The authenticator app is removed.")
}

func (h *Handlers) newCodes(c *web.Context) error {
	if err := recent(c); err != nil {
		return h.securityAgain(c, err)
	}
	codes, err := h.factors.NewCodes(c.Ctx(), c.Actor())
	if err != nil {
		return h.securityAgain(c, err)
	}
	return h.showCodes(c, revealed(codes), "")
}

func (h *Handlers) newPasskeyForm(c *web.Context) error {
	if err := recent(c); err != nil {
		return h.securityAgain(c, err)
	}
	return h.showNewPasskey(c, "", web.Refusal{})
}

func (h *Handlers) showNewPasskey(c *web.Context, name string, r web.Refusal) error {
	ceremony, err := h.factors.BeginPasskey(c.Ctx(), c.Actor())
	if err != nil {
		return h.securityAgain(c, err)
	}
	c.Note(newPasskeyNote, ceremony.State)
	page := views.PasskeyPage{Shell: c.Shell("New passkey", "account"), Options: ceremony.Options, Name: name, Error: r.Form, Errors: r.Fields}
	if len(r.Fields)+len(r.Form) > 0 {
		return c.Invalid(views.NewPasskey(page))
	}
	return c.Render(views.NewPasskey(page))
}

func (h *Handlers) addPasskey(c *web.Context) error {
	if err := recent(c); err != nil {
		return h.securityAgain(c, err)
	}
	state := c.Noted(newPasskeyNote)
	c.Note(newPasskeyNote, "") // a challenge is answered once
	p, err := h.factors.AddPasskey(c.Ctx(), c.Actor(), state, c.FormValue("response"), c.FormValue("name"))
	if r, ok := web.Refused(err); ok {
		return h.showNewPasskey(c, c.FormValue("name"), r)
	}
	return h.securityDone(c, err, "The passkey “"+p.Name+"” is registered.")
}

func (h *Handlers) removePasskey(c *web.Context) error {
	which, err := web.Param(c, "id", id.ParsePasskey, error(factor.MissingPasskey()))
	if err != nil {
		return err
	}
	if err := recent(c); err != nil {
		return h.securityAgain(c, err)
	}
	return h.securityDone(c, h.factors.RemovePasskey(c.Ctx(), c.Actor(), which), "The passkey is removed.")
}
