package identityweb

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

const (
	passkeyPath = web.LogInPath + "/passkey"
	passkeyNote = "passkey"
)

// passkeyForm offers a log-in by passkey alone.
func (h *Handlers) passkeyForm(c *web.Context) error {
	next := web.Local(c.QueryParam("next"), "")
	page, err := h.passkeyPage(c, next)
	if err != nil {
		return err
	}
	return c.Render(views.LogInPasskey(page))
}

func (h *Handlers) passkeyPage(c *web.Context, next string) (views.PasskeyPage, error) {
	page := views.PasskeyPage{Shell: stranger(c, "Log in with a passkey"), Next: next, Impossible: h.factors.PasskeysPossible()}
	if page.Impossible != "" {
		return page, nil
	}
	ceremony, err := h.factors.BeginLogIn()
	if err != nil {
		return page, err
	}
	page.Options = ceremony.Options
	c.Note(passkeyNote, ceremony.State)
	return page, nil
}

func (h *Handlers) passkey(c *web.Context) error {
	next := web.Local(c.FormValue("next"), home)
	state := c.Noted(passkeyNote)
	c.Note(passkeyNote, "") // a challenge is answered once
	if err := h.people.Pace(c.Stranger(""), "passkey", freePasskeys); err != nil {
		return h.passkeyAgain(c, next, err)
	}
	o, m, err := h.factors.FinishLogIn(c.Ctx(), state, c.FormValue("response"))
	if err == nil {
		_, _, err = h.people.Person(c.Ctx(), o, m)
	}
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Unauthenticated, "passkey_refused", "This passkey was not accepted. Use one that you registered here, or another way to log in.")
	}
	if err != nil {
		return h.passkeyAgain(c, next, err)
	}
	h.people.Proven(c.Stranger(""), "passkey")
	return h.proceed(c, choice{o, m}, identity.ByPasskey, next)
}

func (h *Handlers) passkeyAgain(c *web.Context, next string, refused error) error {
	r, ok := web.Refused(refused)
	if !ok {
		return refused
	}
	page, err := h.passkeyPage(c, next)
	if err != nil {
		return err
	}
	page.Error = r.Form
	return c.Invalid(views.LogInPasskey(page))
}
