package webtest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Enter is a route that makes the session a log-in makes, without a password's cost and without the identity room's
// pages: for tests of one room's handlers.
func Enter() web.Route {
	return web.Route{Method: http.MethodPost, Path: "/test/enter", Name: "test.enter", Guard: web.Open, Audit: "none: tests only", Handle: func(c *web.Context) error {
		o, orgErr := id.ParseOrg(c.FormValue("org"))
		m, memberErr := id.ParseMember(c.FormValue("member"))
		if orgErr != nil || memberErr != nil {
			return fmt.Errorf("test.enter: %w, %w", orgErr, memberErr)
		}
		if err := c.LogIn(o, m); err != nil {
			return err
		}
		return c.NoContent(http.StatusOK)
	}}
}

// Client asks as somebody, as a browser, htmx or a program would. It follows no redirect.
type Client struct {
	t       testing.TB
	handler http.Handler
	cookie  *http.Cookie
	token   string
	htmx    string
}

// Page is one answer.
type Page struct {
	Status   int
	Location string
	Body     string
	cookie   *http.Cookie
}

// Has reports whether the body holds all of the texts.
func (p Page) Has(texts ...string) bool {
	for _, s := range texts {
		if !strings.Contains(p.Body, s) {
			return false
		}
	}
	return true
}

// As is a browser in which the member is logged in; the handler serves Enter.
func As(t testing.TB, handler http.Handler, m org.Member) *Client {
	t.Helper()
	c := &Client{t: t, handler: handler}
	q := httptest.NewRequest(http.MethodPost, Enter().Path, strings.NewReader(url.Values{"org": {m.Org.String()}, "member": {m.ID.String()}}.Encode()))
	q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, q)
	if cookies := w.Result().Cookies(); w.Code == http.StatusOK && len(cookies) > 0 {
		c.cookie = cookies[0]
		return c
	}
	t.Fatalf("enter as %s: %d %s", m.Email, w.Code, w.Body)
	return nil
}

// Program is a client of the management API with a token of the role.
func (h *House) Program(t testing.TB, handler http.Handler, x Tenant, r org.Role) *Client {
	t.Helper()
	return h.ProgramAt(t, handler, x, r, org.Scope{})
}

// ProgramAt is one whose role holds at a part of the organization.
func (h *House) ProgramAt(t testing.TB, handler http.Handler, x Tenant, r org.Role, at org.Scope) *Client {
	t.Helper()
	text, _, err := h.Identity.CreateToken(t.Context(), x.Actor(org.Admin), identity.NewToken{Name: "program " + string(r), Role: r, At: at})
	must(t, err)
	return &Client{t: t, handler: handler, token: text.Reveal()}
}

// HTMX is the same client, asking for one part of a page.
func (c *Client) HTMX(target string) *Client {
	d := *c
	d.htmx = target
	return &d
}

// Get reads a page.
func (c *Client) Get(path string) Page { return c.send(http.MethodGet, path, "", "") }

// Post sends a form.
func (c *Client) Post(path string, form url.Values) Page {
	return c.send(http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
}

// Upload sends a form of another kind, "multipart/form-data; boundary=…".
func (c *Client) Upload(path, kind, body string) Page {
	return c.send(http.MethodPost, path, kind, body)
}

// JSON sends a body to the management API.
func (c *Client) JSON(method, path, body string) Page {
	return c.send(method, path, "application/json", body)
}

func (c *Client) send(method, path, kind, body string) Page {
	c.t.Helper()
	q := httptest.NewRequest(method, path, strings.NewReader(body))
	if kind != "" {
		q.Header.Set("Content-Type", kind)
	}
	if c.cookie != nil {
		q.AddCookie(c.cookie)
	}
	if c.token != "" {
		q.Header.Set("Authorization", "Bearer "+c.token)
	}
	if c.htmx != "" {
		q.Header.Set("HX-Request", "true")
		q.Header.Set("HX-Target", c.htmx)
	}
	w := httptest.NewRecorder()
	c.handler.ServeHTTP(w, q)
	p := Page{Status: w.Code, Location: w.Header().Get("Location"), Body: w.Body.String()}
	if cookies := w.Result().Cookies(); len(cookies) > 0 {
		p.cookie = cookies[0]
	}
	return p
}

// Browser is a browser in which the home tenant's member of this role is logged in, by its log-in page; "" is a stranger's.
func (s *Site) Browser(t testing.TB, role org.Role) *Client {
	t.Helper()
	c := &Client{t: t, handler: s.Handler}
	if role != "" {
		c.cookie = s.cookie(t, &s.Home, role)
	}
	return c
}

// Cookie is the browser's session, for what is asked over a real connection.
func (c *Client) Cookie() *http.Cookie { return c.cookie }

// With is the same browser with the cookie that an answer set.
func (c *Client) With(p Page) *Client {
	d := *c
	d.cookie = p.cookie
	return &d
}
