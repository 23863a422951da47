package vertex_test

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
	"github.com/bodhi-gateway/bodhi/app/provider/vertex"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{Adapter: vertex.New(http.DefaultTransport, clock.System{}), Dialect: dialect.Dialect{}, Dir: "testdata",
		Connection: provider.Connection{Kind: provider.Vertex, BaseURL: "https://europe-west4-aiplatform.googleapis.com/v1/projects/acme/locations/europe-west4"}})
}

// pemKey is made once: keys of this size take a while.
var pemKey = sync.OnceValue(func() string {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	b, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		panic(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: b}))
})

func serviceAccount(tokenURI string) secret.String {
	b, _ := json.Marshal(map[string]string{"type": "service_account", "project_id": "acme-1", "private_key_id": "kid-1234", "private_key": pemKey(),
		"client_email": "bodhi@acme-1.iam.gserviceaccount.com", "token_uri": tokenURI})
	return secret.New(string(b))
}

func call(t *testing.T) *llm.Call {
	t.Helper()
	c, err := dialect.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Model: "a", Body: []byte(`{"contents":[{"parts":[{"text":"hi"}]}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func ids() *id.Source { return id.NewSource(clock.System{}.Now, nil) }

// seller sells tokens that are good for an hour, numbered.
func seller(t *testing.T, sold *atomic.Int64, gate chan struct{}) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gate != nil {
			<-gate
		}
		claims := strings.Split(r.FormValue("assertion"), ".")
		if len(claims) != 3 {
			t.Errorf("assertion %q", r.FormValue("assertion"))
			return
		}
		b, _ := base64.RawURLEncoding.DecodeString(claims[1])
		if !strings.Contains(string(b), `"iss":"bodhi@acme-1.iam.gserviceaccount.com"`) || !strings.Contains(string(b), "auth/cloud-platform") {
			t.Errorf("claims %s", b)
		}
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"access_token":"ya29.%d","expires_in":3600,"token_type":"Bearer"}`, sold.Add(1))
	}))
	t.Cleanup(s.Close)
	return s.URL + "/token"
}

func TestATokenIsSharedAndReplacedBeforeItEnds(t *testing.T) {
	t.Parallel()
	var sold atomic.Int64
	gate := make(chan struct{})
	now := clock.NewFake(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC))
	a := vertex.New(http.DefaultTransport, now)
	c := &provider.Connection{ID: id.NewConnection(ids()), Kind: provider.Vertex, Credential: serviceAccount(seller(t, &sold, gate))}
	ask := func() string {
		r, err := a.Request(t.Context(), c, call(t), llm.Edit{Model: "gemini-2.5-flash"}, nil)
		if err != nil {
			t.Error(err)
			return ""
		}
		return r.Header.Get("Authorization")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := ask(); got != "Bearer ya29.1" {
				t.Errorf("a request waits for the first token and has %q", got)
			}
		})
	}
	sell := func() { // to a request that has come
		t.Helper()
		patience, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		select {
		case gate <- struct{}{}:
		case <-patience.Done():
			t.Fatal("nobody wants a token")
		}
	}
	sell()
	all.Wait()
	now.Advance(54 * time.Minute)
	if got := ask(); got != "Bearer ya29.1" || sold.Load() != 1 {
		t.Errorf("a good token is not used: %q, %d sold", got, sold.Load())
	}
	now.Advance(2 * time.Minute) // four minutes are left
	if got := ask(); got != "Bearer ya29.1" {
		t.Errorf("a request waits though its token is still good: %q", got)
	}
	sell()                       // while the old one is still good
	now.Advance(4 * time.Minute) // it has ended; whoever asks now waits for the fetch under way
	if got := ask(); got != "Bearer ya29.2" || sold.Load() != 2 {
		t.Errorf("after its end: %q, %d sold", got, sold.Load())
	}
	c.Credential = serviceAccount(seller(t, &sold, nil))
	if got := ask(); got != "Bearer ya29.3" {
		t.Errorf("a rotated key still uses the old token: %q", got)
	}
}

func TestAddressesNameProjectAndLocation(t *testing.T) {
	t.Parallel()
	var sold atomic.Int64
	account := serviceAccount(seller(t, &sold, nil))
	for _, x := range []struct {
		name, base string
		key        secret.String
		want       string
	}{
		{"nothing but a service account", "", account, "https://aiplatform.googleapis.com/v1/projects/acme-1/locations/global/publishers/google/models/m:generateContent"},
		{"a region", "https://us-central1-aiplatform.googleapis.com", account, "https://us-central1-aiplatform.googleapis.com/v1/projects/acme-1/locations/us-central1/publishers/google/models/m:generateContent"},
		{"another project", "https://us-central1-aiplatform.googleapis.com/v1/projects/other/locations/us-central1", account, "https://us-central1-aiplatform.googleapis.com/v1/projects/other/locations/us-central1/publishers/google/models/m:generateContent"},
		{"several regions", "https://aiplatform.eu.rep.googleapis.com", account, "https://aiplatform.eu.rep.googleapis.com/v1/projects/acme-1/locations/eu/publishers/google/models/m:generateContent"},
		{"several regions, as they were stored once", "https://eu-aiplatform.googleapis.com/v1/projects/other/locations/eu", account, "https://aiplatform.eu.rep.googleapis.com/v1/projects/other/locations/eu/publishers/google/models/m:generateContent"},
		{"a proxy in front", "https://proxy.example.com/google/v1/projects/p/locations/l", account, "https://proxy.example.com/google/v1/projects/p/locations/l/publishers/google/models/m:generateContent"},
		{"an API key", "", secret.New("AQ.key"), "https://aiplatform.googleapis.com/v1/publishers/google/models/m:generateContent"},
		{"no credential and no project", "", secret.String{}, ""},
	} {
		r, err := vertex.New(http.DefaultTransport, clock.System{}).Request(t.Context(), &provider.Connection{ID: id.NewConnection(ids()), BaseURL: x.base, Credential: x.key}, call(t), llm.Edit{Model: "m"}, nil)
		switch {
		case x.want == "" && (err == nil || !strings.Contains(err.Error(), "project")):
			t.Errorf("%s: %v", x.name, err)
		case x.want != "" && (err != nil || r.URL.String() != x.want):
			t.Errorf("%s: %v, %v", x.name, r, err)
		}
	}
}

// TestTokensAreBoughtFromGoogleOnly: whoever pastes a key must not choose where we send what it signs.
func TestTokensAreBoughtFromGoogleOnly(t *testing.T) {
	t.Parallel()
	for uri, fine := range map[string]bool{
		"https://oauth2.googleapis.com/token": true, "": true, "https://oauth2.googleapis.com.evil.example/token": false, "https://evil.example/token": false,
		"https://user@oauth2.googleapis.com/token": false, "file:///etc/passwd": false, "https://oauth2.googleapis.com/other": false, "::": false,
	} {
		if _, err := provider.ParseServiceAccount(serviceAccount(uri).Reveal()); (err == nil) != fine {
			t.Errorf("%q: %v", uri, err)
		}
	}
	// Plain http is left to egress, which opens it to nothing but what the operator allowed.
	var asked atomic.Int64
	a := vertex.New(egress.New(egress.Config{}).Transport(), clock.System{})
	_, err := a.Request(t.Context(), &provider.Connection{ID: id.NewConnection(ids()), Credential: serviceAccount(seller(t, &asked, nil))}, call(t), llm.Edit{Model: "m"}, nil)
	if err == nil || asked.Load() != 0 {
		t.Errorf("a loopback address was asked for a token: %v", err)
	}
	// Nor is a machine's own identity handed out, unless the operator opened it.
	_, err = a.Request(t.Context(), &provider.Connection{ID: id.NewConnection(ids()), BaseURL: "https://aiplatform.googleapis.com/v1/projects/p/locations/global"}, call(t), llm.Edit{Model: "m"}, nil)
	var f *provider.Failure
	if !errors.As(err, &f) || f.Class != provider.Credential || !strings.Contains(f.Message, "BODHI_EGRESS_ALLOW_PRIVATE") {
		t.Errorf("the machine's identity: %v", err)
	}
}

func TestARefusedServiceAccountIsACredentialFailure(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = io.WriteString(w, `{"error":"invalid_grant","error_description":"Invalid grant: account not found"}`)
	}))
	t.Cleanup(s.Close)
	_, err := vertex.New(http.DefaultTransport, clock.System{}).ModelList(t.Context(), &provider.Connection{ID: id.NewConnection(ids()), Credential: serviceAccount(s.URL)})
	var f *provider.Failure
	if !errors.As(err, &f) || f.Class != provider.Credential || f.Status != 400 || f.Message != "Invalid grant: account not found" {
		t.Errorf("%v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "PRIVATE KEY") || strings.Contains(text, "eyJ") {
		t.Errorf("the error tells a secret: %s", text)
	}
}

type scripted func(r *http.Request) (*http.Response, error)

func (f scripted) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func TestAMachinesOwnIdentityIsUsedWhereItIsOpen(t *testing.T) {
	t.Parallel()
	out := scripted(func(r *http.Request) (*http.Response, error) {
		if r.URL.Host != "169.254.169.254" || r.Header.Get("Metadata-Flavor") != "Google" {
			t.Errorf("%s %v", r.URL, r.Header)
		}
		return &http.Response{StatusCode: 200, Body: io.NopCloser(strings.NewReader(`{"access_token":"ya29.machine","expires_in":600,"token_type":"Bearer"}`))}, nil
	})
	r, err := vertex.New(out, clock.System{}).Request(t.Context(), &provider.Connection{ID: id.NewConnection(ids()), BaseURL: "https://aiplatform.googleapis.com/v1/projects/p/locations/global"}, call(t), llm.Edit{Model: "m"}, nil)
	if err != nil || r.Header.Get("Authorization") != "Bearer ya29.machine" {
		t.Errorf("%v, %v", r, err)
	}
}

func TestAStudiosCountIsUnwrappedForVertex(t *testing.T) {
	t.Parallel()
	c, err := dialect.Dialect{}.Decode(llm.Ask{Operation: llm.CountTokens, Model: "a", Body: []byte(`{"generateContentRequest": {"model":"models/a","contents":[{"parts":[{"text":"hi"}]}]} }`)})
	if err != nil {
		t.Fatal(err)
	}
	r, err := vertex.New(http.DefaultTransport, clock.System{}).Request(t.Context(), &provider.Connection{Credential: secret.New("AQ.key")}, c, llm.Edit{Model: "m"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if b, _ := io.ReadAll(r.Body); string(b) != `{"model":"publishers/google/models/m","contents":[{"parts":[{"text":"hi"}]}]}` {
		t.Errorf("%s", b)
	}
}
