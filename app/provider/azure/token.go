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
	"time"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// market is where tokens come from.
type market struct{ out http.RoundTripper }

// open reads a credential: an application's.
func (m market) open(c *provider.Connection) (about provider.Entra, buy carry.Buy, err error) {
	about, err = provider.ParseEntra(c.Credential.Reveal())
	at := cloudOf(c.BaseURL)
	return about, func(ctx context.Context) (secret.String, time.Duration, error) { return m.buy(ctx, about, at) }, err
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

// buy asks Entra ID for a token with the application's own secret (the grant is called client credentials). What goes
// wrong has the class by which the gateway decides what to do next; Entra's sentences name tenant and application and are
// not quoted to clients.
func (m market) buy(ctx context.Context, a provider.Entra, at cloud) (secret.String, time.Duration, error) {
	form := url.Values{"grant_type": {"client_credentials"}, "client_id": {a.Client}, "client_secret": {a.Secret.Reveal()}, "scope": {at.scope}}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, at.login+url.PathEscape(a.Tenant)+"/oauth2/v2.0/token", strings.NewReader(form.Encode()))
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("azure: build the token request: %w", err)
	}
	r.Header["Content-Type"] = []string{"application/x-www-form-urlencoded"}
	resp, err := m.out.RoundTrip(r)
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
