package apptest

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Directory is a company's identity provider by a led clock, at which everybody is Who, and has logged in already.
type Directory struct {
	// URL is the issuer, Client and Secret are the gateway's there.
	URL, Client, Secret string
	// Who comes is an address and a name, In their groups; set it before a browser goes there.
	Who, Name string
	In        []string

	clock clock.Clock
	key   *rsa.PrivateKey
	mu    sync.Mutex
	asked map[string]url.Values // what was asked, by the code that answered
}

// OpenDirectory serves one until the test ends.
func OpenDirectory(t testing.TB, c clock.Clock) *Directory {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	d := &Directory{Client: "bodhi", Secret: "of-the-gateway-alone", clock: c, key: key, asked: map[string]url.Values{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, http.StatusOK, map[string]any{"issuer": d.URL, "authorization_endpoint": d.URL + "/authorize", "token_endpoint": d.URL + "/token", "jwks_uri": d.URL + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256"}, "code_challenge_methods_supported": []string{"S256"}})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		tell(w, http.StatusOK, map[string]any{"keys": []any{map[string]string{"kty": "RSA", "kid": "k", "alg": "RS256", "use": "sig", "n": raw(key.N.Bytes()), "e": raw(big.NewInt(int64(key.E)).Bytes())}}})
	})
	mux.HandleFunc("GET /authorize", d.authorize)
	mux.HandleFunc("POST /token", d.token)
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	d.URL = srv.URL
	return d
}

func (d *Directory) authorize(w http.ResponseWriter, r *http.Request) {
	q, code := r.URL.Query(), rand.Text()
	d.mu.Lock()
	d.asked[code] = q
	d.mu.Unlock()
	http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {code}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
}

// token gives one for a code, once, to whom proves that they asked for it.
func (d *Directory) token(w http.ResponseWriter, r *http.Request) {
	id, password, _ := r.BasicAuth()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	d.mu.Lock()
	defer d.mu.Unlock()
	q, ok := d.asked[r.FormValue("code")]
	delete(d.asked, r.FormValue("code"))
	if !ok || id != d.Client || password != d.Secret || q.Get("code_challenge") != raw(sum[:]) {
		tell(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
		return
	}
	now := d.clock.Now()
	claims := map[string]any{"iss": d.URL, "sub": d.Who, "aud": d.Client, "iat": now.Unix(), "exp": now.Add(5 * time.Minute).Unix(), "nonce": q.Get("nonce"),
		"email": d.Who, "email_verified": true, "name": d.Name, "groups": d.In}
	tell(w, http.StatusOK, map[string]any{"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": d.signed(claims)})
}

func (d *Directory) signed(claims map[string]any) string {
	body, _ := json.Marshal(claims) // words and numbers always have a JSON form
	text := raw([]byte(`{"alg":"RS256","kid":"k"}`)) + "." + raw(body)
	sum := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(nil, d.key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err) // a key of this size signs
	}
	return text + "." + raw(signature)
}

func raw(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

func tell(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
