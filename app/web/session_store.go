package web

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/bodhi-gateway/bodhi/app/id"
)

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
	return s.expire(c)
}

// expire ends a session that rested or lived too long by its organization's rules, and notes its use otherwise.
func (s *server) expire(c *Context) error {
	ctx, now := c.Ctx(), s.Clock.Now()
	o, _, _ := c.sessionMember()
	longestRest, longestLife, err := s.lifetimes(ctx, o)
	if err != nil {
		return err
	}
	seen, err := strconv.ParseInt(s.sessions.GetString(ctx, seenValue), 10, 64)
	began, err2 := strconv.ParseInt(s.sessions.GetString(ctx, beganValue), 10, 64)
	rest := now.Sub(time.Unix(seen, 0))
	if err != nil || err2 != nil || rest > longestRest || now.Sub(time.Unix(began, 0)) > longestLife {
		return s.sessions.Destroy(ctx)
	}
	if rest >= touchEvery && !polls(c.Request()) {
		s.touch(c)
	}
	return nil
}

// PollHeader marks what an open page asks by itself (static/js/live.js).
const PollHeader = "Bodhi-Poll"

// polls reports whether a page asks, and nobody did anything: otherwise a session never rests while a page is open that keeps itself
// fresh. Event streams connect again by themselves, too. Who says so falsely is logged out the sooner.
func polls(r *http.Request) bool {
	return r.Header.Get(PollHeader) != "" || r.Header.Get("Accept") == "text/event-stream"
}

func (s *server) lifetimes(ctx context.Context, o id.Org) (idle, absolute time.Duration, err error) {
	if s.Lifetimes != nil {
		if idle, absolute, err = s.Lifetimes(ctx, o); err != nil {
			return 0, 0, fmt.Errorf("session lifetimes: %w", err)
		}
	}
	return cmp.Or(idle, s.Idle), cmp.Or(absolute, s.Absolute), nil
}

// touch notes when and from where the session is used.
func (s *server) touch(c *Context) {
	s.sessions.Put(c.Ctx(), seenValue, strconv.FormatInt(s.Clock.Now().Unix(), 10))
	s.sessions.Put(c.Ctx(), ipValue, c.RealIP())
	s.sessions.Put(c.Ctx(), agentValue, clip(c.Request().UserAgent(), 200))
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
