package identityweb

import (
	"encoding/json"
	"time"

	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/identity"
)

const (
	secondPath  = web.LogInPath + "/second"
	enrolPath   = web.LogInPath + "/set-up"
	ssoPath     = web.LogInPath + "/sso"
	pendingNote = "pending"
)

// pending is a log-in that proved its password and has a step before it. It is kept in the session, under a token that
// was renewed for it.
type pending struct {
	At     int64     `json:"at"`
	Org    id.Org    `json:"org"`
	Member id.Member `json:"member"`
	Next   string    `json:"next"`
	// State is a passkey's challenge under way.
	State string `json:"state,omitempty"`
}

// stepTime bounds how long a password stays good for the second step.
const stepTime = 10 * time.Minute

func (h *Handlers) pend(c *web.Context, p pending) error {
	raw, err := json.Marshal(p)
	if err != nil {
		return err
	}
	c.Note(pendingNote, string(raw))
	return nil
}

// waiting is the log-in under way; ok is false if there is none, or it took too long.
func (h *Handlers) waiting(c *web.Context) (p pending, ok bool) {
	text := c.Noted(pendingNote)
	if text == "" || json.Unmarshal([]byte(text), &p) != nil {
		return pending{}, false
	}
	age := c.Now().Sub(time.Unix(p.At, 0))
	return p, age <= stepTime && age >= -time.Minute
}

// proceed lets somebody in who proved a membership, or leads them to what is asked of them first.
func (h *Handlers) proceed(c *web.Context, in choice, by identity.Method, next string) error {
	step, err := h.people.Next(c.Ctx(), in.org, in.member, by)
	if err != nil {
		return err
	}
	switch step {
	case identity.StepNone:
		return h.enter(c, in, by, next)
	case identity.StepSSO:
		o, _, err := h.people.Person(c.Ctx(), in.org, in.member)
		if err != nil {
			return err
		}
		c.Flash(o.Name + " logs in with single sign-on.")
		return c.See(ssoPath + "?org=" + o.Slug)
	}
	if err := c.Renew(); err != nil { // what is noted now is worth a password
		return err
	}
	if err := h.pend(c, pending{At: c.Now().Unix(), Org: in.org, Member: in.member, Next: next}); err != nil {
		return err
	}
	if step == identity.StepEnrol {
		return c.See(enrolPath)
	}
	return c.See(secondPath)
}

// asked is the log-in whose second factor is asked for; ok is false when the answer (the way to go instead) is written.
func (h *Handlers) asked(c *web.Context) (p pending, ok bool, err error) {
	p, ok = h.waiting(c)
	if !ok {
		return p, false, c.See(web.LogInPath)
	}
	step, err := h.people.Next(c.Ctx(), p.Org, p.Member, identity.ByPassword)
	switch {
	case err != nil:
		return p, false, err
	case step == identity.StepFactor:
		return p, true, nil
	case step == identity.StepEnrol:
		return p, false, c.See(enrolPath)
	}
	return p, false, c.See(web.LogInPath) // the rules changed meanwhile
}

func (h *Handlers) secondForm(c *web.Context) error {
	p, ok, err := h.asked(c)
	if err != nil || !ok {
		return err
	}
	page, err := h.secondPage(c, p)
	if err != nil {
		return err
	}
	return c.Render(views.Second(page))
}

func (h *Handlers) secondPage(c *web.Context, p pending) (views.SecondPage, error) {
	page := views.SecondPage{Shell: stranger(c, "Second factor")}
	has, err := h.factors.At(c.Ctx(), p.Org, p.Member)
	if err != nil {
		return page, err
	}
	page.App, page.Codes = !has.AppSince.IsZero(), has.CodesLeft > 0
	if len(has.Passkeys) == 0 || h.factors.PasskeysPossible() != "" {
		return page, nil
	}
	ceremony, err := h.factors.BeginSecond(c.Ctx(), p.Org, p.Member)
	if err != nil {
		return page, err
	}
	page.Passkey = ceremony.Options
	p.State = ceremony.State
	return page, h.pend(c, p)
}

// second takes the code or the passkey.
func (h *Handlers) second(c *web.Context) error {
	p, ok, err := h.asked(c)
	if err != nil || !ok {
		return err
	}
	by, err := h.proven(c, p)
	if r, ok := web.Refused(err); ok {
		page, err := h.secondPage(c, p)
		if err != nil {
			return err
		}
		page.Error, page.Errors = r.Form, r.Fields
		return c.Invalid(views.Second(page))
	}
	if err != nil {
		return err
	}
	return h.enter(c, choice{p.Org, p.Member}, by, p.Next)
}

func (h *Handlers) proven(c *web.Context, p pending) (identity.Method, error) {
	if answer := c.FormValue("response"); answer != "" {
		state := p.State
		p.State = "" // a challenge is answered once
		if err := h.pend(c, p); err != nil {
			return "", err
		}
		return identity.ByKey, h.factors.FinishSecond(c.Ctx(), p.Org, p.Member, state, answer)
	}
	kind, err := h.factors.Check(c.Ctx(), p.Org, p.Member, c.FormValue("code"))
	if kind == factor.FromRecovery {
		return identity.ByRecovery, err
	}
	return identity.ByCode, err
}
