package vertex

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/jwt"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// market is where tokens come from.
type market struct{ out http.RoundTripper }

// open reads a credential: a service account's key, or nothing, which is the machine's own identity.
func (m market) open(c *provider.Connection) (about provider.ServiceAccount, buy carry.Buy, err error) {
	if c.Credential.IsEmpty() {
		return about, m.machine, nil
	}
	about, err = provider.ParseServiceAccount(c.Credential.Reveal())
	return about, func(ctx context.Context) (secret.String, time.Duration, error) { return m.exchange(ctx, about) }, err
}

const scope = "https://www.googleapis.com/auth/cloud-platform"

// exchange buys a token with an assertion that the service account signs.
func (m market) exchange(ctx context.Context, a provider.ServiceAccount) (secret.String, time.Duration, error) {
	conf := jwt.Config{Email: a.Email, PrivateKey: []byte(a.Key.Reveal()), PrivateKeyID: a.KeyID, TokenURL: a.TokenURI, Scopes: []string{scope}}
	token, err := conf.TokenSource(context.WithValue(ctx, oauth2.HTTPClient, egress.Client(ctx, m.out))).Token()
	var refused *oauth2.RetrieveError
	switch {
	case errors.As(err, &refused):
		return secret.String{}, 0, refusedBy(refused.Response.StatusCode, refused.Body)
	case err != nil:
		return secret.String{}, 0, fmt.Errorf("vertex: fetch a token: %w", err)
	}
	seconds, _ := token.Extra("expires_in").(float64)
	return secret.New(token.AccessToken), time.Duration(seconds) * time.Second, nil
}

// refusedBy reads Google's refusal of an assertion.
func refusedBy(status int, body []byte) error {
	var v struct {
		Error       string `json:"error"`
		Description string `json:"error_description"`
	}
	_ = json.Unmarshal(body, &v) // what is no JSON says nothing
	f := &provider.Failure{Class: provider.Credential, Status: status, Message: v.Description}
	if f.Message == "" {
		f.Message = v.Error
	}
	if status >= 500 {
		f.Class = provider.ServerError
	}
	f.Message = f.Message[:min(len(f.Message), 300)]
	return f
}

// metadata is where Google's machines hand out their own identity. Egress opens it only where the operator has allowed
// exactly this address, because every organization of the installation could use it then.
const metadata = "http://169.254.169.254/computeMetadata/v1/instance/service-accounts/default/token"

// machine asks for a token of the machine's own service account, or of the workload identity bound to it.
func (m market) machine(ctx context.Context) (secret.String, time.Duration, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, metadata, nil)
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("vertex: ask for the machine's token: %w", err)
	}
	r.Header["Metadata-Flavor"] = []string{"Google"}
	resp, err := m.out.RoundTrip(r)
	if refusal := (*fault.Error)(nil); errors.As(err, &refusal) {
		return secret.String{}, 0, &provider.Failure{Class: provider.Credential, Cause: err,
			Message: "this connection has no credential, and the operator of this installation has not opened the machine's own identity (169.254.169.254/32 in BODHI_EGRESS_ALLOW_PRIVATE)"}
	}
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("vertex: ask for the machine's token: %w", err)
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return secret.String{}, 0, fmt.Errorf("vertex: read the machine's token: %w", err)
	}
	if resp.StatusCode != http.StatusOK {
		return secret.String{}, 0, refusedBy(resp.StatusCode, body)
	}
	var v struct {
		Token   string `json:"access_token"`
		Seconds int64  `json:"expires_in"`
	}
	if err := json.Unmarshal(body, &v); err != nil || v.Token == "" {
		return secret.String{}, 0, errors.New("vertex: the metadata server gave no token")
	}
	return secret.New(v.Token), time.Duration(v.Seconds) * time.Second, nil
}
