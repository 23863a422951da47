package ssoweb_test

import (
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/sso/ssoweb"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// town is the dashboard and a real OpenID provider (zitadel's example server), each on a port of its own.
type town struct {
	*webtest.House
	t     *testing.T
	base  string // the dashboard
	login string // the provider
	acme  webtest.Tenant
}

func newTown(t *testing.T) *town {
	t.Helper()
	h := webtest.NewHouse(t, dbtest.SQLite(t))
	home := web.Route{Method: http.MethodGet, Path: "/", Name: "home.show", Guard: web.Person, Floor: org.Viewer, Handle: func(c *web.Context) error {
		return c.String(http.StatusOK, c.Organization().Name+"|"+c.Member().Email+"|"+c.Proof().Method)
	}}
	ours := httptest.NewServer(h.Serve(t, append(slices.Concat(identityweb.New(h.Identity, h.Factors, h.SSO).Routes(), ssoweb.New(h.SSO, h.Identity).Routes()), home)))
	t.Cleanup(ours.Close)
	h.SSO.PublicURL = ours.URL

	var provider http.Handler
	theirs := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { provider.ServeHTTP(w, r) }))
	t.Cleanup(theirs.Close)
	client := storage.WebClient("bodhi", "s3cret", ours.URL+sso.CallbackPath)
	store := storage.NewStorageWithClients(storage.NewUserStore(theirs.URL), map[string]*storage.Client{"bodhi": client})
	provider = exampleop.SetupServer(theirs.URL, store, nil, false)
	x := &town{h, t, ours.URL, theirs.URL, h.Found(t, "Acme")}
	x.connect(nil)
	return x
}

func (x *town) connect(change func(*sso.Input)) {
	x.t.Helper()
	in := sso.Input{Name: "Zitadel", Issuer: x.login, ClientID: "bodhi", Secret: secret.New("s3cret"), Provision: true, Domains: []string{"zitadel.ch"}, Role: org.Viewer}
	if change != nil {
		change(&in)
	}
	if _, err := x.SSO.Set(x.t.Context(), x.acme.Actor(org.Admin), in); err != nil {
		x.t.Fatal(err)
	}
}

// browser follows redirects, but not where stop says so.
type browser struct {
	t    *testing.T
	http *http.Client
	stop string
	site string // Sec-Fetch-Site, of browsers that send it
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	b := &browser{t: t, http: &http.Client{Jar: jar}}
	b.http.CheckRedirect = func(r *http.Request, _ []*http.Request) error {
		if b.stop != "" && strings.Contains(r.URL.String(), b.stop) {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return b
}

// page is where a browser ended up.
type page struct {
	at       *url.URL
	status   int
	location string
	body     string
}

func (b *browser) get(at string) page { return b.send(http.MethodGet, at, nil) }

func (b *browser) post(at string, form url.Values) page { return b.send(http.MethodPost, at, form) }

func (b *browser) send(method, at string, form url.Values) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), method, at, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if b.site != "" {
		r.Header.Set("Sec-Fetch-Site", b.site)
	}
	resp, err := b.http.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	return page{resp.Request.URL, resp.StatusCode, resp.Header.Get("Location"), string(body)}
}

var refresh = regexp.MustCompile(`http-equiv="refresh" content="\d;url=([^"]+)"`)

// onward follows a page that leads on by itself.
func (p page) onward(t *testing.T) string {
	t.Helper()
	m := refresh.FindStringSubmatch(p.body)
	if m == nil {
		t.Fatalf("the page leads nowhere: %d\n%s", p.status, p.body)
	}
	return html.UnescapeString(m[1])
}

// toProvider begins at our log-in page and stops at the provider's.
func (x *town) toProvider(b *browser, form url.Values) page {
	x.t.Helper()
	onward := b.post(x.base+"/log-in/sso", form)
	at := b.get(x.base + onward.onward(x.t))
	if !strings.HasPrefix(at.at.String(), x.login) {
		x.t.Fatalf("not at the provider but at %s: %s", at.at, at.body)
	}
	return at
}

func (x *town) logIn(b *browser, name string, form url.Values) page {
	x.t.Helper()
	at := x.toProvider(b, form)
	return b.post(at.at.Scheme+"://"+at.at.Host+at.at.Path, url.Values{"username": {name}, "password": {"verysecure"}, "id": {at.at.Query().Get("authRequestID")}})
}

var acme = url.Values{"org": {"acme"}, "next": {"/account"}}

func TestTheWholeWayThroughARealProvider(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	b := newBrowser(t)
	p := x.logIn(b, "test-user@127.0.0.1", acme)
	if p.at.String() != x.base+"/account" || !strings.Contains(p.body, "test-user@zitadel.ch") {
		t.Fatalf("ended at %s: %s", p.at, p.body)
	}
	if home := b.get(x.base + "/"); home.body != "Acme|test-user@zitadel.ch|single sign-on" {
		t.Fatalf("home says %s", home.body)
	}
	again := newBrowser(t)
	if p := x.logIn(again, "test-user@127.0.0.1", acme); p.at.Path != "/account" {
		t.Fatalf("the second browser ended at %s", p.at)
	}
	// the browser ends its session at the provider too
	out := b.post(x.base+"/log-out", nil)
	end, err := url.Parse(out.onward(t))
	if err != nil || !strings.HasPrefix(end.String(), x.login+"/") || end.Query().Get("client_id") != "bodhi" || strings.Count(end.Query().Get("id_token_hint"), ".") != 2 ||
		end.Query().Get("post_logout_redirect_uri") != x.base+"/log-in" {
		t.Fatalf("log-out leads to %s, %v", end, err)
	}
	if p := b.get(x.base + "/account"); p.at.Path != "/log-in" {
		t.Fatalf("still logged in: %s", p.at)
	}
	if p := again.get(x.base + "/account"); p.at.Path != "/account" {
		t.Fatalf("the other browser is out too: %s", p.at)
	}
}

// A stolen callback, one without a session, and one with parameters twice lead nowhere.
func TestCallbacksOfOthersLeadNowhere(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	victim, thief := newBrowser(t), newBrowser(t)
	victim.stop = sso.CallbackPath
	p := x.logIn(victim, "test-user@127.0.0.1", acme)
	if p.status != http.StatusFound || !strings.Contains(p.location, "code=") {
		t.Fatalf("no callback: %d %q %s", p.status, p.location, p.body)
	}
	victim.stop = ""
	for name, at := range map[string]string{"stolen": p.location, "nothing": x.base + sso.CallbackPath, "error": x.base + sso.CallbackPath + "?error=access_denied&state=x"} {
		if got := thief.get(at); got.status != http.StatusUnprocessableEntity || got.at.Path != sso.CallbackPath {
			t.Errorf("%s: %d at %s", name, got.status, got.at)
		}
	}
	if got := victim.get(p.location + "&state=x"); got.status != http.StatusUnprocessableEntity {
		t.Errorf("two states: %d", got.status)
	}
	if got := victim.get(p.location); got.at.Path == "/account" {
		t.Error("the flow lives after a forged answer")
	}
}

func TestNextIsAPageOfOurs(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	for _, evil := range []string{"https://evil.test/", "//evil.test/", `/\evil.test`, "javascript:alert(1)", "/\t/evil.test"} {
		if p := x.logIn(newBrowser(t), "test-user@127.0.0.1", url.Values{"org": {"acme"}, "next": {evil}}); p.at.String() != x.base+"/" {
			t.Errorf("%q led to %s", evil, p.at)
		}
	}
}

// An organization that does not exist, and one without single sign-on, are answered byte for byte alike.
func TestNobodyLearnsWhichOrganizationsExist(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	x.Found(t, "Beta")
	b := newBrowser(t)
	ids := regexp.MustCompile(`req_[0-9a-z]{26}`)
	ask := func(slug string) string {
		p := b.post(x.base+"/log-in/sso", url.Values{"org": {slug}})
		return strings.ReplaceAll(ids.ReplaceAllString(p.body, ""), slug, "…")
	}
	if exists, not := ask("beta"), ask("nope"); exists != not || !strings.Contains(not, "no single sign-on for this organization") {
		t.Errorf("the answers differ:\n%s\n%s", exists, not)
	}
}

func TestSingleSignOnOnlyMeansOnly(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	ctx, admin := t.Context(), x.acme.Actor(org.Admin)
	password := func(email string) page {
		return newBrowser(t).post(x.base+"/log-in", url.Values{"email": {email}, "password": {webtest.Password}})
	}
	second := x.Join(t, x.acme, "second", org.Admin)
	sessions := map[string]*browser{}
	for _, m := range []org.Member{x.acme.Members[org.Lead], second, x.acme.Members[org.Admin]} {
		sessions[m.Email] = newBrowser(t)
		sessions[m.Email].post(x.base+"/log-in", url.Values{"email": {m.Email}, "password": {webtest.Password}})
	}
	own, err := x.Identity.Sessions(ctx, second.Acting(org.Actor{}), second.ID)
	if err != nil || len(own) != 1 {
		t.Fatalf("the second admin has %d sessions: %v", len(own), err)
	}

	policy := identity.Policy{SSOOnly: true, BreakGlass: admin.Member}
	if err := x.Identity.SetPolicy(ctx, admin, policy, noSession); err == nil || !strings.Contains(err.Error(), "second factor") {
		t.Fatalf("a break-glass admin without a second factor: %v", err)
	}
	x.giveApp(admin)
	if err := x.Identity.SetPolicy(ctx, second.Acting(org.Actor{}), policy, own[0].ID); err != nil {
		t.Fatal(err)
	}
	for email, b := range sessions {
		if lives := b.get(x.base+"/").at.Path == "/"; lives != (email == admin.Label) {
			t.Errorf("%s: the session by password lives on: %v", email, lives)
		}
	}
	if p := password(x.acme.Members[org.Developer].Email); p.at.Path != "/log-in/sso" || !strings.Contains(p.body, "logs in with single sign-on") {
		t.Errorf("a developer's password led to %s", p.at)
	}
	if p := password(admin.Label); p.at.Path != "/log-in/second" {
		t.Errorf("the break-glass admin's password led to %s", p.at)
	}
	if p := x.logIn(newBrowser(t), "test-user@127.0.0.1", acme); p.at.Path != "/account" {
		t.Errorf("single sign-on led to %s", p.at)
	}
	if err := x.Identity.RemoveMember(ctx, org.System(admin.Org, "test"), admin.Member); err == nil {
		t.Error("the break-glass admin could be removed")
	}
	if err := x.SSO.Remove(ctx, admin); err != nil {
		t.Fatal(err)
	}
	if p := password(x.acme.Members[org.Developer].Email); p.at.Path != "/" {
		t.Errorf("after the provider was removed a password led to %s", p.at)
	}
}
