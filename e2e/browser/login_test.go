package browser

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/webauthn"
	"github.com/chromedp/chromedp"
	"github.com/pquerna/otp/totp"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// authenticator gives the browser a passkey store whose owner always agrees.
func (b *tab) authenticator() {
	b.t.Helper()
	b.run("plug in an authenticator", webauthn.Enable(), chromedp.ActionFunc(func(ctx context.Context) error {
		_, err := webauthn.AddVirtualAuthenticator(&webauthn.VirtualAuthenticatorOptions{
			Protocol: webauthn.AuthenticatorProtocolCtap2, Transport: webauthn.AuthenticatorTransportInternal,
			HasResidentKey: true, HasUserVerification: true, IsUserVerified: true, AutomaticPresenceSimulation: true}).Do(ctx)
		return err
	}))
}

// judged looks at a page as people with different screens, ears and hands do, and keeps pictures.
func (b *tab) judged(name string) {
	b.t.Helper()
	b.fitsEveryScreen(name)
	b.speaksForItself()
	b.canBeUsedWithTheKeyboard()
}

func (b *tab) leave() {
	b.t.Helper()
	b.goTo("/account/security")
	b.run("open the account menu", chromedp.Click(".b-account-head", chromedp.ByQuery))
	b.press("Log out")
}

func TestPasskeysInARealBrowser(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Named(t).URL)
	b.authenticator()
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/account/security")
	b.judged("security-empty")
	b.press("Add a passkey")
	b.sees("Kept by this device")
	b.judged("security-passkey-new")
	b.fill("Name", "Work laptop")
	b.press("Register passkey")
	b.sees("The passkey “Work laptop” is registered")
	b.judged("security-passkey")

	b.leave()
	b.sees("New here?")
	b.judged("log-in")
	b.press("Passkey")
	b.sees("Your device asks")
	b.judged("log-in-passkey")
	b.press("Use a passkey") // no name, no password
	b.sees("Three steps")
	b.goTo("/account/security")
	b.sees("this browser")
	b.sees("Work laptop")

	b.leave()
	b.sees("New here?")
	b.fill("E-mail", "ada@acme.test")
	b.fill("Password", "correct horse battery staple")
	b.press("Log in")
	b.sees("Your password is right")
	b.judged("log-in-second-passkey")
	b.press("Use a passkey")
	b.sees("Three steps")
	b.goTo("/account/security")
	b.sees("password and passkey")
}

func TestAnAuthenticatorAppInARealBrowser(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	b.signUp("Acme", "ada@acme.test")
	b.goTo("/account/security")
	b.sees("this dashboard is reached by a plain IP address")
	b.press("Set up an app")
	b.sees("Scan this code")
	b.judged("security-app")
	key := strings.ReplaceAll(b.text("#key"), " ", "")
	b.fill("The code the app shows now", code(t, key))
	b.press("Confirm")
	b.sees("Keep these 10 codes")
	b.judged("security-codes")
	recovery := strings.Fields(b.text("#codes"))[0]
	b.press("I saved them")
	b.sees("10 unused codes are left")
	b.judged("security-full")
	b.goTo("/settings/log-in")
	b.judged("settings-log-in")

	b.leave()
	b.sees("New here?")
	b.fill("E-mail", "ada@acme.test")
	b.fill("Password", "correct horse battery staple")
	b.press("Log in")
	b.sees("Your password is right")
	b.judged("log-in-second")
	b.provokes(422)
	b.fill("Code", "000000")
	b.press("Log in")
	b.sees("This code is wrong")
	b.fill("Code", recovery)
	b.press("Log in")
	b.sees("Three steps") // going on before the answer is here races with the answer's redirect
	b.goTo("/account/security")
	b.sees("9 unused codes are left")
}

func code(t *testing.T, key string) string {
	t.Helper()
	out, err := totp.GenerateCode(key, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A real provider, and a browser that keeps the content security policy: forms may not redirect to another site.
func TestSingleSignOnInARealBrowser(t *testing.T) {
	t.Parallel()
	b := open(t, harness.Empty(t).URL)
	var provider http.Handler
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/favicon.ico" { // it has none, which the browser would complain of
			w.WriteHeader(http.StatusNoContent)
			return
		}
		provider.ServeHTTP(w, r)
	}))
	t.Cleanup(srv.Close)
	client := storage.WebClient("bodhi", "s3cret", b.base+"/log-in/sso/callback")
	provider = exampleop.SetupServer(srv.URL, storage.NewStorageWithClients(storage.NewUserStore(srv.URL), map[string]*storage.Client{"bodhi": client}), nil, false)

	b.signUp("Acme", "ada@acme.test")
	b.goTo("/settings/sso")
	b.judged("settings-sso-empty")
	b.fill("Name", "Zitadel")
	b.fill("Issuer", srv.URL)
	b.fill("Client id", "bodhi")
	b.fill("Client secret", "s3cret")
	b.tick("Let new people in at their first log-in")
	b.fill("Mail domains of new people", "zitadel.ch")
	b.press("Check and save")
	b.sees("Single sign-on is set up")
	b.fill("Group", "engineering")
	b.choose("Where", "General")
	b.provokes(422)
	b.press("Map group")
	b.sees("An organization admin is one of the whole organization") // the role that was chosen is none of a team
	b.judged("settings-sso")

	b.leave()
	b.sees("New here?")
	b.press("Single sign-on")
	b.sees("Its short name")
	b.judged("log-in-sso")
	b.fill("Organization", "acme")
	b.press("Continue")
	b.run("log in at the provider", chromedp.WaitVisible(`input[name=username]`, chromedp.ByQuery), chromedp.SendKeys(`input[name=username]`, "test-user@127.0.0.1", chromedp.ByQuery),
		chromedp.SendKeys(`input[name=password]`, "verysecure", chromedp.ByQuery), chromedp.Submit(`form`, chromedp.ByQuery))
	b.sees("Three steps")
	b.goTo("/account")
	b.sees("test-user@zitadel.ch")
}
