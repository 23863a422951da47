package app

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// operated is the console of a furnished installation, and an operator in it.
type operated struct {
	t      *testing.T
	a      *App
	s      *webtest.Site
	cookie *http.Cookie
}

func operate(t *testing.T, databaseURL string) operated {
	t.Helper()
	a, _, s := furnished(t, databaseURL)
	o := operated{t: t, a: a, s: s}
	link, err := a.operators.Invite(t.Context(), "Olga")
	must(t, err)
	w := o.ask(http.MethodPost, web.DoorPath, url.Values{"link": {link.Reveal()}}, nil)
	for _, c := range w.Result().Cookies() {
		if c.Name == web.OperatorCookie(false) {
			o.cookie = c
		}
	}
	if w.Code != http.StatusSeeOther || o.cookie == nil {
		t.Fatalf("the link: %d %s", w.Code, w.Body)
	}
	return o
}

func (o operated) ask(method, path string, form url.Values, set func(*http.Request)) *httptest.ResponseRecorder {
	o.t.Helper()
	q := httptest.NewRequest(method, path, strings.NewReader(form.Encode()))
	if method != http.MethodGet {
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if set != nil {
		set(q)
	}
	w := httptest.NewRecorder()
	o.a.handler.ServeHTTP(w, q)
	return w
}

// in asks as the operator.
func (o operated) in(method, path string, form url.Values) *httptest.ResponseRecorder {
	o.t.Helper()
	return o.ask(method, path, form, func(q *http.Request) { q.AddCookie(o.cookie) })
}

// filled is a route's path with the home organization's id in it.
func (o operated) filled(r web.Route) string {
	return strings.NewReplacer(":id", o.s.Home.Org.String(), "*", "costs").Replace(r.Path)
}

// TestTheConsoleLetsOperatorsInAndNobodyElse walks every route of the console as everybody who is not an operator.
func TestTheConsoleLetsOperatorsInAndNobodyElse(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); walkConsole(t, operate(t, dbtest.SQLiteURL(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); walkConsole(t, operate(t, dbtest.PostgresURL(t))) })
}

func walkConsole(t *testing.T, o operated) {
	name := web.OperatorCookie(false)
	strangers := map[string]func(*http.Request){
		"nobody":              nil,
		"a made-up session":   func(q *http.Request) { q.AddCookie(&http.Cookie{Name: name, Value: strings.Repeat("A", 43)}) },
		"an empty session":    func(q *http.Request) { q.AddCookie(&http.Cookie{Name: name}) },
		"a directory's token": func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+o.s.Home.SCIM) },
		"a member's cookie's text": func(q *http.Request) {
			session := webtest.LogIn(o.t, o.a.handler, o.s.Home.Email[org.Admin], o.s.Home.Password)
			q.AddCookie(&http.Cookie{Name: name, Value: session.Value})
		},
	}
	for _, role := range org.Roles {
		strangers["a session of "+string(role)] = func(q *http.Request) { o.s.As(t, q, role) }
		strangers["a token of "+string(role)] = func(q *http.Request) { q.Header.Set("Authorization", "Bearer "+o.s.Home.Tokens[role]) }
	}
	before, entries := o.tenant(), o.entries()
	for _, r := range o.a.console().Console() {
		path := o.filled(r)
		for who, set := range strangers {
			if r.Door {
				continue
			}
			w := o.ask(r.Method, path, url.Values{"reason": {"x"}, "name": {"Acme"}}, set)
			turned := w.Code == http.StatusUnauthorized || r.Method == http.MethodGet && w.Code == http.StatusSeeOther && w.Header().Get("Location") == web.DoorPath
			if !turned || strings.Contains(w.Body.String(), "Acme") {
				t.Errorf("%s %s as %s: %d to %q", r.Method, path, who, w.Code, w.Header().Get("Location"))
			}
		}
		elsewhere := func(q *http.Request) { q.AddCookie(o.cookie); q.RemoteAddr = "198.51.100.7:4000" }
		if w, unknown := o.ask(r.Method, path, nil, elsewhere), o.ask(http.MethodGet, "/nothing-here", nil, nil); w.Code != http.StatusNotFound || masked(w) != masked(unknown) {
			t.Errorf("%s from a network that may not: %d\n%s", r.Name, w.Code, w.Body)
		}
		if r.Method == http.MethodPost {
			foreign := func(q *http.Request) { q.AddCookie(o.cookie); q.Header.Set("Sec-Fetch-Site", "cross-site") }
			if w := o.ask(r.Method, path, nil, foreign); w.Code != http.StatusForbidden {
				t.Errorf("%s from another site's page: %d", r.Name, w.Code)
			}
		}
	}
	if after := o.tenant(); after != before || o.entries() != entries {
		t.Errorf("strangers changed something: %q before, %q after; %d entries before, %d after", before, after, entries, o.entries())
	}
	for _, r := range o.s.Routes { // the other way round
		if r.Guard == web.Open || r.Path == "/" {
			continue
		}
		w := o.ask(r.Method, o.filled(r), nil, func(q *http.Request) {
			q.AddCookie(o.cookie)
			q.AddCookie(&http.Cookie{Name: web.CookieName(false), Value: o.cookie.Value})
			q.Header.Set("Authorization", "Bearer "+o.cookie.Value)
		})
		if w.Code != http.StatusUnauthorized && (w.Code != http.StatusSeeOther || !strings.HasPrefix(w.Header().Get("Location"), web.LogInPath)) {
			t.Errorf("%s with an operator's session: %d to %q", r.Name, w.Code, w.Header().Get("Location"))
		}
	}
	o.cookieIsNarrow()
	o.endsWhenLeft()
}

func masked(w *httptest.ResponseRecorder) string {
	return strings.ReplaceAll(w.Body.String(), w.Header().Get("X-Request-Id"), "")
}

func (o operated) tenant() string {
	t, err := o.a.orgs.Organization(o.t.Context(), o.s.Home.Org)
	must(o.t, err)
	return t.Name + t.SuspendedWhy
}

func (o operated) entries() int {
	all, err := o.a.operators.Store.Entries(o.t.Context(), id.Org{}, id.Audit{}, 1000)
	must(o.t, err)
	return len(all)
}

func (o operated) cookieIsNarrow() {
	if c := o.cookie; c.Path != web.OperatorRoot || c.SameSite != http.SameSiteStrictMode || !c.HttpOnly || c.MaxAge != 12*60*60 {
		o.t.Errorf("the cookie %+v", c)
	}
	if name := web.OperatorCookie(true); !strings.HasPrefix(name, "__Secure-") {
		o.t.Errorf("over TLS the cookie is called %s", name)
	}
}

// endsWhenLeft shows that a session is worth nothing after it was left, and a link nothing after it was used.
func (o operated) endsWhenLeft() {
	if w := o.in(http.MethodGet, web.OperatorRoot, nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "Beta") {
		o.t.Errorf("the operator's own page: %d %s", w.Code, w.Body)
	}
	if w := o.in(http.MethodPost, web.OperatorRoot+"/leave", nil); w.Code != http.StatusSeeOther {
		o.t.Errorf("leave: %d %s", w.Code, w.Body)
	}
	if w := o.in(http.MethodGet, web.OperatorRoot, nil); w.Header().Get("Location") != web.DoorPath {
		o.t.Errorf("after leaving: %d", w.Code)
	}
	link, err := o.a.operators.Invite(o.t.Context(), "Olga")
	must(o.t, err)
	for i, want := range []int{http.StatusSeeOther, http.StatusUnprocessableEntity} {
		w := o.ask(http.MethodPost, web.DoorPath, url.Values{"link": {link.Reveal()}}, nil)
		if w.Code != want {
			o.t.Errorf("use %d of a link: %d, want %d", i+1, w.Code, want)
		}
		if got := len(w.Result().Cookies()); (want == http.StatusSeeOther) != (got == 1) {
			o.t.Errorf("use %d of a link gives %d cookies", i+1, got)
		}
	}
	if w := o.ask(http.MethodGet, web.DoorPath+"?link=x", nil, nil); w.Code != http.StatusOK || len(w.Result().Cookies()) != 0 {
		o.t.Errorf("looking at a link: %d with %d cookies", w.Code, len(w.Result().Cookies()))
	}
	for range 11 {
		o.ask(http.MethodPost, web.DoorPath, url.Values{"link": {"guess"}}, nil)
	}
	if w := o.ask(http.MethodPost, web.DoorPath, url.Values{"link": {"guess"}}, nil); w.Code != http.StatusUnprocessableEntity && w.Code != http.StatusTooManyRequests || !strings.Contains(w.Body.String(), "Too many tries") {
		o.t.Errorf("the twelfth guess: %d %s", w.Code, w.Body)
	}
}

// TestSupportSeesFewPagesOfWhoAllowsItAndChangesNothing walks every route of the dashboard, the API and the directory as support.
func TestSupportSeesFewPagesOfWhoAllowsItAndChangesNothing(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); walkSupport(t, operate(t, dbtest.SQLiteURL(t))) })
	t.Run("postgres", func(t *testing.T) { t.Parallel(); walkSupport(t, operate(t, dbtest.PostgresURL(t))) })
}

func walkSupport(t *testing.T, o operated) {
	pages := web.OperatorRoot + "/tenants/" + o.s.Home.Org.String() + "/pages"
	if w := o.in(http.MethodGet, pages+"/costs", nil); w.Code != http.StatusForbidden || !strings.Contains(w.Body.String(), "lets nobody look") {
		t.Errorf("before it was allowed: %d", w.Code)
	}
	admin := func(path string, form url.Values) *httptest.ResponseRecorder {
		return o.ask(http.MethodPost, path, form, func(q *http.Request) { o.s.As(t, q, org.Admin) })
	}
	if w := admin("/settings/support", url.Values{"reason": {"spend"}, "stay": {"1h0m0s"}}); w.Code != http.StatusSeeOther {
		t.Fatalf("allow: %d %s", w.Code, w.Body)
	}
	canaries := []string{"sk-test-0123456789", "sk-admin-0123456789", webtest.Password}
	names := map[string]bool{}
	for _, v := range viewable {
		names[v.route] = true
	}
	seen := 0
	for _, r := range o.s.Routes {
		path := r.Path
		for kind, thing := range o.s.Home.Things {
			path = strings.Replace(path, "/"+kind+"/:id", "/"+kind+"/"+thing, 1)
		}
		w := o.in(r.Method, pages+path, nil)
		body := w.Body.String()
		switch {
		case names[r.Name] && w.Code == http.StatusOK:
			seen++
			if !strings.Contains(body, "as support") || strings.Contains(body, `href="/costs`) {
				t.Errorf("%s as support has no banner, or leads out of the console", r.Name)
			}
		case names[r.Name]:
			t.Errorf("%s as support: %d", r.Name, w.Code)
		case w.Code < 400:
			t.Errorf("%s %s as support: %d, want a refusal", r.Method, r.Path, w.Code)
		}
		for _, c := range canaries {
			if strings.Contains(body, c) {
				t.Errorf("%s shows support a secret", r.Name)
			}
		}
	}
	if seen != len(viewable) {
		t.Errorf("support saw %d pages of %d", seen, len(viewable))
	}
	if w := o.in(http.MethodGet, strings.Replace(pages, o.s.Home.Org.String(), o.s.Foreign.Org.String(), 1)+"/costs", nil); w.Code != http.StatusForbidden {
		t.Errorf("another organization's: %d", w.Code)
	}
	log, err := o.a.audit.Search(t.Context(), org.System(o.s.Home.Org, "test"), audit.Query{Action: "support.viewed", Limit: audit.MaxLimit})
	must(t, err)
	if len(log) < len(viewable) || log[0].Actor != "operator: Olga" {
		t.Errorf("the organization's audit log has %d views", len(log))
	}
	if w := admin("/settings/support/end", nil); w.Code != http.StatusSeeOther {
		t.Fatalf("end: %d %s", w.Code, w.Body)
	}
	if w := o.in(http.MethodGet, pages+"/costs", nil); w.Code != http.StatusForbidden {
		t.Errorf("after it was ended: %d", w.Code)
	}
}
