package identityweb_test

import (
	"io"
	"maps"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// browser keeps cookies and follows no redirect.
type browser struct {
	t    *testing.T
	http *http.Client
	base string
}

type page struct {
	status   int
	location string
	body     string
}

func newBrowser(t *testing.T, h http.Handler) *browser {
	t.Helper()
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return another(t, srv.URL)
}

func another(t *testing.T, base string) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	stay := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &browser{t, &http.Client{Jar: jar, CheckRedirect: stay}, base}
}

func (b *browser) get(path string) page { return b.send(http.MethodGet, path, nil) }

func (b *browser) post(path string, form url.Values) page { return b.send(http.MethodPost, path, form) }

func (b *browser) send(method, path string, form url.Values) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{resp.StatusCode, resp.Header.Get("Location"), string(body)}
}

func (b *browser) want(what string, got page, status int, location string, texts ...string) {
	b.t.Helper()
	if got.status != status || got.location != location {
		b.t.Fatalf("%s: %d to %q, want %d to %q\n%s", what, got.status, got.location, status, location, got.body)
	}
	for _, s := range texts {
		if !strings.Contains(got.body, s) {
			b.t.Errorf("%s: no %q in\n%s", what, s, got.body)
		}
	}
}

func serve(t *testing.T) (*webtest.House, *browser) {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	home := web.Route{Method: http.MethodGet, Path: "/", Name: "home.show", Guard: web.Person, Floor: org.Viewer, Handle: func(c *web.Context) error {
		s := c.Shell("Home", "home")
		return c.String(http.StatusOK, s.OrgName+"|"+s.MemberEmail+"|"+s.Flash)
	}}
	return h, newBrowser(t, h.Serve(t, append(identityweb.New(h.Identity, h.Factors, h.SSO).Routes(), home)))
}

func TestANewcomerSignsUpLogsOutAndInAgain(t *testing.T) {
	t.Parallel()
	_, b := serve(t)
	b.want("the form", b.get("/sign-up"), 200, "", `action="/sign-up"`, `name="organization"`, `autocomplete="new-password"`)
	wrong := url.Values{"organization": {"Acme"}, "name": {`Ada "<b>"`}, "email": {"nope"}, "password": {"short"}}
	b.want("a wrong form", b.post("/sign-up", wrong), 422, "", "at least 12 characters", "e-mail address like", `value="nope"`, "Ada &#34;&lt;b&gt;&#34;")
	right := url.Values{"organization": {"Acme"}, "name": {"Ada"}, "email": {"Ada@acme.test"}, "password": {webtest.Password}}
	mars := maps.Clone(right)
	mars["zone"] = []string{"Mars/Base"}
	b.want("a zone that is none", b.post("/sign-up", mars), 422, "", "Choose a time zone", `value="Mars/Base"`)
	b.want("a right form", b.post("/sign-up", right), 303, "/start")
	b.want("home", b.get("/"), 200, "", "Acme|ada@acme.test|Welcome to Acme.")
	b.want("the log-in page, logged in", b.get("/log-in?next=/account"), 303, "/account")
	b.want("log-out", b.post("/log-out", nil), 303, "/log-in")
	b.want("home, logged out", b.get("/"), 303, "/log-in?next=%2F")
	b.want("a wrong password", b.post("/log-in", url.Values{"email": {"ada@acme.test"}, "password": {"no"}}), 422, "", "E-mail or password is wrong", `value="ada@acme.test"`)
	again := url.Values{"email": {"ada@acme.test"}, "password": {webtest.Password}, "next": {"/account"}}
	b.want("log-in", b.post("/log-in", again), 303, "/account")
	b.want("the account", b.get("/account"), 200, "", "ada@acme.test", "Organization admin")
	again.Set("next", "//evil.test/")
	b.want("a planted next", another(t, b.base).post("/log-in", again), 303, "/")
}

func TestSomebodyInTwoOrganizationsChooses(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	var members []org.Member
	for _, name := range []string{"Acme", "Beta"} {
		x := h.Found(t, name)
		m, err := h.Identity.AddMember(t.Context(), x.Actor(org.Admin), identity.NewMember{Name: "Both", Email: "both@x.test", Role: org.Viewer, Password: secret.New(webtest.Password)})
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, m)
	}
	log := url.Values{"email": {"both@x.test"}, "password": {webtest.Password}, "next": {"/account"}}
	b.want("log-in", b.post("/log-in", log), 303, "/log-in/organization")
	b.want("not yet in", b.get("/"), 303, "/log-in?next=%2F")
	b.want("the choice", b.get("/log-in/organization"), 200, "", "Acme · Viewer", "Beta · Viewer")
	outsider := h.Found(t, "Gamma").Members[org.Admin]
	b.want("somebody else's membership", b.post("/log-in/organization", url.Values{"member": {outsider.ID.String()}}), 303, "/log-in")
	b.want("choosing", b.post("/log-in/organization", url.Values{"member": {members[1].ID.String()}}), 303, "/account")
	b.want("home", b.get("/"), 200, "", "Beta|both@x.test")
	b.want("choosing twice", b.post("/log-in/organization", url.Values{"member": {members[0].ID.String()}}), 303, "/log-in")

	late := another(t, b.base)
	late.want("log-in", late.post("/log-in", log), 303, "/log-in/organization")
	h.Clock.Advance(11 * time.Minute)
	late.want("choosing too late", late.post("/log-in/organization", url.Values{"member": {members[0].ID.String()}}), 303, "/log-in")
}

// A cookie planted in somebody's browser before they log in must not become a way in, not even halfway.
func TestAPlantedCookieGetsNoShareOfTheLogIn(t *testing.T) {
	t.Parallel()
	h, victim := serve(t)
	var member org.Member
	for _, name := range []string{"Acme", "Beta"} {
		var err error
		member, err = h.Identity.AddMember(t.Context(), h.Found(t, name).Actor(org.Admin), identity.NewMember{Name: "Both", Email: "both@x.test", Role: org.Viewer, Password: secret.New(webtest.Password)})
		if err != nil {
			t.Fatal(err)
		}
	}
	log := url.Values{"email": {"both@x.test"}, "password": {webtest.Password}}
	attacker := another(t, victim.base)
	u, err := url.Parse(victim.base)
	if err != nil {
		t.Fatal(err)
	}
	attacker.want("an own half log-in", attacker.post("/log-in", log), 303, "/log-in/organization") // gives a valid anonymous cookie
	victim.http.Jar.SetCookies(u, attacker.http.Jar.Cookies(u))
	victim.want("log-in", victim.post("/log-in", log), 303, "/log-in/organization")
	attacker.want("the attacker chooses", attacker.post("/log-in/organization", url.Values{"member": {member.ID.String()}}), 303, "/log-in")
}

func TestChangingThePasswordKeepsOnlyThisBrowserIn(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	log := url.Values{"email": {x.Members[org.Lead].Email}, "password": {webtest.Password}}
	other := another(t, b.base)
	b.want("log-in", b.post("/log-in", log), 303, "/")
	other.want("log-in elsewhere", other.post("/log-in", log), 303, "/")
	b.want("a wrong form", b.post("/account/password", url.Values{"current": {"no"}, "password": {"a brand new secret"}}), 422, "", "not your current password")
	b.want("a right form", b.post("/account/password", url.Values{"current": {webtest.Password}, "password": {"a brand new secret"}}), 303, "/account")
	b.want("this browser", b.get("/account"), 200, "", "Your password is changed")
	other.want("the other browser", other.get("/account"), 303, "/log-in?next=%2Faccount")
}
