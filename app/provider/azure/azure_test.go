package azure_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/azure"
	"github.com/bodhi-gateway/bodhi/app/provider/providertest"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

func TestConforms(t *testing.T) {
	t.Parallel()
	providertest.Run(t, providertest.Suite{Adapter: azure.New(nil, clock.System{}), Dialect: openai.Dialect{}, Dir: "testdata",
		Connection: provider.Connection{Kind: provider.Azure, BaseURL: "https://acme.openai.azure.com"}})
}

func call(t *testing.T, a llm.Ask) *llm.Call {
	t.Helper()
	a.Operation = llm.Chat
	if a.Body == nil {
		a.Body = []byte(`{"model":"m","messages":[{"role":"user","content":"hi"}]}`)
	}
	c, err := openai.Dialect{}.Decode(a)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestAddressesNameTheDeployment(t *testing.T) {
	t.Parallel()
	const root = "https://acme.openai.azure.com"
	for _, x := range []struct {
		name, base, model, query, want string
		path                           bool
	}{
		{"a resource", root, "gpt-4o", "", root + "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", false},
		{"a resource with its first segment", root + "/openai/", "gpt-4o", "", root + "/openai/deployments/gpt-4o/chat/completions?api-version=2024-10-21", false},
		{"the newer API", root + "/openai/v1", "gpt-4o", "", root + "/openai/v1/chat/completions", false},
		{"an Azure client's own version", root, "gpt-4o", "api-version=2025-04-01-preview", root + "/openai/deployments/gpt-4o/chat/completions?api-version=2025-04-01-preview", true},
		{"a name that leads elsewhere", root, "../x", "", "", false},
		{"a name with a query", root, "x?y", "", "", false},
	} {
		a := llm.Ask{Query: x.query}
		if x.path {
			a.Model = "m"
		}
		r, err := azure.New(nil, clock.System{}).Request(t.Context(), &provider.Connection{BaseURL: x.base, Credential: secret.New("k")}, call(t, a), llm.Edit{Model: x.model}, nil)
		var refusal *fault.Error
		switch {
		case x.want == "" && !errors.As(err, &refusal):
			t.Errorf("%s: %v", x.name, err)
		case x.want != "" && (err != nil || r.URL.String() != x.want || r.Header.Get("Api-Key") != "k"):
			t.Errorf("%s: %v, %v", x.name, r, err)
		}
	}
}

func TestTheDeploymentInThePathWinsOverTheBody(t *testing.T) {
	t.Parallel()
	c := call(t, llm.Ask{Model: "alias", Query: "api-version=2024-10-21", Body: []byte(`{"model":"another","messages":[{"role":"user","content":"hi"}]}`)})
	r, err := azure.New(nil, clock.System{}).Request(t.Context(), &provider.Connection{BaseURL: "https://a.openai.azure.com/openai/v1"}, c, llm.Edit{Model: "alias"}, nil)
	if err != nil || c.Model != "alias" {
		t.Fatal(c.Model, err)
	}
	if b, _ := io.ReadAll(r.Body); !strings.Contains(string(b), `"model":"alias"`) {
		t.Errorf("%s", b)
	}
}

// entra answers token requests; it counts them, and checks their form.
type entra struct {
	t      *testing.T
	mu     sync.Mutex
	sold   int
	status int
	hosts  []string
}

func (e *entra) RoundTrip(r *http.Request) (*http.Response, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.hosts = append(e.hosts, r.URL.Host)
	_ = r.ParseForm()
	if r.URL.Path != "/tenant-1/oauth2/v2.0/token" || r.Form.Get("client_id") != "client-1" || r.Form.Get("client_secret") != "s:e~c" || r.Form.Get("grant_type") != "client_credentials" ||
		!strings.HasPrefix(r.Form.Get("scope"), "https://cognitiveservices.azure.") {
		e.t.Errorf("%s %v", r.URL, r.Form)
	}
	body := `{"error":"invalid_client","error_description":"AADSTS7000215: Invalid client secret for app 'client-1' in tenant-1."}`
	if e.status == 200 {
		e.sold++
		body = fmt.Sprintf(`{"token_type":"Bearer","expires_in":3599,"access_token":"eyJ.%d"}`, e.sold)
	}
	return &http.Response{StatusCode: e.status, Body: io.NopCloser(strings.NewReader(body))}, nil
}

func TestAnEntraTokenIsSharedAndReplaced(t *testing.T) {
	t.Parallel()
	e := &entra{t: t, status: 200}
	now := clock.NewFake(time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC))
	a := azure.New(e, now)
	c := &provider.Connection{ID: id.NewConnection(id.NewSource(clock.System{}.Now, nil)), BaseURL: "https://acme.openai.azure.com", Credential: secret.New("tenant-1:client-1:s:e~c")}
	ask := func() string {
		r, err := a.Request(t.Context(), c, call(t, llm.Ask{}), llm.Edit{Model: "m"}, nil)
		if err != nil {
			t.Error(err)
			return ""
		}
		if len(r.Header["Api-Key"]) > 0 {
			t.Error("the application's secret is sent as a key")
		}
		return r.Header.Get("Authorization")
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if got := ask(); got != "Bearer eyJ.1" {
				t.Errorf("%q", got)
			}
		})
	}
	all.Wait()
	now.Advance(54 * time.Minute)
	if got := ask(); got != "Bearer eyJ.1" {
		t.Errorf("a good token is not used: %q", got)
	}
	now.Advance(6 * time.Minute)
	if got := ask(); got != "Bearer eyJ.2" {
		t.Errorf("after its end: %q", got)
	}
	c.BaseURL = "https://acme.openai.azure.us"
	if got := ask(); got != "Bearer eyJ.3" || e.hosts[len(e.hosts)-1] != "login.microsoftonline.us" {
		t.Errorf("another cloud: %q from %v", got, e.hosts)
	}
}

func TestARefusedApplicationIsACredentialFailureThatTellsNoSecret(t *testing.T) {
	t.Parallel()
	_, err := azure.New(&entra{t: t, status: 401}, clock.System{}).ModelList(t.Context(), &provider.Connection{BaseURL: "https://acme.openai.azure.com", Credential: secret.New("tenant-1:client-1:s:e~c")})
	var f *provider.Failure
	if !errors.As(err, &f) || f.Class != provider.Credential || !strings.Contains(f.Message, "invalid_client") {
		t.Errorf("%v", err)
	}
	if text := fmt.Sprintf("%v %+v %#v", err, err, err); strings.Contains(text, "s:e~c") || strings.Contains(text, "client-1") {
		t.Errorf("the error tells a secret: %s", text)
	}
	for _, wrong := range []string{":", "a:b", "a/b:client:secret", "..:client-1:secret", "tenant-1:client-1:"} {
		if _, err := provider.ParseEntra(wrong); err == nil {
			t.Errorf("%q is taken", wrong)
		}
	}
}

func TestMediaGoToTheDeployment(t *testing.T) {
	t.Parallel()
	const root, body = "https://acme.openai.azure.com", `{"model":"m","prompt":"x"}`
	for _, x := range []struct{ name, base, model, query, want string }{
		{"a resource", root, "pictures", "", root + "/openai/deployments/pictures/images/generations?api-version=2025-04-01-preview"},
		{"an Azure client's own version", root, "pictures", "api-version=2024-02-01", root + "/openai/deployments/pictures/images/generations?api-version=2024-02-01"},
		{"the newer API", root + "/openai/v1", "pictures", "", root + "/openai/v1/images/generations"},
		{"a name that leads elsewhere", root, "../x", "", ""},
	} {
		a := llm.Ask{Operation: llm.MakeImages, Query: x.query, Body: []byte(body)}
		if x.query != "" {
			a.Model = "m"
		}
		c, err := openai.Dialect{}.Decode(a)
		if err != nil {
			t.Fatal(err)
		}
		r, err := azure.New(nil, clock.System{}).Request(t.Context(), &provider.Connection{Kind: provider.Azure, BaseURL: x.base}, c, llm.Edit{Model: x.model}, http.Header{})
		if (err != nil) != (x.want == "") || err == nil && r.URL.String() != x.want {
			t.Errorf("%s: %v, %v", x.name, r, err)
		}
	}
}
