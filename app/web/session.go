package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Names of the session's own values. The store reads the first two to find a member's sessions (SessionMember).
const (
	orgValue    = "org"
	memberValue = "member"
	seenValue   = "seen"
	flashValue  = "flash"
	noteValue   = "note." // prefix of what handlers keep
)

// touchEvery is how often use of a session is written down. Finer would be a database write per page view.
const touchEvery = time.Minute

// CookieName is the session cookie's name. __Host- binds it to this host, https and the whole path, and browsers take
// it only with Secure; on plain http (a loopback, for trying) there is no Secure, so the prefix cannot be used.
func CookieName(secure bool) string {
	if secure {
		return "__Host-bodhi"
	}
	return "bodhi"
}

func newSessions(d Deps, secure bool) *scs.SessionManager {
	m := scs.New()
	m.Store = d.Sessions
	m.Codec = codec{}
	m.Lifetime = d.Absolute
	m.HashTokenInStore = true // a stolen database holds no usable cookie
	m.Cookie.Name = CookieName(secure)
	m.Cookie.Secure = secure
	m.Cookie.SameSite = http.SameSiteLaxMode
	m.Cookie.HttpOnly = true
	m.Cookie.Path = "/"
	return m
}

// codec stores a session as JSON of strings, so that the store can index whose it is without knowing gob.
type codec struct{}

type sessionJSON struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode implements scs.Codec.
func (codec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	s := sessionJSON{Deadline: deadline.UTC(), Values: make(map[string]string, len(values))}
	for k, v := range values {
		text, ok := v.(string)
		if !ok {
			return nil, fmt.Errorf("web: session value %q is a %T, not a string", k, v)
		}
		s.Values[k] = text
	}
	return json.Marshal(s)
}

// Decode implements scs.Codec.
func (codec) Decode(b []byte) (time.Time, map[string]any, error) {
	var s sessionJSON
	if err := json.Unmarshal(b, &s); err != nil {
		return time.Time{}, nil, fmt.Errorf("web: stored session: %w", err)
	}
	values := make(map[string]any, len(s.Values))
	for k, v := range s.Values {
		values[k] = v
	}
	return s.Deadline, values, nil
}

// openSession loads the cookie's session into the request's context and arranges that changes are saved just before
// the first byte of the answer leaves. It does not wrap the writer, so event streams are not held back.
func (s *server) openSession(c *Context) error {
	token := ""
	if cookie, err := c.Request().Cookie(s.sessions.Cookie.Name); err == nil {
		token = cookie.Value
	}
	ctx, err := s.sessions.Load(c.Ctx(), token)
	if err != nil {
		return err
	}
	c.SetRequest(c.Request().WithContext(ctx))
	c.opened = true
	c.Response().Before(func() { s.saveSession(c) })
	if _, _, ok := c.sessionMember(); !ok {
		return nil
	}
	seen, err := strconv.ParseInt(s.sessions.GetString(ctx, seenValue), 10, 64)
	idle := s.Clock.Now().Sub(time.Unix(seen, 0))
	if err != nil || idle > s.Idle {
		return s.sessions.Destroy(ctx)
	}
	if idle >= touchEvery {
		s.touch(c)
	}
	return nil
}

func (s *server) touch(c *Context) {
	s.sessions.Put(c.Ctx(), seenValue, strconv.FormatInt(s.Clock.Now().Unix(), 10))
}

// saveSession runs before the headers are written. A store that fails here costs a flash message or a "last seen",
// which is no reason to fail the answer; LogIn saves by itself and does report failure.
func (s *server) saveSession(c *Context) {
	ctx := c.Ctx()
	switch s.sessions.Status(ctx) {
	case scs.Modified:
		token, expiry, err := s.sessions.Commit(ctx)
		if err != nil {
			s.Log.ErrorContext(ctx, "session not saved", "request_id", c.RequestID(), "error", err)
			return
		}
		s.writeCookie(c, token, expiry)
	case scs.Destroyed:
		s.writeCookie(c, "", time.Time{})
	}
}

func (s *server) writeCookie(c *Context, token string, expiry time.Time) {
	s.sessions.WriteSessionCookie(c.Ctx(), c.Response(), token, expiry)
	c.Response().Header().Set("Cache-Control", "no-store") // scs says less
}

// LogIn makes the session o's member m's: under a new token, so that one planted before the log-in is worth nothing,
// and saved at once, so that a log-in that returned nil has happened.
func (c *Context) LogIn(o id.Org, m id.Member) error {
	ctx, sm := c.Ctx(), c.server.sessions
	if err := sm.RenewToken(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	for _, k := range sm.Keys(ctx) {
		sm.Remove(ctx, k)
	}
	sm.Put(ctx, orgValue, o.String())
	sm.Put(ctx, memberValue, m.String())
	c.server.touch(c)
	if _, _, err := sm.Commit(ctx); err != nil {
		return fmt.Errorf("log in: %w", err)
	}
	return nil
}

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

// takeFlash gives the message once.
func (c *Context) takeFlash() string {
	if !c.opened {
		return ""
	}
	return c.server.sessions.PopString(c.Ctx(), flashValue)
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
	c.server.sessions.Put(c.Ctx(), noteValue+name, value)
}

// Noted is what Note kept, or "".
func (c *Context) Noted(name string) string {
	return c.server.sessions.GetString(c.Ctx(), noteValue+name)
}
