package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"time"

	"github.com/alexedwards/scs/v2"
	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/memo"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// LogInPath is where a browser without a session is sent.
const LogInPath = "/log-in"

// People says who a caller is at this moment, so that a removed member or a revoked token is out with the next
// request. *identity.Service implements it.
type People interface {
	// Person is the member a session belongs to. A fault of kind Unauthenticated ends the session.
	Person(ctx context.Context, o id.Org, m id.Member) (org.Organization, org.Member, error)
	// Holder is who a presented management token acts as; unknown or ended tokens are Unauthenticated.
	Holder(ctx context.Context, presented secret.String) (org.Actor, error)
}

// Deps is what the glue needs. All fields but Directories, Idle, Absolute and Lifetimes are required.
type Deps struct {
	// PublicURL is how browsers reach the dashboard. https makes the session cookie Secure and __Host- bound.
	PublicURL string
	// Sessions keeps them; it must also implement scs.CtxStore. *db.SessionStore does.
	Sessions scs.Store
	People   People
	// Directories know SCIM tokens; nil lets no directory in.
	Directories Directories
	// Console lets operators in; the zero Console lets nobody.
	Console Console
	Clock   clock.Clock
	IDs     *id.Source
	Log     *slog.Logger
	// Replays keeps answers for Idempotency-Key. Without it such a header is refused.
	Replays Replays
	// Waiting is how many requests wait for a member's decision, for the navigation; nil shows no number.
	Waiting func(ctx context.Context, actor org.Actor) (int, error)
	// Unread is how many lines of a member's inbox are unread, for the navigation; nil shows no number.
	Unread func(ctx context.Context, actor org.Actor) (int, error)
	// News tells whether a member has not looked at what is new in this version; nil marks nothing.
	News func(ctx context.Context, actor org.Actor) (bool, error)
	// Banner is what a member must act on, on top of every page; nil shows none.
	Banner func(ctx context.Context, actor org.Actor) (layout.Banner, error)
	// Front is the first page for somebody without a session; nil sends them to the log-in.
	Front func(c *Context) error
	// Pace is how many API requests a token has in a minute; 0 means 3,000.
	Pace int
	// Idle ends a session that is not used, Absolute any session. Defaults: 12 hours and 7 days.
	Idle, Absolute time.Duration
	// Lifetimes are an organization's own, 0 for none; nil asks nobody. *identity.Service has it.
	Lifetimes func(ctx context.Context, o id.Org) (idle, absolute time.Duration, err error)
}

// server is Deps made ready.
type server struct {
	Deps
	sessions *scs.SessionManager
	cross    *http.CrossOriginProtection
	secure   bool
	pace     *pace
	turns    turns
	scopes   []string
	pages    http.Handler // all routes, for pages that ask the API: Context.Inside
	// shown is which route reads what a path names, for If-Match.
	shown map[string]*Route
}

// Mount checks the routes and hangs them on e, together with the frame around every answer (request id, security
// headers, panic containment, log line, error pages). It changes nothing when it returns an error.
func Mount(e *echo.Echo, routes []Route, d Deps) error {
	if err := Check(routes); err != nil {
		return fmt.Errorf("routes: %w", err)
	}
	s, err := newServer(d)
	if err != nil {
		return err
	}
	e.HideBanner, e.HidePort = true, true
	if e.IPExtractor == nil {
		// Echo's default believes X-Forwarded-For from anyone. Behind trusted proxies app has put the address right already.
		e.IPExtractor = echo.ExtractIPDirect()
	}
	e.HTTPErrorHandler = s.fail
	e.Use(s.frame)
	s.scopes, s.pages = ScopesOf(routes), e
	for _, r := range routes {
		if r.Guard == Token && r.Method == http.MethodGet {
			s.shown[r.Path] = &r
		}
	}
	for _, r := range routes {
		e.Add(r.Method, r.Path, s.handler(r))
	}
	return nil
}

func newServer(d Deps) (*server, error) {
	public, err := url.Parse(d.PublicURL)
	if err != nil || public.Host == "" || (public.Scheme != "http" && public.Scheme != "https") {
		return nil, fmt.Errorf("web: public URL %q is not an http or https URL", d.PublicURL)
	}
	if d.Sessions == nil || d.People == nil || d.Clock == nil || d.IDs == nil || d.Log == nil {
		return nil, errors.New("web: Deps is incomplete")
	}
	if d.Idle == 0 {
		d.Idle = 12 * time.Hour
	}
	if d.Absolute == 0 {
		d.Absolute = 7 * 24 * time.Hour
	}
	s := &server{Deps: d, secure: public.Scheme == "https", cross: http.NewCrossOriginProtection(), shown: map[string]*Route{},
		pace: newPace(d.Clock, d.Pace)}
	// Behind a proxy that rewrites Host, old browsers send only an Origin to compare with; this is the true one.
	if err := s.cross.AddTrustedOrigin(public.Scheme + "://" + public.Host); err != nil {
		return nil, fmt.Errorf("web: public URL: %w", err)
	}
	s.sessions = newSessions(d, s.secure)
	return s, nil
}

// handler puts a route's guard before its handler.
func (s *server) handler(r Route) echo.HandlerFunc {
	pages := listingOf(r)
	return func(ec echo.Context) error {
		c := &Context{Context: ec, server: s, route: &r, listing: pages}
		ec.Set(contextKey, c)
		if v, ok := viewed(c.Ctx()); ok {
			if err := s.admitViewer(c, &r, v); err != nil {
				return err
			}
			c.SetRequest(c.Request().WithContext(memo.With(c.Ctx())))
			return r.Handle(c)
		}
		admit := s.admitBrowser
		switch r.Guard {
		case Token:
			return s.serveAPI(c, &r)
		case SCIM:
			admit = s.admitDirectory
		case Operator:
			admit = s.admitOperator
		}
		if done, err := admit(c, &r); err != nil || done {
			return err
		}
		if r.Guard != Open && r.Guard != Operator {
			if err := c.actor.Require(r.Floor); err != nil {
				return err
			}
		}
		if reads(&r, c.Request()) {
			c.SetRequest(c.Request().WithContext(memo.With(c.Ctx())))
		}
		return r.Handle(c)
	}
}
