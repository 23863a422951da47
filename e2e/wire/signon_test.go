package wire

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// idp is an identity provider at which everybody is Ada, logged in already.
type idp struct {
	t     *testing.T
	srv   *httptest.Server
	key   *rsa.PrivateKey
	mu    sync.Mutex
	nonce map[string]string // by code
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	p := &idp{t: t, key: key, nonce: map[string]string{}}
	mux := http.NewServeMux()
	answer := func(path string, make func(r *http.Request) any) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(make(r))
		})
	}
	answer("/.well-known/openid-configuration", func(*http.Request) any {
		return map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize", "token_endpoint": p.srv.URL + "/token", "jwks_uri": p.srv.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}}
	})
	answer("/keys", func(*http.Request) any {
		return jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: key.Public(), KeyID: "k", Algorithm: "RS256", Use: "sig"}}}
	})
	answer("/token", func(r *http.Request) any {
		p.mu.Lock()
		defer p.mu.Unlock()
		c := p.claims("exp", time.Now().Add(time.Minute).Unix(), "nonce", p.nonce[r.FormValue("code")], "email", "ada@acme.test", "email_verified", true, "name", "Ada", "sid", r.FormValue("code"))
		return map[string]any{"access_token": "a", "token_type": "Bearer", "id_token": p.signed(c)}
	})
	p.srv = httptest.NewServer(mux)
	t.Cleanup(p.srv.Close)
	return p
}

func (p *idp) claims(more ...any) map[string]any {
	out := map[string]any{"iss": p.srv.URL, "sub": "ada", "aud": "bodhi", "iat": time.Now().Unix()}
	for i := 0; i < len(more); i += 2 {
		out[more[i].(string)] = more[i+1]
	}
	return out
}

func (p *idp) signed(claims map[string]any) string {
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: p.key}, (&jose.SignerOptions{}).WithHeader("kid", "k"))
	if err != nil {
		p.t.Fatal(err)
	}
	body, _ := json.Marshal(claims)
	out, err := s.Sign(body)
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := out.CompactSerialize()
	if err != nil {
		p.t.Fatal(err)
	}
	return text
}

// goodbye is a logout token for one session.
func (p *idp) goodbye(session string) string {
	return p.signed(p.claims("exp", time.Now().Add(time.Minute).Unix(), "sid", session, "jti", "goodbye to "+session,
		"events", map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}))
}

// signOn logs Ada in through the provider on a node; the provider calls that session by the name it is given.
func (f fleet) signOn(p *idp, n *harness.Gateway, session string) *http.Cookie {
	f.t.Helper()
	var cookie *http.Cookie
	get := func(path string) *http.Response {
		r, _ := http.NewRequestWithContext(within(f.t, 20*time.Second), http.MethodGet, n.URL+path, nil)
		if cookie != nil {
			r.AddCookie(cookie)
		}
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			f.t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusSeeOther || len(resp.Cookies()) == 0 {
			b, _ := io.ReadAll(resp.Body)
			f.t.Fatalf("%s: %d %s", path, resp.StatusCode, b)
		}
		cookie = resp.Cookies()[0]
		return resp
	}
	to, err := url.Parse(get("/log-in/sso/start?org=" + f.OrgSlug).Header.Get("Location"))
	if err != nil {
		f.t.Fatal(err)
	}
	p.mu.Lock()
	p.nonce[session] = to.Query().Get("nonce")
	p.mu.Unlock()
	get("/log-in/sso/callback?" + url.Values{"code": {session}, "state": {to.Query().Get("state")}}.Encode())
	return cookie
}

// What an identity provider says on one node is over on both, and only that.
func TestAProvidersLogOutReachesBothNodes(t *testing.T) {
	t.Parallel()
	f, p := startFleet(t), newIDP(t)
	f.manage(http.MethodPut, "/sso", map[string]any{"name": "Okta", "issuer": p.srv.URL, "client_id": "bodhi", "public": true, "provision": true, "domains": []string{"acme.test"},
		"role": "developer", "team": f.TeamID}, nil)
	laptop, phone := f.signOn(p, f.nodes[0], "laptop"), f.signOn(p, f.nodes[1], "phone")
	for i, n := range f.nodes {
		if !f.sessionWorks(n, laptop) || !f.sessionWorks(n, phone) {
			t.Fatalf("node %d does not know a fresh session", i+1)
		}
	}
	token := p.goodbye("laptop")
	if status, b := f.form(f.nodes[1], "/log-in/sso/back-channel", nil, url.Values{"logout_token": {token}}); status != http.StatusOK {
		t.Fatalf("log out: %d %s", status, b)
	}
	start := time.Now()
	for i, n := range f.nodes {
		if f.sessionWorks(n, laptop) {
			t.Errorf("node %d: the session lives", i+1)
		}
		if !f.sessionWorks(n, phone) {
			t.Errorf("node %d: another session is over too", i+1)
		}
	}
	t.Logf("both nodes asked %s after the answer", time.Since(start).Round(time.Millisecond))
	if status, _ := f.form(f.nodes[0], "/log-in/sso/back-channel", nil, url.Values{"logout_token": {token}}); status != http.StatusBadRequest {
		t.Errorf("the token is taken twice: %d", status)
	}
}
