package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/alexedwards/scs/v2/memstore"
	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// house is a small installation: one organization, one member, a few routes that show one thing each.
type house struct {
	t      *testing.T
	e      *echo.Echo
	clock  *clock.Fake
	org    org.Organization
	member org.Member
	gone   bool
	down   bool
	ran    int
	log    bytes.Buffer
}

func (h *house) Person(_ context.Context, o id.Org, m id.Member) (org.Organization, org.Member, error) {
	switch {
	case h.down:
		return org.Organization{}, org.Member{}, errors.New("database is down at 10.0.0.7")
	case h.gone || o != h.org.ID || m != h.member.ID:
		return org.Organization{}, org.Member{}, fault.New(fault.Unauthenticated, "member_removed", "gone")
	}
	return h.org, h.member, nil
}

func (h *house) Holder(_ context.Context, presented secret.String) (org.Actor, error) {
	if presented.Reveal() != "bdt_good" {
		return org.Actor{}, fault.New(fault.Unauthenticated, "token_unknown", "Unknown token.")
	}
	return org.Actor{Org: h.org.ID, Role: h.member.Role, Label: "token"}, nil
}

func text(s string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		if _, err := io.WriteString(w, "<html>"); err != nil {
			return err
		}
		part := templ.ComponentFunc(func(_ context.Context, w io.Writer) error { _, err := io.WriteString(w, "<p>"+s+"</p>"); return err })
		if err := templ.Fragment("part").Render(templ.WithChildren(ctx, part), w); err != nil {
			return err
		}
		_, err := io.WriteString(w, "</html>")
		return err
	})
}

type note struct {
	Name string `json:"name"`
}

func newHouse(t *testing.T, public string) *house {
	t.Helper()
	h := &house{t: t, e: echo.New(), clock: clock.NewFake(clock.System{}.Now())}
	ids := id.NewSource(h.clock.Now, nil)
	h.org = org.Organization{ID: id.NewOrg(ids), Slug: "acme", Name: "Acme"}
	h.member = org.Member{ID: id.NewMember(ids), Org: h.org.ID, Email: "ada@acme.test", Name: "Ada", Role: org.Lead}
	routes := []Route{
		{Method: "POST", Path: "/log-in", Name: "log_in.do", Guard: Open, Audit: "session.began", Handle: func(c *Context) error {
			c.Flash("before")
			if err := c.LogIn(h.org.ID, h.member.ID); err != nil {
				return err
			}
			c.Flash("Welcome")
			return c.See(Local(c.FormValue("next"), "/"))
		}},
		{Method: "POST", Path: "/log-out", Name: "log_out.do", Guard: Open, Audit: "session.ended", Handle: func(c *Context) error {
			if err := c.LogOut(); err != nil {
				return err
			}
			return c.See("/log-in")
		}},
		{Method: "GET", Path: "/me", Name: "me.show", Guard: Person, Floor: org.Viewer, Handle: func(c *Context) error {
			s := c.Shell("Me", "home")
			return c.Render(text(s.MemberEmail + "|" + s.Flash + "|" + c.Actor().Label))
		}},
		{Method: "POST", Path: "/things", Name: "things.create", Guard: Person, Floor: org.Lead, Audit: "thing.created", Handle: func(c *Context) error {
			h.ran++
			if c.FormValue("name") == "" {
				return c.Invalid(text("name is missing"))
			}
			return c.See("/things")
		}},
		{Method: "GET", Path: "/admin", Name: "admin.show", Guard: Person, Floor: org.Admin, Handle: func(c *Context) error { h.ran++; return nil }},
		{Method: "GET", Path: "/stream", Name: "stream.show", Guard: Open, Handle: func(c *Context) error {
			_ = c.String(200, "data: a half\n\n")
			if c.QueryParam("refused") != "" {
				return fault.New(fault.Conflict, "stopped", "Stopped.")
			}
			return errors.New("the disk is full")
		}},
		{Method: "GET", Path: "/panic", Name: "panic.do", Guard: Open, Handle: func(*Context) error { panic("secret detail") }},
		{Method: "GET", Path: "/api/v1/me", Name: "api.me", Guard: Token, Floor: org.Viewer, Out: note{}, Handle: func(c *Context) error {
			return c.JSON(200, note{c.Actor().Label})
		}},
		{Method: "POST", Path: "/api/v1/notes", Name: "api.notes.create", Guard: Token, Floor: org.Lead, Audit: "note.created", In: note{}, Out: note{},
			Handle: func(c *Context) error {
				in, err := Decode[note](c)
				if err != nil {
					return err
				}
				return c.JSON(201, in)
			}},
		{Method: "GET", Path: "/api/v1/money", Name: "api.money", Guard: Token, Floor: org.Viewer, Out: None{}, Handle: func(*Context) error {
			f := fault.New(fault.Exhausted, "budget_exhausted", "Spent.").With("limit_usd", "1").Because(errors.New("internal cause"))
			f.RetryAfter = 1500 * time.Millisecond
			return f
		}},
	}
	err := Mount(h.e, routes, Deps{PublicURL: public, Sessions: memstore.NewWithCleanupInterval(0), People: h, Clock: h.clock, IDs: ids,
		Log: slog.New(slog.NewTextHandler(&h.log, nil)), Idle: time.Hour})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func (h *house) do(method, path string, form url.Values, set func(*http.Request)) *httptest.ResponseRecorder {
	h.t.Helper()
	var body io.Reader
	if form != nil {
		body = strings.NewReader(form.Encode())
	}
	r := httptest.NewRequest(method, path, body)
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if set != nil {
		set(r)
	}
	w := httptest.NewRecorder()
	h.e.ServeHTTP(w, r)
	return w
}

func cookieOf(t *testing.T, w *httptest.ResponseRecorder) *http.Cookie {
	t.Helper()
	cookies := w.Result().Cookies()
	if len(cookies) != 1 {
		t.Fatalf("got %d cookies, want 1", len(cookies))
	}
	return cookies[0]
}

func with(c *http.Cookie) func(*http.Request) { return func(r *http.Request) { r.AddCookie(c) } }

func (h *house) logIn() *http.Cookie {
	h.t.Helper()
	w := h.do("POST", "/log-in", url.Values{}, nil)
	if w.Code != http.StatusSeeOther {
		h.t.Fatalf("log-in: %d %s", w.Code, w.Body)
	}
	return cookieOf(h.t, w)
}

func TestASessionLivesFromLogInToLogOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	if c.Name != "bodhi" || c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteLaxMode || c.Path != "/" {
		t.Fatalf("cookie on loopback: %+v", c)
	}
	if w := h.do("GET", "/me", nil, with(c)); w.Code != 200 || w.Body.String() != "<html><p>ada@acme.test|Welcome|ada@acme.test</p></html>" {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
	if w := h.do("GET", "/me", nil, with(c)); strings.Contains(w.Body.String(), "Welcome") {
		t.Fatalf("the flash message came twice: %s", w.Body)
	}
	out := cookieOf(t, h.do("POST", "/log-out", url.Values{}, with(c)))
	if out.MaxAge >= 0 {
		t.Fatalf("log-out left the cookie: %+v", out)
	}
	if w := h.do("GET", "/me", nil, with(c)); w.Code != http.StatusSeeOther {
		t.Fatalf("a logged-out cookie still works: %d", w.Code)
	}
}

func TestTheCookieIsHostBoundOnHTTPS(t *testing.T) {
	t.Parallel()
	w := newHouse(t, "https://gw.acme.test").do("POST", "/log-in", url.Values{}, nil)
	if c := cookieOf(t, w); c.Name != "__Host-bodhi" || !c.Secure || c.Domain != "" || c.Path != "/" {
		t.Fatalf("got %+v", c)
	}
	if w.Header().Get("Strict-Transport-Security") == "" {
		t.Fatal("https without HSTS")
	}
}

func TestLogInChangesTheToken(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	planted := h.logIn()
	again := cookieOf(t, h.do("POST", "/log-in", url.Values{}, with(planted)))
	if again.Value == planted.Value {
		t.Fatal("log-in kept the token: session fixation")
	}
	if w := h.do("GET", "/me", nil, with(planted)); w.Code != http.StatusSeeOther {
		t.Fatalf("the old token still works: %d", w.Code)
	}
}

func TestASessionEndsWhenItsMemberLeaves(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	h.gone = true
	if w := h.do("GET", "/me", nil, with(c)); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/log-in?next=%2Fme" {
		t.Fatalf("got %d to %q", w.Code, w.Header().Get("Location"))
	}
	h.gone = false
	if w := h.do("GET", "/me", nil, with(c)); w.Code != http.StatusSeeOther {
		t.Fatal("the ended session came back to life")
	}
}

// A failure is the operator's to see, unless what failed is that whoever asked has left.
func TestWhoLeavesIsNoFailure(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	h.down = true
	if h.do("GET", "/me", nil, with(c)); !strings.Contains(h.log.String(), "web request failed") {
		t.Fatalf("a failure is not in the log: %s", h.log.String())
	}
	h.log.Reset()
	h.do("GET", "/me", nil, func(r *http.Request) {
		r.AddCookie(c)
		ctx, leave := context.WithCancel(r.Context())
		leave()
		*r = *r.WithContext(ctx)
	})
	if strings.Contains(h.log.String(), "web request failed") {
		t.Fatalf("a client that left is a failure: %s", h.log.String())
	}
}

func TestASessionEndsWhenUnused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	for range 3 { // use keeps it alive
		h.clock.Advance(50 * time.Minute)
		if w := h.do("GET", "/me", nil, with(c)); w.Code != 200 {
			t.Fatalf("used session ended: %d", w.Code)
		}
	}
	h.clock.Advance(61 * time.Minute)
	if w := h.do("GET", "/me", nil, with(c)); w.Code != http.StatusSeeOther {
		t.Fatalf("unused session lives: %d", w.Code)
	}
}

// What a page asks by itself, as live.js marks it and event sources do, is answered and is no use.
func TestAPageThatKeepsItselfFreshKeepsNoSession(t *testing.T) {
	t.Parallel()
	for _, mark := range []string{PollHeader + ": true", "Accept: text/event-stream"} {
		h := newHouse(t, "http://127.0.0.1:8080")
		c := h.logIn()
		ask := func() int {
			return h.do("GET", "/me", nil, func(r *http.Request) {
				name, value, _ := strings.Cut(mark, ": ")
				r.Header.Set(name, value)
				r.AddCookie(c)
			}).Code
		}
		for range 2 {
			h.clock.Advance(25 * time.Minute)
			if code := ask(); code != 200 {
				t.Errorf("%s: a poll of a session in use was answered %d", mark, code)
			}
		}
		h.clock.Advance(11 * time.Minute)
		if code := ask(); code == 200 {
			t.Errorf("%s: polls kept the session", mark)
		}
	}
}

func TestADatabaseErrorIsNoLogOut(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	h.down = true
	w := h.do("GET", "/me", nil, with(c))
	if w.Code != 500 || strings.Contains(w.Body.String(), "10.0.0.7") {
		t.Fatalf("got %d %s, want a 500 without the cause", w.Code, w.Body)
	}
	h.down = false
	if w := h.do("GET", "/me", nil, with(c)); w.Code != 200 {
		t.Fatalf("the session was lost: %d", w.Code)
	}
}

func TestPostsFromOtherSitesAreRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	cases := []struct {
		name, header, value string
		want                int
	}{
		{"fetch metadata of another site", "Sec-Fetch-Site", "cross-site", 403},
		{"fetch metadata of a sibling subdomain", "Sec-Fetch-Site", "same-site", 403},
		{"a foreign origin from an old browser", "Origin", "https://evil.test", 403},
		{"a null origin", "Origin", "null", 403},
		{"our own page", "Sec-Fetch-Site", "same-origin", 303},
		{"our public origin behind a proxy that rewrites Host", "Origin", "http://127.0.0.1:8080", 303},
		{"no browser at all", "X-None", "", 303},
	}
	for _, k := range cases {
		w := h.do("POST", "/things", url.Values{"name": {"x"}}, func(r *http.Request) { r.AddCookie(c); r.Header.Set(k.header, k.value) })
		if w.Code != k.want {
			t.Errorf("%s: got %d, want %d", k.name, w.Code, k.want)
		}
	}
	if h.ran != 3 {
		t.Errorf("the handler ran %d times, want 3", h.ran)
	}
}

func TestFloorIsCheckedBeforeTheHandler(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	w := h.do("GET", "/admin", nil, with(h.logIn()))
	if w.Code != 403 || h.ran != 0 || !strings.Contains(w.Body.String(), "Organization admin") {
		t.Fatalf("got %d, handler ran %d times: %s", w.Code, h.ran, w.Body)
	}
}

func TestHTMXGetsFragmentsAndItsOwnRedirect(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	c := h.logIn()
	hx := func(target string) func(*http.Request) {
		return func(r *http.Request) {
			r.AddCookie(c)
			r.Header.Set("HX-Request", "true")
			r.Header.Set("HX-Target", target)
		}
	}
	if w := h.do("GET", "/me", nil, hx("part")); !strings.HasPrefix(w.Body.String(), "<p>") || !strings.Contains(w.Header().Get("Vary"), "HX-Request") {
		t.Errorf("fragment: %s, Vary %q", w.Body, w.Header().Get("Vary"))
	}
	if w := h.do("GET", "/me", nil, hx("other")); !strings.HasPrefix(w.Body.String(), "<html>") {
		t.Errorf("unknown target: %s", w.Body)
	}
	if w := h.do("POST", "/things", url.Values{}, hx("part")); w.Code != 422 || w.Body.String() != "<p>name is missing</p>" {
		t.Errorf("invalid form: %d %s", w.Code, w.Body)
	}
	if w := h.do("POST", "/things", url.Values{"name": {"x"}}, hx("part")); w.Code != 200 || w.Header().Get("HX-Redirect") != "/things" {
		t.Errorf("redirect: %d %q", w.Code, w.Header().Get("HX-Redirect"))
	}
	if w := h.do("GET", "/me", nil, func(r *http.Request) { r.Header.Set("HX-Request", "true") }); w.Header().Get("HX-Redirect") != "/log-in" {
		t.Errorf("no session: %d %q", w.Code, w.Header().Get("HX-Redirect"))
	}
}

func TestAPanicStaysInItsRequest(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	w := h.do("GET", "/panic", nil, nil)
	id := w.Header().Get("X-Request-Id")
	if w.Code != 500 || strings.Contains(w.Body.String(), "secret detail") || id == "" || !strings.Contains(w.Body.String(), id) {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
}

func TestAStreamThatBreaksOffIsLogged(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	gone, leave := context.WithCancel(t.Context())
	leave()
	for name, x := range map[string]struct {
		path   string
		set    func(*http.Request)
		logged bool
	}{
		"a failure":           {"/stream", nil, true},
		"a refusal":           {"/stream?refused=1", nil, false},
		"a browser that left": {"/stream", func(r *http.Request) { *r = *r.WithContext(gone) }, false},
	} {
		h.log.Reset()
		w := h.do("GET", x.path, nil, x.set)
		if w.Code != 200 || w.Body.String() != "data: a half\n\n" {
			t.Errorf("%s: %d %q", name, w.Code, w.Body)
		}
		if logged := strings.Contains(h.log.String(), "level=ERROR") && strings.Contains(h.log.String(), "the disk is full"); logged != x.logged {
			t.Errorf("%s: logged %q", name, h.log.String())
		}
	}
}

func TestEveryAnswerCarriesTheSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	for _, path := range []string{"/me", "/nowhere", "/panic", "/api/v1/nowhere"} {
		w := h.do("GET", path, nil, nil)
		if w.Header().Get("Content-Security-Policy") != policy || w.Header().Get("X-Content-Type-Options") != "nosniff" ||
			!strings.HasPrefix(w.Header().Get("X-Request-Id"), "req_") {
			t.Errorf("%s: %v", path, w.Header())
		}
	}
}

func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	w := h.do("POST", "/things", url.Values{"name": {strings.Repeat("x", maxForm)}}, with(h.logIn()))
	if w.Code != 413 || !strings.Contains(w.Body.String(), "1024 KiB") {
		t.Fatalf("got %d %s", w.Code, w.Body)
	}
}

func TestAnAddressThatIsNoTextIsTheBrowsersFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	for query, want := range map[string]int{"q=%00": 400, "q=%C3": 400, "%ff=a": 400, "q=%F0%9F%8C%B3": 200} {
		if w := h.do("GET", "/me?"+query, nil, with(h.logIn())); w.Code != want {
			t.Errorf("%s: %d, want %d: %s", query, w.Code, want, w.Body)
		}
	}
}

func TestTheAPISpeaksProblems(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	cookie := h.logIn()
	token := func(r *http.Request) { r.Header.Set("Authorization", "Bearer bdt_good") }
	body := func(s string) func(*http.Request) {
		return func(r *http.Request) { token(r); r.Body = io.NopCloser(strings.NewReader(s)) }
	}
	cases := []struct {
		name, method, path string
		set                func(*http.Request)
		status             int
		want               string
	}{
		{"a token is an actor", "GET", "/api/v1/me", token, 200, `{"name":"token"}`},
		{"no token", "GET", "/api/v1/me", nil, 401, `"code":"token_missing"`},
		{"a session is no token", "GET", "/api/v1/me", with(cookie), 401, `"code":"token_missing"`},
		{"an unknown token", "GET", "/api/v1/me", func(r *http.Request) { r.Header.Set("Authorization", "Bearer bdt_bad") }, 401, `"code":"token_unknown"`},
		{"no such route", "GET", "/api/v1/nowhere", token, 404, `"code":"not_found"`},
		{"wrong method", "DELETE", "/api/v1/me", token, 405, `"code":"method_not_allowed"`},
		{"a body", "POST", "/api/v1/notes", body(`{"name":"x"}`), 201, `{"name":"x"}`},
		{"a misspelt field", "POST", "/api/v1/notes", body(`{"nmae":"x"}`), 400, `"field":"nmae"`},
		{"a wrong type", "POST", "/api/v1/notes", body(`{"name":7}`), 400, `must be a string, not a number`},
		{"half a body", "POST", "/api/v1/notes", body(`{"name":`), 400, `ends before`},
		{"two bodies", "POST", "/api/v1/notes", body(`{"name":"x"}{}`), 400, `more than one`},
		{"not JSON", "POST", "/api/v1/notes", body(`name=x`), 400, `not JSON`},
		{"a refusal with facts", "GET", "/api/v1/money", token, 402, `"limit_usd":"1"`},
	}
	for _, k := range cases {
		w := h.do(k.method, k.path, nil, k.set)
		if w.Code != k.status || !strings.Contains(w.Body.String(), k.want) || strings.Contains(w.Body.String(), "internal cause") {
			t.Errorf("%s: got %d %s", k.name, w.Code, w.Body)
		}
		if kind := w.Header().Get("Content-Type"); k.status >= 400 && kind != "application/problem+json" {
			t.Errorf("%s: content type %q", k.name, kind)
		}
		if k.status == 402 && w.Header().Get("Retry-After") != "2" {
			t.Errorf("%s: retry-after %q", k.name, w.Header().Get("Retry-After"))
		}
	}
}

func TestAFormInPartsIsReadAsAnyOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "http://127.0.0.1:8080")
	for value, want := range map[string]int{"x": 303, "": 422, "a\x00b": 400, "\xff": 400, strings.Repeat("x", maxForm): 413} {
		body := "--b\r\nContent-Disposition: form-data; name=\"name\"\r\n\r\n" + value + "\r\n--b--\r\n"
		w := h.do("POST", "/things", nil, func(r *http.Request) {
			with(h.logIn())(r)
			r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
			r.Body = io.NopCloser(strings.NewReader(body))
		})
		if w.Code != want {
			t.Errorf("%.20q: %d, want %d: %s", value, w.Code, want, w.Body)
		}
	}
}
