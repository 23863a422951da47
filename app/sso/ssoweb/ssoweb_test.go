package ssoweb_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

var noSession id.Session

// giveApp gives a member an authenticator app.
func (x *town) giveApp(actor org.Actor) {
	x.t.Helper()
	setup, err := x.Factors.BeginApp(x.t.Context(), actor)
	if err != nil {
		x.t.Fatal(err)
	}
	code, err := totp.GenerateCode(setup.Key.Reveal(), x.Clock.Now())
	if err != nil {
		x.t.Fatal(err)
	}
	if _, err := x.Factors.ConfirmApp(x.t.Context(), actor, code); err != nil {
		x.t.Fatal(err)
	}
}

func (x *town) as(r org.Role) *browser {
	x.t.Helper()
	b := newBrowser(x.t)
	if p := b.post(x.base+"/log-in", url.Values{"email": {x.acme.Members[r].Email}, "password": {webtest.Password}}); p.at.Path != "/" {
		x.t.Fatalf("log-in led to %s", p.at)
	}
	return b
}

func TestAnAdminConnectsAProviderOnThePage(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	if err := x.SSO.Remove(t.Context(), x.acme.Actor(org.Admin)); err != nil {
		t.Fatal(err)
	}
	b := x.as(org.Admin)
	if p := b.get(x.base + "/settings/sso"); !strings.Contains(p.body, x.base+sso.CallbackPath) || !strings.Contains(p.body, "Not set up") {
		t.Fatalf("the page: %d %s", p.status, p.body)
	}
	form := url.Values{"name": {"My <b> IdP"}, "issuer": {x.login + "/wrong"}, "client_id": {"bodhi"}, "secret": {"s3cret"}, "provision": {"on"}, "domains": {"zitadel.ch"}, "role": {"viewer"}}
	p := b.post(x.base+"/settings/sso", form)
	if p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "discovery document could not be read") || !strings.Contains(p.body, x.login+"/wrong") ||
		!strings.Contains(p.body, "My &lt;b&gt; IdP") || strings.Contains(p.body, "s3cret") {
		t.Fatalf("a wrong issuer: %d %s", p.status, p.body)
	}
	form.Set("issuer", x.login)
	if p := b.post(x.base+"/settings/sso", form); p.at.Path != "/settings/sso" || p.status != http.StatusOK || strings.Contains(p.body, "s3cret") {
		t.Fatalf("a right one: %d at %s", p.status, p.at)
	}
	if p := b.post(x.base+"/settings/sso/groups", url.Values{"group": {"admins"}, "role": {"admin"}, "at": {x.acme.Org.ID.String()}}); p.status != http.StatusOK || !strings.Contains(p.body, `value="admins"`) {
		t.Fatalf("a group: %d %s", p.status, p.body)
	}
	if p := b.post(x.base+"/settings/sso/groups", url.Values{"group": {"admins"}, "role": {"viewer"}, "at": {x.acme.Org.ID.String()}}); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "mapped there already") {
		t.Fatalf("the same group: %d %s", p.status, p.body)
	}
	if p := b.post(x.base+"/settings/sso/groups/remove", url.Values{"group": {"admins"}, "at": {x.acme.Org.ID.String()}}); strings.Contains(p.body, `value="admins"`) {
		t.Fatal("the group is still there")
	}
	x.Clock.Advance(16 * time.Minute)
	if p := b.post(x.base+"/settings/sso", form); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "a log-in of the last 15 minutes") || !strings.Contains(p.body, x.login) {
		t.Errorf("from a laptop that was left open: %d at %s", p.status, p.at)
	}
	group := url.Values{"group": {"everybody"}, "role": {"admin"}, "at": {x.acme.Org.ID.String()}}
	if p := b.post(x.base+"/settings/sso/groups", group); p.status != http.StatusUnprocessableEntity || !strings.Contains(p.body, "a log-in of the last 15 minutes") || !strings.Contains(p.body, `value="everybody"`) {
		t.Errorf("mapping a group from there: %d at %s", p.status, p.at)
	}
	fresh := x.as(org.Admin)
	if p := fresh.post(x.base+"/settings/sso/groups", group); p.status != http.StatusOK {
		t.Fatalf("after a log-in: %d %s", p.status, p.body)
	}
	for _, path := range []string{"/settings/sso/groups/remove", "/settings/sso/remove"} {
		if p := b.post(x.base+path, group); p.at.Path != "/log-in" || p.at.Query().Get("next") != "/settings/sso" {
			t.Errorf("%s from there: %d at %s", path, p.status, p.at)
		}
	}
	if p := fresh.get(x.base + "/settings/sso"); strings.Contains(p.body, "Not set up") || !strings.Contains(p.body, `value="everybody"`) {
		t.Error("something is gone")
	}
	if p := x.as(org.Manager).get(x.base + "/settings/sso"); p.status != http.StatusForbidden {
		t.Errorf("a manager sees the settings: %d", p.status)
	}
}

func TestAMemberConnectsTheirAccountOnThePage(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	b := x.as(org.Developer)
	// nobody can be led into connecting: the wish is a form of ours
	if p := b.get(x.base + "/log-in/sso/start?link=1"); p.at.Path != "/account/security" {
		t.Fatalf("a link began it: %s", p.at)
	}
	onward := b.post(x.base+"/account/security/sso", nil)
	at := b.get(x.base + onward.onward(t))
	p := b.post(at.at.Scheme+"://"+at.at.Host+at.at.Path, url.Values{"username": {"test-user2"}, "password": {"verysecure"}, "id": {at.at.Query().Get("authRequestID")}})
	if p.at.Path != "/account/security" || !strings.Contains(p.body, "Single sign-on is connected") {
		t.Fatalf("ended at %s: %s", p.at, p.body)
	}
	if home := x.logIn(newBrowser(t), "test-user2", url.Values{"org": {"acme"}}); home.body != "Acme|developer@acme.test|single sign-on" {
		t.Fatalf("logged in as %s", home.body)
	}
}

func TestTheBackChannelAnswersPrograms(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	p := newBrowser(t).post(x.base+sso.BackChannelPath, url.Values{"logout_token": {"nonsense"}})
	if p.status != http.StatusBadRequest || !strings.Contains(p.body, `"error":"invalid_request"`) {
		t.Fatalf("%d %s", p.status, p.body)
	}
}

// A provider sends people it knows back at once. So a page of somebody else's that leads here could put them into its organization.
func TestAnotherSiteCannotLogAnybodyIn(t *testing.T) {
	t.Parallel()
	x := newTown(t)
	for site, form := range map[string]bool{"cross-site": true, "same-site": true, "same-origin": false, "none": false, "": false} {
		b := newBrowser(t)
		b.site = site
		b.stop = x.login
		p := b.get(x.base + "/log-in/sso/start?org=acme&next=%2Faccount")
		if got := p.status == http.StatusOK && p.at.Path == "/log-in/sso" && strings.Contains(p.body, `value="acme"`) && strings.Contains(p.body, `value="/account"`); got != form {
			t.Errorf("led there by %q: %d at %s, on to %q", site, p.status, p.at, p.location)
		}
	}
}
