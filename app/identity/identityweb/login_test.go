package identityweb_test

import (
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
)

var noSession id.Session

func password(m org.Member) url.Values {
	return url.Values{"email": {m.Email}, "password": {webtest.Password}, "next": {"/account"}}
}

var shownKey = regexp.MustCompile(`id="key" tabindex="0">([A-Z2-7 ]+)<`)

// keyOf reads the authenticator secret off a page, as somebody does who types it.
func keyOf(t *testing.T, p page) string {
	t.Helper()
	m := shownKey.FindStringSubmatch(p.body)
	if m == nil || !strings.Contains(p.body, `src="data:image/png;base64,`) {
		t.Fatalf("no key and picture: %d\n%s", p.status, p.body)
	}
	return strings.ReplaceAll(m[1], " ", "")
}

func codeAt(t *testing.T, h *webtest.House, key string) string {
	t.Helper()
	h.Clock.Advance(30 * time.Second) // the next step: no code works twice
	out, err := totp.GenerateCode(key, h.Clock.Now())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// addApp sets up an app on the member's own page and gives its key and the recovery codes' page.
func (b *browser) addApp(h *webtest.House) (key string, codes page) {
	b.t.Helper()
	b.want("beginning", b.post("/account/security/app", nil), 303, "/account/security/app")
	key = keyOf(b.t, b.get("/account/security/app"))
	b.want("a wrong code", b.post("/account/security/app/confirm", url.Values{"code": {"000000"}}), 422, "", "not the code the app shows now", html.EscapeString("data:image/png"))
	codes = b.post("/account/security/app/confirm", url.Values{"code": {codeAt(b.t, h, key)}})
	b.want("confirming", codes, 200, "", "Keep these 10 codes")
	return key, codes
}

func TestTheSecondFactorIsAskedForAfterThePassword(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	dev := x.Members[org.Developer]
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	key, codes := b.addApp(h)
	recovery := regexp.MustCompile(`id="codes" tabindex="0">([a-z2-9]{5}-[a-z2-9]{5})`).FindStringSubmatch(codes.body)[1]

	c := another(t, b.base)
	c.want("the second page without a password", c.get("/log-in/second"), 303, "/log-in")
	c.want("a code without a password", c.post("/log-in/second", url.Values{"code": {codeAt(t, h, key)}}), 303, "/log-in")
	c.want("the password alone", c.post("/log-in", password(dev)), 303, "/log-in/second")
	c.want("not in yet", c.get("/account"), 303, "/log-in?next=%2Faccount")
	c.want("the form", c.get("/log-in/second"), 200, "", `autocomplete="one-time-code"`, "or one of your recovery codes")
	c.want("a wrong code", c.post("/log-in/second", url.Values{"code": {"123456"}}), 422, "", "This code is wrong")
	c.want("the set-up of another app", c.get("/log-in/set-up"), 303, "/log-in/second")
	c.want("setting up another app", c.post("/log-in/set-up", url.Values{"code": {"123456"}}), 303, "/log-in/second")
	c.want("the right code", c.post("/log-in/second", url.Values{"code": {codeAt(t, h, key)}}), 303, "/account")
	c.want("in", c.get("/account"), 200, "", dev.Email)
	c.want("the second page again", c.get("/log-in/second"), 303, "/log-in")

	d := another(t, b.base)
	d.want("the password", d.post("/log-in", password(dev)), 303, "/log-in/second")
	h.Clock.Advance(11 * time.Minute)
	d.want("too late", d.post("/log-in/second", url.Values{"code": {codeAt(t, h, key)}}), 303, "/log-in")
	d.want("the password again", d.post("/log-in", password(dev)), 303, "/log-in/second")
	d.want("a recovery code", d.post("/log-in/second", url.Values{"code": {recovery}}), 303, "/account")
	d.want("how it was", d.get("/account/security"), 200, "", "password and recovery code", "9 unused codes", "password and code")
}

// A cookie planted before the password, or taken between password and second factor, is worth nothing.
func TestTheSessionsTokenChangesAtEachStep(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	dev := x.Members[org.Developer]
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	key, _ := b.addApp(h)
	u, _ := url.Parse(b.base)
	cookie := func(b *browser) string {
		for _, c := range b.http.Jar.Cookies(u) {
			return c.Value
		}
		return ""
	}
	v := another(t, b.base)
	v.want("password", v.post("/log-in", password(dev)), 303, "/log-in/second")
	between := cookie(v)
	thief := another(t, b.base)
	thief.http.Jar.SetCookies(u, v.http.Jar.Cookies(u))
	v.want("code", v.post("/log-in/second", url.Values{"code": {codeAt(t, h, key)}}), 303, "/account")
	if after := cookie(v); after == between || after == "" {
		t.Fatalf("the cookie stayed the same")
	}
	thief.want("the cookie from between", thief.get("/account"), 303, "/log-in?next=%2Faccount")
	thief.want("its second step", thief.get("/log-in/second"), 303, "/log-in")
}

func TestWhoMustHaveASecondFactorSetsItUpAtTheLogIn(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	admin, dev := x.Members[org.Admin], x.Members[org.Developer]
	dev1 := another(t, b.base)
	dev1.want("a session by password", dev1.post("/log-in", password(dev)), 303, "/account")
	b.want("log-in", b.post("/log-in", password(admin)), 303, "/account")
	on := url.Values{"second_factor": {"on"}, "idle": {"30m"}, "absolute": {"2d"}}
	b.want("asking without having", b.post("/settings/log-in", on), 422, "", "Set up a second factor of your own first", `value="30m"`)
	b.addApp(h)
	b.want("asking", b.post("/settings/log-in", on), 303, "/settings/log-in")
	b.want("the rules", b.get("/settings/log-in"), 200, "", `value="30m"`, `value="2d"`, "The log-in rules are saved")
	dev1.want("the session by password is over", dev1.get("/account"), 303, "/log-in?next=%2Faccount")

	c := another(t, b.base)
	c.want("the password", c.post("/log-in", password(dev)), 303, "/log-in/set-up")
	c.want("around it", c.get("/account"), 303, "/log-in?next=%2Faccount")
	c.want("around it by the second step", c.post("/log-in/second", url.Values{"code": {"123456"}}), 303, "/log-in/set-up")
	key := keyOf(t, c.get("/log-in/set-up"))
	if again := keyOf(t, c.get("/log-in/set-up")); again != key {
		t.Fatal("reloading shows another key than the one scanned")
	}
	c.want("a wrong code", c.post("/log-in/set-up", url.Values{"code": {"000000"}}), 422, "", "not the code the app shows now")
	c.want("the right code", c.post("/log-in/set-up", url.Values{"code": {codeAt(t, h, key)}}), 200, "", "Keep these 10 codes", `href="/account"`)
	c.want("in", c.get("/account"), 200, "", dev.Email)
	c.want("removing it", c.post("/account/security/app/remove", nil), 422, "", "asks for a second factor")
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	dev := x.Members[org.Developer]
	phone, tablet := another(t, b.base), another(t, b.base)
	for _, c := range []*browser{b, phone, tablet} {
		c.want("log-in", c.post("/log-in", password(dev)), 303, "/account")
		h.Clock.Advance(time.Minute)
	}
	all, err := h.Identity.Sessions(t.Context(), x.Actor(org.Developer), dev.ID)
	if err != nil || len(all) != 3 || all[0].Method != identity.ByPassword || all[0].IP != "127.0.0.1" || all[0].SeenAt.IsZero() || all[0].BeganAt.IsZero() {
		t.Fatalf("%+v, %v", all, err)
	}
	b.want("the list", b.get("/account/security"), 200, "", "this browser", "127.0.0.1", "Log out everywhere else")
	phones := all[1].ID // the newest is the tablet's; this browser was seen last just now
	for _, s := range all {
		if s.BeganAt.After(all[2].BeganAt) && s.ID != all[0].ID {
			phones = s.ID
		}
	}
	viewer := another(t, b.base)
	viewer.want("somebody else", viewer.post("/log-in", password(x.Members[org.Viewer])), 303, "/account")
	viewer.want("ending another member's", viewer.post("/account/security/sessions/"+phones.String()+"/end", nil), 404, "")
	b.want("ending one", b.post("/account/security/sessions/"+phones.String()+"/end", nil), 303, "/account/security")
	b.want("ending it again", b.post("/account/security/sessions/"+phones.String()+"/end", nil), 404, "")
	out := 0
	for _, c := range []*browser{phone, tablet} {
		if c.get("/account").status == http.StatusSeeOther {
			out++
		}
	}
	if out != 1 {
		t.Fatalf("%d browsers are out", out)
	}
	b.want("ending the others", b.post("/account/security/sessions/end", nil), 303, "/account/security")
	for _, c := range []*browser{phone, tablet} {
		c.want("another browser", c.get("/account"), 303, "/log-in?next=%2Faccount")
	}
	b.want("this one", b.get("/account"), 200, "", dev.Email)
}

func TestAnAdminSeesAndEndsAMembersSessions(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	dev := x.Members[org.Developer]
	d := another(t, b.base)
	d.want("log-in", d.post("/log-in", password(dev)), 303, "/account")
	b.want("log-in", b.post("/log-in", password(x.Members[org.Admin])), 303, "/account")
	root := "/members/" + dev.ID.String() + "/security"
	b.want("finding", b.get("/settings/log-in/member?email=DEVELOPER@acme.test"), 303, root)
	b.want("finding nobody", b.get("/settings/log-in/member?email=no@acme.test"), 422, "", "Nobody in your organization", `value="no@acme.test"`)
	b.want("the page", b.get(root), 200, "", dev.Email, "127.0.0.1", "Log out everywhere")
	b.want("ending all", b.post(root+"/sessions/end", nil), 303, root)
	d.want("the member", d.get("/account"), 303, "/log-in?next=%2Faccount")
	entries, err := h.Audit.List(t.Context(), x.Actor(org.Admin), 0, 1)
	if err != nil || entries[0].Action != "session.revoked" || entries[0].TargetName != dev.Email || entries[0].Actor != x.Members[org.Admin].Email {
		t.Fatalf("audit: %+v, %v", entries, err)
	}
}

func TestSessionsEndByTheOrganizationsRules(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	policy := identity.Policy{Idle: 10 * time.Minute, Absolute: time.Hour}
	if err := h.Identity.SetPolicy(t.Context(), x.Actor(org.Admin), policy, noSession); err != nil {
		t.Fatal(err)
	}
	dev := x.Members[org.Developer]
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	for range 6 {
		h.Clock.Advance(9 * time.Minute)
		b.want("in use", b.get("/account"), 200, "")
	}
	h.Clock.Advance(7 * time.Minute)
	b.want("an hour old, in use or not", b.get("/account"), 303, "/log-in?next=%2Faccount")
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	h.Clock.Advance(11 * time.Minute)
	b.want("rested too long", b.get("/account"), 303, "/log-in?next=%2Faccount")

	// a rule made stricter holds for sessions that exist
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	h.Clock.Advance(9 * time.Minute)
	b.want("in use", b.get("/account"), 200, "")
	policy.Idle, policy.Absolute = 5*time.Minute, 15*time.Minute
	if err := h.Identity.SetPolicy(t.Context(), x.Actor(org.Admin), policy, noSession); err != nil {
		t.Fatal(err)
	}
	h.Clock.Advance(6 * time.Minute)
	b.want("rested too long by the new rule", b.get("/account"), 303, "/log-in?next=%2Faccount")
}

func TestRulesThatMakeNoSenseAreRefused(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	x := h.Found(t, "Acme")
	b.want("log-in", b.post("/log-in", password(x.Members[org.Admin])), 303, "/account")
	for form, word := range map[string]string{
		"idle=soon": "Write a number and m, h or d", "idle=-5m": "Write a number", "idle=1m": "5 minutes to 30 days", "idle=60d": "5 minutes to 30 days", "absolute=365d": "15 minutes to 90 days",
		"idle=2d&absolute=1d": "cannot rest longer", "sso_only=on": "Connect an identity provider first", "sso_only=on&break_glass=x": "Choose one of the organization admins",
	} {
		v, _ := url.ParseQuery(form)
		b.want(form, b.post("/settings/log-in", v), 422, "", word)
	}
	if p, _ := h.Identity.Policy(t.Context(), x.Actor(org.Admin)); p != (identity.Policy{}) {
		t.Fatalf("saved anyway: %+v", p)
	}
}

// Whoever finds an open laptop must not be able to add a key of theirs.
func TestFactorsChangeOnlyShortlyAfterALogIn(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	dev := h.Found(t, "Acme").Members[org.Developer]
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	h.Clock.Advance(16 * time.Minute)
	for _, path := range []string{"/account/security/app", "/account/security/app/confirm", "/account/security/app/remove", "/account/security/codes", "/account/security/passkeys/new"} {
		b.want(path, b.post(path, url.Values{"code": {"123456"}, "name": {"x"}, "response": {"{}"}}), 422, "", "Log in again first", "/log-in?again=1")
	}
	b.want("the form, logged in", b.get("/log-in?again=1&next=/account/security"), 200, "", `name="password"`)
	again := password(dev)
	again.Set("next", "/account/security")
	b.want("logging in again", b.post("/log-in", again), 303, "/account/security")
	b.want("then", b.post("/account/security/app", nil), 303, "/account/security/app")
}

// A password is one half of how some people log in, and no log-in at the provider of others.
func TestAChangedPasswordIsNoLogIn(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	dev := h.Found(t, "Acme").Members[org.Developer]
	b.want("log-in", b.post("/log-in", password(dev)), 303, "/account")
	before, err := h.Identity.Sessions(t.Context(), dev.Acting(org.Actor{}), dev.ID)
	if err != nil || len(before) != 1 {
		t.Fatal(before, err)
	}
	h.Clock.Advance(time.Hour)
	again := "/log-in?again=1&next=" + url.QueryEscape("/tokens/new")
	b.want("a token's form", b.get("/tokens/new"), 303, again)
	b.want("a new password", b.post("/account/password", url.Values{"current": {webtest.Password}, "password": {"a brand new secret"}}), 303, "/account")
	b.want("the page after", b.get("/account"), 200, "", "Your password is changed")
	b.want("a token's form after", b.get("/tokens/new"), 303, again)
	after, err := h.Identity.Sessions(t.Context(), dev.Acting(org.Actor{}), dev.ID)
	if err != nil || len(after) != 1 || !after[0].BeganAt.Equal(before[0].BeganAt) || !after[0].ExpiresAt.Equal(before[0].ExpiresAt) || after[0].ID == before[0].ID {
		t.Errorf("was %+v, is %+v, %v", before, after, err)
	}
}

// ... nor take away a token that outlives the afternoon, or open the organization's door.
func TestTokensAndLogInRulesNeedALogInOfLately(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	admin := h.Found(t, "Acme").Members[org.Admin]
	waits, _, err := h.Identity.StartDevice(t.Context(), org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Program: "bodhi on laptop"})
	if err != nil {
		t.Fatal(err)
	}
	page := "/device?code=" + waits.Printed()
	login := password(admin)
	b.want("log-in", b.post("/log-in", login), 303, "/account")
	b.want("the device, at once", b.get(page), 200, "", "bodhi on laptop")
	h.Clock.Advance(16 * time.Minute)
	if waits, _, err = h.Identity.StartDevice(t.Context(), org.Actor{IP: "192.0.2.5"}, identity.NewDevice{Program: "bodhi on laptop"}); err != nil {
		t.Fatal(err)
	}
	page = "/device?code=" + waits.Printed()
	again := func(next string) string { return "/log-in?again=1&next=" + url.QueryEscape(next) }
	b.want("a token's form", b.get("/tokens/new"), 303, again("/tokens/new"))
	b.want("a token", b.post("/tokens", url.Values{"name": {"mine for ever"}, "kind": {"organization"}, "role": {"admin"}}), 422, "", "a log-in of the last 15 minutes", `value="mine for ever"`)
	b.want("log-in rules", b.post("/settings/log-in", url.Values{"idle": {"3h"}, "absolute": {"3d"}}), 422, "", "a log-in of the last 15 minutes", `value="3h"`)
	b.want("a device", b.get(page), 303, again(page))
	b.want("confirming it", b.post("/device/approve", url.Values{"code": {waits.Printed()}}), 303, again(page))
	login.Set("next", page)
	b.want("logging in again", b.post("/log-in", login), 303, page)
	b.want("the device then", b.get(page), 200, "", "bodhi on laptop")
	b.want("confirming it then", b.post("/device/approve", url.Values{"code": {waits.Printed()}}), 303, "/tokens")
	b.want("a token then", b.post("/tokens", url.Values{"name": {"mine"}}), 200, "", "bdt_live_")
}

func TestSessionsOfStrangersDoNotPileUp(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	h.Factors.PublicURL = "http://localhost:8080"
	b.want("a challenge", b.get("/log-in/passkey"), 200, "", `data-passkey="get"`, "Passkeys need JavaScript")
	resp, err := another(t, b.base).http.Get(b.base + "/log-in/passkey")
	if err != nil {
		t.Fatal(err)
	}
	_ = resp.Body.Close()
	if c := resp.Cookies(); len(c) != 1 || c[0].Expires.Sub(h.Clock.Now()) > 31*time.Minute {
		t.Fatalf("a stranger's session lives until %+v", c)
	}
}

func TestForgedPasskeysAreRefusedAlike(t *testing.T) {
	t.Parallel()
	h, b := serve(t)
	h.Factors.PublicURL = "http://localhost:8080"
	for _, answer := range []string{"", "{}", "null", "[]", `{"id":"AAAA","rawId":"AAAA","type":"public-key","response":{"clientDataJSON":"e30","authenticatorData":"AAAA","signature":"AAAA","userHandle":"AAAA"}}`} {
		b.want("the page", b.get("/log-in/passkey"), 200, "")
		p := b.post("/log-in/passkey", url.Values{"response": {answer}})
		b.want(answer, p, 422, "", "This passkey was not accepted")
	}
}
