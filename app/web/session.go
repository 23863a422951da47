package web

import (
	"fmt"
	"net/url"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Names of the session's own values. The store reads the first two to find a member's sessions (SessionMember).
const (
	orgValue     = "org"
	memberValue  = "member"
	seenValue    = "seen"
	flashValue   = "flash"
	warningValue = "warning"
	noteValue    = "note." // prefix of what handlers keep
)

// What is known of a session besides, for its owner to recognize it by; db writes these into columns.
const (
	idValue              = "id"
	methodValue          = "method"
	ipValue              = "ip"
	agentValue           = "agent"
	beganValue           = "began"
	providerValue        = "provider"
	providerSessionValue = "provider_session"
	providerSubjectValue = "provider_subject"
	hintValue            = "hint"
)

// strangersTime is how long a session lives that nobody has logged in to yet: enough for a log-in, not for filling
// the database.
const strangersTime = 30 * time.Minute

// touchEvery is how often use of a session is written down. Finer would be a database write per page view.
const touchEvery = time.Minute

// Proof is how a log-in was made. The provider's fields are single sign-on's: which provider, and what it calls the
// session and the person, so that it can end them.
type Proof struct {
	Method                           string
	Provider                         id.Provider
	ProviderSession, ProviderSubject string
	// Hint is kept for the log-out; sealed if it says anything about anybody.
	Hint string
}

// LogIn makes the session o's member m's, by password: the usual way after a sign-up.
func (c *Context) LogIn(o id.Org, m id.Member) error { return c.Begin(o, m, Proof{Method: "password"}) }

// Begin makes the session o's member m's: under a new token, so that one planted before the log-in is worth nothing,
// and saved at once, so that a log-in that returned nil has happened.
func (c *Context) Begin(o id.Org, m id.Member, p Proof) error {
	ctx, sm := c.Ctx(), c.server.sessions
	_, absolute, err := c.server.lifetimes(ctx, o)
	if err != nil {
		return err
	}
	if err := sm.RenewToken(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	for _, k := range sm.Keys(ctx) {
		sm.Remove(ctx, k)
	}
	now := c.server.Clock.Now()
	sm.SetDeadline(ctx, now.Add(absolute).UTC())
	for k, v := range map[string]string{orgValue: o.String(), memberValue: m.String(), idValue: id.NewSession(c.server.IDs).String(), methodValue: p.Method,
		beganValue: strconv.FormatInt(now.Unix(), 10), providerValue: p.Provider.String(), providerSessionValue: p.ProviderSession,
		providerSubjectValue: p.ProviderSubject, hintValue: p.Hint} {
		if v != "" {
			sm.Put(ctx, k, v)
		}
	}
	c.server.touch(c)
	if _, _, err := sm.Commit(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	return nil
}

// Keep gives the member's session a new token and id after all of theirs were ended. It stays the log-in that it was: as old, by the
// same method, and over at the same time.
func (c *Context) Keep() error {
	ctx, sm := c.Ctx(), c.server.sessions
	until := sm.Deadline(ctx)
	if err := sm.RenewToken(ctx); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	sm.SetDeadline(ctx, until) // a new token brings a new one
	sm.Put(ctx, idValue, id.NewSession(c.server.IDs).String())
	if _, _, err := sm.Commit(ctx); err != nil {
		return fmt.Errorf("keep session: %w", err)
	}
	return nil
}

// Session is the id of this browser's session, zero before a log-in.
func (c *Context) Session() id.Session {
	if !c.opened {
		return id.Session{}
	}
	v, err := id.ParseSession(c.server.sessions.GetString(c.Ctx(), idValue))
	if err != nil {
		return id.Session{}
	}
	return v
}

// Proof is how this session's log-in was made.
func (c *Context) Proof() Proof {
	get := func(k string) string { return c.server.sessions.GetString(c.Ctx(), k) }
	p := Proof{Method: get(methodValue), ProviderSession: get(providerSessionValue), ProviderSubject: get(providerSubjectValue), Hint: get(hintValue)}
	if v, err := id.ParseProvider(get(providerValue)); err == nil {
		p.Provider = v
	}
	return p
}

// recently is how old a log-in may be for acts that a thief of an open laptop would like: changing how one logs in.
const recently = 15 * time.Minute

// Recent reports whether the member logged in a short while ago.
func (c *Context) Recent() bool {
	began, err := strconv.ParseInt(c.server.sessions.GetString(c.Ctx(), beganValue), 10, 64)
	return err == nil && c.server.Clock.Now().Sub(time.Unix(began, 0)) <= recently
}

// Lately refuses a form from a session whose log-in is old. The form stays as it was typed, and is sent again after a log-in next to it.
func (c *Context) Lately() error {
	if c.Recent() {
		return nil
	}
	return fault.New(fault.Unauthenticated, "log_in_again", "This change needs a log-in of the last 15 minutes. Log in again in another tab, at "+c.PublicURL()+
		LogInPath+"?again=1, then send this form again.")
}

// Again is where to log in before a page that needs it.
func Again(next string) string { return LogInPath + "?again=1&next=" + url.QueryEscape(next) }

// LogOut ends the session, here and in the store.
func (c *Context) LogOut() error {
	if err := c.server.sessions.Destroy(c.Ctx()); err != nil {
		return fmt.Errorf("log out: %w", err)
	}
	return nil
}

// sessionMember is whose session this is, as the cookie's row says; People decides whether that still holds.
func (c *Context) sessionMember() (id.Org, id.Member, bool) {
	if !c.opened {
		return id.Org{}, id.Member{}, false
	}
	o, err := id.ParseOrg(c.server.sessions.GetString(c.Ctx(), orgValue))
	m, err2 := id.ParseMember(c.server.sessions.GetString(c.Ctx(), memberValue))
	return o, m, err == nil && err2 == nil
}

// Flash keeps a message for the next page this browser sees.
func (c *Context) Flash(message string) {
	if c.opened {
		c.server.sessions.Put(c.Ctx(), flashValue, message)
	}
}

// Warn is Flash of what did not come about: the page does not say it with a tick.
func (c *Context) Warn(message string) {
	if c.opened {
		c.server.sessions.Put(c.Ctx(), warningValue, message)
	}
}

// take gives a message once.
func (c *Context) take(which string) string {
	if !c.opened {
		return ""
	}
	return c.server.sessions.PopString(c.Ctx(), which)
}

// Renew gives the session a new token. Call it before noting anything that is worth something, as LogIn does by itself:
// otherwise somebody who planted a cookie in this browser would hold the note too.
func (c *Context) Renew() error {
	if err := c.server.sessions.RenewToken(c.Ctx()); err != nil {
		return fmt.Errorf("renew session: %w", err)
	}
	return nil
}

// Note keeps a short text in the session between two requests; "" forgets it. LogIn and LogOut forget all notes. Never
// a secret: the session store is not encrypted.
func (c *Context) Note(name, value string) {
	if value == "" {
		c.server.sessions.Remove(c.Ctx(), noteValue+name)
		return
	}
	if !c.LoggedIn() {
		c.server.sessions.SetDeadline(c.Ctx(), c.server.Clock.Now().Add(strangersTime).UTC())
	}
	c.server.sessions.Put(c.Ctx(), noteValue+name, value)
}

// Noted is what Note kept, or "".
func (c *Context) Noted(name string) string {
	return c.server.sessions.GetString(c.Ctx(), noteValue+name)
}
