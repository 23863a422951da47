package web

import (
	"context"
	"net/http"
	"net/netip"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/operator"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// OperatorRoot is where the operator console lives. Operator routes live nowhere else, and nothing else lives under it.
const OperatorRoot = "/operator"

// DoorPath is where an operator's link leads, and where a browser without an operator's session is sent.
const DoorPath = OperatorRoot + "/enter"

// Operators say who an operator is. *operator.Service implements it.
type Operators interface {
	Operator(ctx context.Context, from operator.Who, cookie secret.String) (operator.Who, error)
}

// Console is what operator routes need; the zero Console lets nobody come.
type Console struct {
	Operators Operators
	// Networks are where the console may be reached from. From elsewhere, and with none, it is as if it were not there.
	Networks []netip.Prefix
	// Viewable are the names of the routes that support may look at in an organization that allows it: an allow-list, so that a new
	// page is not shown before somebody has thought about it.
	Viewable map[string]bool
	// Organization finds one, for who looks at its pages. Required with Viewable.
	Organization func(ctx context.Context, o id.Org) (org.Organization, error)
}

// OperatorCookie is the name of an operator's cookie. It goes to OperatorRoot alone, and with requests of our own pages only; a
// member's cookie is another one, and neither opens what the other does.
func OperatorCookie(secure bool) string {
	if secure {
		return "__Secure-bodhi-operator" // __Host- would want the whole path
	}
	return "bodhi_operator"
}

// admitOperator guards Operator routes. Whoever comes from a network that may not is told what an unknown address tells.
func (s *server) admitOperator(c *Context, r *Route) (done bool, err error) {
	c.Response().Header().Set("Cache-Control", "no-store")
	if !s.Console.reachable(c.RealIP()) {
		return false, fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	}
	if err := s.cross.Check(c.Request()); err != nil {
		return false, fault.New(fault.Forbidden, "cross_origin", "This form was sent from another site. Open the console and try again there.").Because(err)
	}
	if err := limitForm(c, r.Form); err != nil {
		return false, err
	}
	if r.Door {
		return false, nil
	}
	var cookie secret.String
	if held, err := c.Request().Cookie(OperatorCookie(s.secure)); err == nil {
		cookie = secret.New(held.Value)
	}
	c.operator, err = s.Console.Operators.Operator(c.Ctx(), c.From(), cookie)
	if fault.Is(err, fault.Unauthenticated) && r.Method == http.MethodGet && !c.isHTMX() {
		return true, c.See(DoorPath)
	}
	return false, err
}

func (c Console) reachable(ip string) bool {
	at, err := netip.ParseAddr(ip)
	if err != nil || c.Operators == nil {
		return false
	}
	for _, n := range c.Networks {
		if n.Contains(at.Unmap()) {
			return true
		}
	}
	return false
}

// Operator is who acts on an Operator route; zero elsewhere.
func (c *Context) Operator() operator.Who { return c.operator }

// From is where an operator's request comes from, without who they are.
func (c *Context) From() operator.Who {
	return operator.Who{IP: c.RealIP(), Agent: clip(c.Request().UserAgent(), 200), RequestID: c.RequestID()}
}

// GiveOperatorCookie hands an operator's session to the browser.
func (c *Context) GiveOperatorCookie(session secret.String) {
	c.operatorCookie(session.Reveal(), int(operator.SessionLife/time.Second))
}

// TakeOperatorCookie takes it away.
func (c *Context) TakeOperatorCookie() { c.operatorCookie("", -1) }

func (c *Context) operatorCookie(value string, age int) {
	c.SetCookie(&http.Cookie{Name: OperatorCookie(c.server.secure), Value: value, Path: OperatorRoot, MaxAge: age, HttpOnly: true, Secure: c.server.secure, SameSite: http.SameSiteStrictMode})
}

// ConsoleShell is what the console's frame needs.
func (c *Context) ConsoleShell(title, active string) layout.Console {
	return layout.Console{Shell: layout.Shell{Title: title, Theme: c.theme()}, Operator: c.operator.Name, Active: active}
}

// LoosenPolicy lets one answer style its own elements: the job queue's pages, which are another program's, do that by scripts. Only
// an Operator route may.
func (c *Context) LoosenPolicy() {
	if c.route.Guard == Operator {
		c.Response().Header().Set("Content-Security-Policy", loosePolicy)
	}
}

const loosePolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// viewing is an operator who looks at one page of an organization.
type viewing struct {
	operator operator.Who
	org      id.Org
	look     func(ctx context.Context, page string) error
}

// viewKey carries it through this process; nothing outside can set it.
type viewKey struct{}

func viewed(ctx context.Context) (viewing, bool) {
	v, ok := ctx.Value(viewKey{}).(viewing)
	return v, ok
}
