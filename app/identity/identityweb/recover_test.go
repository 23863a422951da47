package identityweb_test

import (
	"net/url"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/identity/identityweb"
	"github.com/bodhi-gateway/bodhi/app/mail/mailtest"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

func TestSomebodyWhoForgotTheirPasswordComesBackIn(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t)
	h := webtest.NewHouse(t, d)
	office := mailtest.New(t, d, h.Clock, h.IDs, h.Master)
	r := &identity.Recovery{People: h.Identity, Store: db.NewResetStore(d), Post: office.Post, Links: office.Links}
	office.Courier.Composers[identity.ResetKind] = r.Letter
	x := h.Found(t, "Acme")
	home := web.Route{Method: "GET", Path: "/", Name: "home.show", Guard: web.Person, Floor: org.Viewer, Handle: func(c *web.Context) error { return c.String(200, "home") }}
	b := newBrowser(t, h.Serve(t, append(append(identityweb.New(h.Identity, h.Factors, h.SSO).Routes(), identityweb.NewRecovery(r).Routes()...), home)))
	elsewhere := another(t, b.base)
	email := x.Members[org.Viewer].Email
	elsewhere.want("log-in elsewhere", elsewhere.post("/log-in", url.Values{"email": {email}, "password": {webtest.Password}}), 303, "/")

	b.want("the log-in page", b.get("/log-in"), 200, "", `href="/forgot-password"`)
	b.want("the form", b.get("/forgot-password"), 200, "", `action="/forgot-password"`, `name="email"`)
	b.want("no address", b.post("/forgot-password", url.Values{"email": {"x"}}), 422, "", "e-mail address like", `value="x"`)
	known := b.post("/forgot-password", url.Values{"email": {email}})
	b.want("a known address", known, 200, "", "Look into your inbox")
	token := mailtest.Token(t, office.One(t, email))
	b.want("the letter's page", b.get("/reset-password?t="+token), 200, "", email, "Acme", `autocomplete="new-password"`)
	b.want("opening it again: scanners do", b.get("/reset-password?t="+token), 200, "")
	b.want("a bad password", b.post("/reset-password", url.Values{"t": {token}, "password": {"short"}}), 422, "", "at least 12 characters", token)
	b.want("a good one", b.post("/reset-password", url.Values{"t": {token}, "password": {"a brand new secret"}}), 303, "/log-in")
	b.want("the log-in page says so", b.get("/log-in"), 200, "", "Your password is set")
	b.want("the link again", b.post("/reset-password", url.Values{"t": {token}, "password": {"yet another secret"}}), 404, "", "leads nowhere any more")
	b.want("a forged link", b.get("/reset-password?t=x"), 404, "", "leads nowhere any more")
	elsewhere.want("the session elsewhere", elsewhere.get("/"), 303, "/log-in?next=%2F")
	b.want("log-in", b.post("/log-in", url.Values{"email": {email}, "password": {"a brand new secret"}}), 303, "/")
}
