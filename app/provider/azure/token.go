package azure

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

const (
	// early is how long before its end a token is replaced: an hour's token lives about an hour.
	early = 5 * time.Minute
	// patience is how long a token may take. It is no client's: the next one wants the token as well.
	patience = 10 * time.Second
)

// tokens are the applications of all connections, each with its current token.
type tokens struct {
	out   http.RoundTripper
	clock clock.Clock
	byID  sync.Map // id.Connection to *application
}

// application is one connection's. Whoever needs a token while one is being fetched waits for that one; nobody else does.
type application struct {
	credential string // what it was made of
	about      provider.Entra
	place      cloud

	turn   chan struct{} // holds one token: whoever has it may fetch
	mu     sync.Mutex
	bearer secret.String
	until  time.Time
}

// cloud is where tokens are bought, and for what.
type cloud struct{ login, scope string }

// cloudOf tells Microsoft's national clouds apart by a resource's address. The addresses of tokens are these three and
// never a tenant's choice.
func cloudOf(base string) cloud {
	u, _ := url.Parse(base)
	if u == nil {
		u = &url.URL{}
	}
	switch host := strings.ToLower(u.Hostname()); {
	case strings.HasSuffix(host, ".azure.us"):
		return cloud{"https://login.microsoftonline.us/", "https://cognitiveservices.azure.us/.default"}
	case strings.HasSuffix(host, ".azure.cn"):
		return cloud{"https://login.chinacloudapi.cn/", "https://cognitiveservices.azure.cn/.default"}
	}
	return cloud{"https://login.microsoftonline.com/", "https://cognitiveservices.azure.com/.default"}
}

func (t *tokens) application(c *provider.Connection) (*application, error) {
	key := c.Credential.Reveal()
	if v, ok := t.byID.Load(c.ID); ok {
		if a, _ := v.(*application); a.credential == key && a.place == cloudOf(c.BaseURL) {
			return a, nil
		}
	}
	about, err := provider.ParseEntra(key)
	if err != nil {
		return nil, err
	}
	a := &application{credential: key, about: about, place: cloudOf(c.BaseURL), turn: make(chan struct{}, 1)}
	if c.ID != (id.Connection{}) { // it is stored
		t.byID.Store(c.ID, a)
	}
	return a, nil
}

// token gives a token that is good for a while.
func (t *tokens) token(ctx context.Context, c *provider.Connection) (secret.String, error) {
	a, err := t.application(c)
	if err != nil {
		return secret.String{}, err
	}
	if bearer, ok := a.current(t.clock.Now()); ok {
		return bearer, nil
	}
	select {
	case <-ctx.Done():
		return secret.String{}, context.Cause(ctx)
	case a.turn <- struct{}{}:
		defer func() { <-a.turn }()
	}
	if bearer, ok := a.current(t.clock.Now()); ok { // another one fetched it meanwhile
		return bearer, nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	bearer, good, err := t.buy(ctx, a)
	if err != nil {
		return secret.String{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.bearer, a.until = bearer, t.clock.Now().Add(good)
	return bearer, nil
}

func (a *application) current(now time.Time) (secret.String, bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.bearer, a.until.Sub(now) > early
}

// buy asks Entra ID for a token with the application's own secret (the grant is called client credentials). What goes
// wrong has the class by which the gateway decides what to do next; Entra's sentences name tenant and application and are
// not quoted to clients.
func (t *tokens) buy(ctx context.Context, a *application) (secret.String, time.Duration, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.about.Client}, "client_secret": {a.about.Secret.Reveal()}, "scope": {a.place.scope}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, a.place.login+url.PathEscape(a.about.Tenant)+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("azure: build the token request: %w", err)
	}
	r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
	resp, err := t.out.RoundTrip(r)
	if err != nil {
		return secret.String{}, 0, &provider.Failure{Class: provider.Unreachable, Message: "Entra ID gave no token", Cause: err}
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	var v struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
		Error   string `json:"error"`
	}
	err = errors.Join(err, json.Unmarshal(body, &v))
	switch {
	case resp.StatusCode >= 500:
		return secret.String{}, 0, &provider.Failure{Class: provider.ServerError, Status: resp.StatusCode, Message: "Entra ID failed", Cause: err}
	case resp.StatusCode != http.StatusOK:
		return secret.String{}, 0, &provider.Failure{Class: provider.Credential, Status: resp.StatusCode, Message: "Entra ID refused the application: " + v.Error[:min(len(v.Error), 100)]}
	case err != nil || v.Token == "":
		return secret.String{}, 0, &provider.Failure{Class: provider.Garbled, Status: resp.StatusCode, Message: "Entra ID's answer holds no token"}
	}
	return secret.New(v.Token), time.Duration(v.Seconds) * time.Second, nil
}
