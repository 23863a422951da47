package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// Context is one request as handlers see it: Echo's context, plus who asks and how we answer.
type Context struct {
	echo.Context
	server       *server
	route        *Route
	listing      *listing
	opened       bool // a session is loaded
	actor        org.Actor
	organization org.Organization
	member       org.Member
	operator     operator.Who
	viewed       bool // an operator looks at it, as support
}

// Ctx is the request's context; services take it.
func (c *Context) Ctx() context.Context { return c.Request().Context() }

// Actor is who asks, for services to authorize. On an Open route without a session it is zero and may do nothing.
func (c *Context) Actor() org.Actor { return c.actor }

// Stranger is an actor for acts before there is one (sign-up, log-in): no rights, but the label and the address that
// the audit log wants.
func (c *Context) Stranger(label string) org.Actor {
	a := org.Actor{Label: label, Via: org.ViaWeb}
	c.stamp(&a)
	return a
}

// Member is the person behind a session; zero on Token routes and before a log-in.
func (c *Context) Member() org.Member { return c.member }

// Organization is the session's organization; zero on Token routes and before a log-in.
func (c *Context) Organization() org.Organization { return c.organization }

// LoggedIn reports whether a member's session or a token stands behind the request.
func (c *Context) LoggedIn() bool { return !c.actor.Org.IsZero() }

// RequestID is the id in the x-request-id header, for log lines.
func (c *Context) RequestID() string { return requestID(c.Context) }

// PublicURL is how clients reach this installation, without a trailing slash; for snippets and links in mails.
func (c *Context) PublicURL() string { return strings.TrimRight(c.server.PublicURL, "/") }

// Scopes are all that a management token can be narrowed to.
func (c *Context) Scopes() []string { return c.server.scopes }

// KnownScopes refuses a scope that opens nothing, which is a misspelt one.
func (c *Context) KnownScopes(field string, list []string) error {
	for _, s := range list {
		if s = strings.ToLower(strings.TrimSpace(s)); s != "" && !slices.Contains(c.server.scopes, s) {
			return fault.Field(field, "There is no scope \""+clip(s, 40)+"\"; there are "+strings.Join(c.server.scopes, ", ")+".")
		}
	}
	return nil
}

// Now is the injected clock's time; for pages that compare moments.
func (c *Context) Now() time.Time { return c.server.Clock.Now() }

// Zone is the organization's time zone, in which people type and read dates.
func (c *Context) Zone() *time.Location { return c.zone() }

func (c *Context) stampActor() { c.stamp(&c.actor) }

func (c *Context) stamp(a *org.Actor) {
	a.IP = c.RealIP()
	a.UserAgent = clip(c.Request().UserAgent(), 200)
	a.RequestID = c.RequestID()
}

// Shell is what the layout needs: page title, the navigation entry to mark, and who is logged in. It takes the flash
// message with it, so call it once per answer.
func (c *Context) Shell(title, active string) layout.Shell {
	s := layout.Shell{Title: title, Active: active, Flash: c.take(flashValue), Warning: c.take(warningValue), Theme: c.theme()}
	if c.member.ID.IsZero() {
		return s
	}
	s.OrgName, s.OrgSlug = c.organization.Name, c.organization.Slug
	s.MemberName, s.MemberEmail = c.member.Name, c.member.Email
	s.RoleTitle = c.member.Role.Title()
	s.IsAdmin = c.member.Role == org.Admin
	s.MayAsk, s.MayLimit = c.member.Role.AtLeast(org.Developer), c.member.Role.AtLeast(org.Lead)
	s.Waiting, s.Unread = c.count("requests that wait for a decision", c.server.Waiting), c.count("unread notices", c.server.Unread)
	if c.viewed {
		s.Banner = layout.Banner{Urgent: true, Text: "You see " + c.organization.Name + " as support. You cannot change anything, and each page that you open is in its audit log.", Label: "Back to the console", Href: OperatorRoot + "/tenants/" + c.organization.ID.String()}
		return s
	}
	s.News, s.Banner = c.news(), c.banner()
	return s
}

// count is a number beside an entry of the navigation. A page is shown without it rather than not at all.
func (c *Context) count(what string, of func(context.Context, org.Actor) (int, error)) int {
	if of == nil {
		return 0
	}
	n, err := of(c.Ctx(), c.actor)
	if err != nil {
		c.server.Log.Warn(what+" were not counted", "error", err.Error())
	}
	return n
}

// news tells whether the member has not looked at this version's.
func (c *Context) news() bool {
	if c.server.News == nil {
		return false
	}
	fresh, err := c.server.News(c.Ctx(), c.actor)
	if err != nil {
		c.server.Log.Warn("what a member has seen of the news was not found", "error", err.Error())
	}
	return fresh
}

// banner is what the member must act on. A page is shown without it rather than not at all.
func (c *Context) banner() layout.Banner {
	if o := c.organization; !o.SuspendedAt.IsZero() {
		return layout.Banner{Urgent: true, Text: o.Name + " is suspended by whoever runs this installation, so its keys open no models: " + o.SuspendedWhy}
	}
	if c.server.Banner == nil {
		return layout.Banner{}
	}
	b, err := c.server.Banner(c.Ctx(), c.actor)
	if err != nil {
		c.server.Log.Warn("what a member must act on was not found", "error", err.Error())
	}
	return b
}

// theme is the visitor's choice from a plain cookie; it is no secret and needs no session.
func (c *Context) theme() string {
	cookie, err := c.Request().Cookie("bodhi_theme")
	if err != nil || (cookie.Value != "light" && cookie.Value != "dark") {
		return ""
	}
	return cookie.Value
}

// Part is the id of the part of a page that a script asks for; "" is the whole.
func (c *Context) Part() string { return c.Request().Header.Get("HX-Target") }

// See sends the browser to another page of ours after a change, so that reloading repeats nothing.
func (c *Context) See(path string) error {
	if c.isHTMX() {
		c.Response().Header().Set("HX-Redirect", path)
		return c.NoContent(http.StatusOK)
	}
	return c.Redirect(http.StatusSeeOther, path)
}

// toLogIn sends a browser without a session to the log-in page, and a reader back afterwards.
func (c *Context) toLogIn() error {
	target := LogInPath
	if c.Request().Method == http.MethodGet && !c.isHTMX() {
		target += "?next=" + url.QueryEscape(c.Request().URL.RequestURI())
	}
	return c.See(target)
}

// Local gives back path if it is a page of ours, else fallback. "//host", "/\host" and full URLs are not: following
// them would make the log-in page a springboard to other sites.
func Local(path, fallback string) string {
	u, err := url.Parse(path)
	if err != nil || u.IsAbs() || u.Host != "" || u.Opaque != "" || !strings.HasPrefix(path, "/") ||
		strings.HasPrefix(path, "//") || strings.ContainsAny(path, "\\\r\n\t\x00") {
		return fallback
	}
	return path
}

// Param reads a path parameter as an id: web.Param(c, "id", id.ParseKey, key.Missing). A malformed id is answered like
// an unknown one, with the entity's not_found fault.
func Param[T any](c *Context, name string, parse func(string) (T, error), missing error) (T, error) {
	v, err := parse(c.Param(name))
	if err != nil {
		return v, missing
	}
	return v, nil
}

func clip(s string, n int) string {
	if len(s) > n {
		s = s[:n]
	}
	return strings.ToValidUTF8(s, "")
}
