package sso_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

const (
	clientID     = "bodhi"
	clientSecret = "client-secret-0123456789"
)

// idp is an identity provider that does as it is told, right or wrong. Unlike a real one it can be made to lie.
type idp struct {
	t     testing.TB
	srv   *httptest.Server
	clock clock.Clock
	key   *rsa.PrivateKey
	kid   string

	mu       sync.Mutex
	codes    map[string]grant
	hits     map[string]int
	document map[string]any // over the honest discovery document; nil removes
	userinfo map[string]any
	// lax forgets to check PKCE.
	lax bool
	// claims changes an ID token before it is signed; sign replaces the signing.
	claims func(c map[string]any)
	sign   func(c map[string]any) string
	answer func(a map[string]any)
}

type grant struct{ challenge, nonce, redirect, subject string }

func newIDP(t testing.TB, c clock.Clock) *idp {
	t.Helper()
	p := &idp{t: t, clock: c, key: keys(t)[0], kid: "k1", codes: map[string]grant{}, hits: map[string]int{}, document: map[string]any{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", p.discovery)
	mux.HandleFunc("GET /keys", p.keys)
	mux.HandleFunc("POST /token", p.token)
	mux.HandleFunc("GET /userinfo", p.info)
	p.srv = httptest.NewServer(mux)
	t.Cleanup(p.srv.Close)
	return p
}

func (p *idp) issuer() string { return p.srv.URL }

func (p *idp) discovery(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hits["discovery"]++
	d := map[string]any{"issuer": p.srv.URL, "authorization_endpoint": p.srv.URL + "/authorize", "token_endpoint": p.srv.URL + "/token", "jwks_uri": p.srv.URL + "/keys",
		"userinfo_endpoint": p.srv.URL + "/userinfo", "end_session_endpoint": p.srv.URL + "/end", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		"code_challenge_methods_supported": []string{"S256"}}
	for k, v := range p.document {
		if v == nil {
			delete(d, k)
		} else {
			d[k] = v
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(d)
}

func (p *idp) keys(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hits["keys"]++
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.key.Public(), KeyID: p.kid, Algorithm: "RS256", Use: "sig"}}})
}

// authorize is the log-in page: whoever follows the URL logs in as subject and gets a code.
func (p *idp) authorize(at, subject string) (code string) {
	p.t.Helper()
	u, err := url.Parse(at)
	if err != nil {
		p.t.Fatal(err)
	}
	q := u.Query()
	if q.Get("response_type") != "code" || q.Get("client_id") != clientID || q.Get("state") == "" {
		p.t.Fatalf("a wrong request: %s", at)
	}
	raw := make([]byte, 12)
	_, _ = rand.Read(raw)
	code = base64.RawURLEncoding.EncodeToString(raw)
	challenge := q.Get("code_challenge")
	if q.Get("code_challenge_method") != "S256" {
		challenge = ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.codes[code] = grant{challenge, q.Get("nonce"), q.Get("redirect_uri"), subject}
	return code
}

func (p *idp) token(w http.ResponseWriter, r *http.Request) {
	_ = r.ParseForm()
	id, password, _ := r.BasicAuth()
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hits["token"]++
	g, ok := p.codes[r.FormValue("code")]
	delete(p.codes, r.FormValue("code"))
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	proven := g.challenge != "" && g.challenge == base64.RawURLEncoding.EncodeToString(sum[:])
	if !ok || id != clientID || password != clientSecret || g.redirect != r.FormValue("redirect_uri") || !proven && !p.lax {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusBadRequest)
		_, _ = fmt.Fprint(w, `{"error":"invalid_grant"}`)
		return
	}
	c := p.honest(g.subject, g.nonce)
	if p.claims != nil {
		p.claims(c)
	}
	sign := p.signed
	if p.sign != nil {
		sign = p.sign
	}
	a := map[string]any{"access_token": "access", "token_type": "Bearer", "expires_in": 300, "id_token": sign(c)}
	if p.answer != nil {
		p.answer(a)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(a)
}

func (p *idp) info(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(p.userinfo)
}

// honest are the claims of somebody called ada at acme.test.
func (p *idp) honest(subject, nonce string) map[string]any {
	now := p.clock.Now()
	return map[string]any{"iss": p.srv.URL, "sub": subject, "aud": clientID, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": nonce,
		"email": "ada@acme.test", "email_verified": true, "name": "Ada Lovelace", "sid": "session-" + subject}
}

// goodbye are the claims of an honest logout token.
func (p *idp) goodbye(sid string) map[string]any {
	now := p.clock.Now()
	raw := make([]byte, 12)
	_, _ = rand.Read(raw)
	return map[string]any{"iss": p.srv.URL, "aud": clientID, "iat": now.Unix(), "exp": now.Add(2 * time.Minute).Unix(), "sid": sid,
		"jti": base64.RawURLEncoding.EncodeToString(raw), "events": map[string]any{"http://schemas.openid.net/event/backchannel-logout": map[string]any{}}}
}

func (p *idp) signed(c map[string]any) string { return jws(p.t, jose.RS256, p.key, p.kid, c, nil) }

func jws(t testing.TB, alg jose.SignatureAlgorithm, key any, kid string, c map[string]any, more map[jose.HeaderKey]any) string {
	t.Helper()
	o := (&jose.SignerOptions{}).WithHeader("kid", kid)
	for k, v := range more {
		o = o.WithHeader(k, v)
	}
	s, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: key}, o)
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	out, err := s.Sign(body)
	if err != nil {
		t.Fatal(err)
	}
	text, err := out.CompactSerialize()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// unsigned is a token of alg "none", or any other header, with whatever stands for the signature.
func unsigned(t testing.TB, header string, c map[string]any, signature string) string {
	t.Helper()
	body, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	e := base64.RawURLEncoding
	return e.EncodeToString([]byte(header)) + "." + e.EncodeToString(body) + "." + signature
}

// pair are two keys for all tests, as making one takes a while.
var pair = sync.OnceValues(func() (out [2]*rsa.PrivateKey, err error) {
	for i := range out {
		if out[i], err = rsa.GenerateKey(rand.Reader, 2048); err != nil {
			return out, err
		}
	}
	return out, nil
})

func keys(t testing.TB) [2]*rsa.PrivateKey {
	t.Helper()
	out, err := pair()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func anotherKey(t testing.TB) *rsa.PrivateKey { return keys(t)[1] }

func curveKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}
