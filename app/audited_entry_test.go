package app

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/factor"
	"github.com/bodhi-gateway/bodhi/app/factor/factortest"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/billing/stripe"
	"github.com/bodhi-gateway/bodhi/billing/stripe/stripetest"
	"github.com/bodhi-gateway/bodhi/db"
)

// passkeyOrigin is a dashboard's address that browsers offer passkeys at.
const passkeyOrigin = "http://localhost:8080"

// halfway is a browser in which the admin's password was right, and something else is asked for.
func (x *stage) halfway() {
	x.t.Helper()
	x.s.Stranger = webtest.LogIn(x.t, x.s.Handler, x.home().Email[org.Admin], x.home().Password)
}

// page reads a page with a session, or with none and the one that it begins.
func (x *stage) page(path string, session *http.Cookie) (string, *http.Cookie) {
	x.t.Helper()
	q := httptest.NewRequest(http.MethodGet, path, nil)
	if session != nil {
		q.AddCookie(session)
	}
	w := httptest.NewRecorder()
	x.s.Handler.ServeHTTP(w, q)
	if w.Code != http.StatusOK {
		x.t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	if begun := w.Result().Cookies(); len(begun) > 0 {
		session = begun[0]
	}
	return w.Body.String(), session
}

// spelled: whoever deletes an organization repeats its name.
func (x *stage) spelled() {
	x.t.Helper()
	o, err := x.a.people.Organization(x.ctx(), x.admin())
	must(x.t, err)
	x.form(url.Values{"name": {o.Name}})
	x.a.unheld(x.t, x.home().Org)
}

// addressed repeats the address of a person, as erasing wants it.
func (x *stage) addressed(kind string) {
	x.t.Helper()
	which, err := id.ParseMember(x.home().Things[kind])
	must(x.t, err)
	p, err := x.a.compliant().Person(x.ctx(), x.admin(), which)
	must(x.t, err)
	x.form(url.Values{"email": {p.Email}, "reason": {"asked for"}})
}

func (x *stage) codeAsked() {
	x.t.Helper()
	setup := x.app()
	_, err := x.a.factors.ConfirmApp(x.ctx(), x.admin(), x.code(setup))
	must(x.t, err)
	x.halfway()
	x.form(url.Values{"code": {x.codeAt(setup, 30*time.Second)}}) // the present one is used
}

// factorDemanded: the organization asks for a second factor that the admin does not have.
func (x *stage) factorDemanded() {
	x.t.Helper()
	must(x.t, db.NewIdentityStore(x.a.db).SetLoginPolicy(x.ctx(), x.home().Org, identity.Policy{SecondFactor: true}, x.a.clock.Now()))
	x.halfway()
	x.page(web.LogInPath+"/set-up", x.s.Stranger)
	setup, ok, err := x.a.factors.PendingApp(x.ctx(), x.admin())
	if err != nil || !ok {
		x.t.Fatalf("no app is being set up: %v", err)
	}
	x.form(url.Values{"code": {x.code(setup)}})
}

func (x *stage) withPasskey() (factor.Passkey, *factortest.Device) {
	x.t.Helper()
	device := factortest.New(x.t, passkeyOrigin)
	ceremony, err := x.a.factors.BeginPasskey(x.ctx(), x.admin())
	must(x.t, err)
	p, err := x.a.factors.AddPasskey(x.ctx(), x.admin(), ceremony.State, device.Register(ceremony.Options), "laptop")
	must(x.t, err)
	return p, device
}

func (x *stage) passkeyAsked() {
	x.t.Helper()
	_, device := x.withPasskey()
	page, session := x.page(web.LogInPath+"/passkey", nil)
	x.s.Stranger = session
	x.form(url.Values{"response": {device.Assert(device.Options(page))}})
}

func (x *stage) passkeyOffered() {
	x.t.Helper()
	device := factortest.New(x.t, passkeyOrigin)
	q := httptest.NewRequest(http.MethodGet, "/", nil)
	x.s.As(x.t, q, org.Admin)
	page, _ := x.page("/account/security/passkeys/new", q.Cookies()[0])
	x.form(url.Values{"name": {"laptop"}, "response": {device.Register(device.Options(page))}})
}

// twoOrganizations: the admin is a member of another organization too, under the same password.
func (x *stage) twoOrganizations() {
	x.t.Helper()
	_, err := x.a.people.AddMember(x.ctx(), org.System(x.s.Foreign.Org, "test"), identity.NewMember{Name: "Ada", Email: x.home().Email[org.Admin], Role: org.Viewer,
		Password: secret.New(x.home().Password)})
	must(x.t, err)
	x.halfway()
	x.form(url.Values{"member": {x.admin().Member.String()}})
}

// goodbye: the identity provider says that a session of its making is over.
func (x *stage) goodbye() {
	x.t.Helper()
	p, idp := x.provider()
	data := fmt.Sprintf(`{"values":{"org":%q,"member":%q,"provider":%q,"provider_subject":"u1"}}`, p.Org, x.admin().Member, p.ID)
	must(x.t, db.NewSessionStore(x.a.db).CommitCtx(x.ctx(), "browser of "+p.ID.String(), []byte(data), x.a.clock.Now().Add(time.Hour)))
	now := x.a.clock.Now()
	x.form(url.Values{"logout_token": {idp.signed(map[string]any{"iss": idp.URL, "aud": "bodhi", "iat": now.Unix(), "exp": now.Add(time.Minute).Unix(), "sub": "u1", "jti": p.ID.String(),
		"events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}})}})
}

// unusedKey is one that was made long ago.
func (x *stage) unusedKey() {
	x.t.Helper()
	k := key.Key{ID: id.NewKey(x.a.ids), Org: x.home().Org, Name: "forgotten", Team: x.team(), Member: x.admin().Member, CreatedAt: x.a.clock.Now().Add(-2 * key.Idle)}
	k.Public = k.ID.String()[4:20]
	must(x.t, x.a.keyStore.Insert(x.ctx(), k))
	x.home().Things["keys"] = k.ID.String()
}

// lostNode leased half of the organization's budget and gives no sign of life.
func (x *stage) lostNode() budget.Suspended {
	x.t.Helper()
	b, err := id.ParseBudget(x.home().Things["budgets"])
	must(x.t, err)
	e, err := x.a.budgets(nil).Get(x.ctx(), x.admin(), b)
	must(x.t, err)
	books, now, n := x.a.ledgerStore, x.a.clock.Now(), id.NewNode(x.a.ids)
	epoch, err := books.Begin(x.ctx(), n, budget.Opening{Label: "lost", Now: now})
	must(x.t, err)
	from, _ := e.Calendar().Window(now, e.Standing.ResetsAt.Location())
	_, err = books.Lease(x.ctx(), n, []budget.LeaseAsk{{Op: id.NewGrant(x.a.ids), Epoch: epoch, Org: e.Org, Account: ledger.Account{Budget: b, Start: from.Unix()},
		Ask: ledger.Ask{Need: money.Dollar / 2}}})
	must(x.t, err)
	pulse, err := books.Beat(x.ctx(), n, epoch, now)
	must(x.t, err)
	for _, p := range pulse.Peers {
		if p.ID == n {
			_, err := books.Reap(x.ctx(), p, now)
			must(x.t, err)
		}
	}
	all, err := x.a.budgets(nil).Suspense(x.ctx(), x.admin(), b)
	if err != nil || len(all) != 1 {
		x.t.Fatalf("in suspense: %v, %v", all, err)
	}
	return all[0]
}

// beside is a prober that finds an Ollama on this machine.
type beside struct{ provider.Prober }

// Probe implements provider.Prober.
func (b beside) Probe(ctx context.Context, c *provider.Connection) ([]string, error) {
	if c.Kind == provider.Ollama {
		return []string{"llama3.2"}, nil
	}
	return b.Prober.Probe(ctx, c)
}

// issuer is an identity provider that says what it can do and signs what a test wants said.
type issuer struct {
	t   testing.TB
	URL string
	key *rsa.PrivateKey
}

// issuerKey is one for all, as making one takes a while.
var issuerKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func newIssuer(t testing.TB) *issuer {
	t.Helper()
	key, err := issuerKey()
	must(t, err)
	p := &issuer{t: t, key: key}
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.URL.Path == "/keys" {
			_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}})
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token",
			"jwks_uri": p.URL + "/keys", "id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}})
	}))
	p.URL = srv.URL
	t.Cleanup(srv.Close)
	return p
}

func (p *issuer) signed(claims map[string]any) string {
	p.t.Helper()
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	must(p.t, err)
	body, err := json.Marshal(claims)
	must(p.t, err)
	out, err := s.Sign(body)
	must(p.t, err)
	text, err := out.CompactSerialize()
	must(p.t, err)
	return text
}

// billed turns billing on, against a Stripe in the process.
func (x *stage) billed() *stripetest.Server {
	x.t.Helper()
	server := stripetest.New(x.t, x.a.clock.Now)
	x.a.billing.Cashier = stripe.New(stripe.Config{Key: secret.New("sk_test_x"), Webhook: secret.New(stripetest.Secret), Base: server.URL, Transport: http.DefaultTransport})
	return server
}

func (x *stage) subscribed() {
	x.t.Helper()
	server := x.billed()
	page, err := x.a.billing.Checkout(x.ctx(), x.admin(), "starter")
	must(x.t, err)
	server.Pay(page.ID)
	must(x.t, x.a.billing.Look(x.ctx(), x.admin()))
}
