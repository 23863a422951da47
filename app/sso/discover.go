package sso

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
)

// algorithms are the signatures taken: asymmetric ones only. "none" and HS256 are not merely unlisted, the parser
// refuses them before any key is looked at.
var algorithms = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.EdDSA}

// skew is how far a provider's clock may be from ours.
const skew = time.Minute

// keepFor is how long a discovery document is used; keys refresh by themselves when an unknown one is named.
const keepFor = time.Hour

// document is what a provider says of itself, checked.
type document struct {
	provider *oidc.Provider
	issuer   string
	at       time.Time
	ctx      context.Context // with the checked way out, for go-oidc
	algs     []string
	post     bool   // wants the client's secret in the body
	iss      bool   // names itself in every answer to the browser (RFC 9207)
	endURL   string // "" = no log-out by the browser
}

// metadata are the parts of the discovery document that go-oidc does not judge.
type metadata struct {
	Authorization string   `json:"authorization_endpoint"`
	Token         string   `json:"token_endpoint"`
	Keys          string   `json:"jwks_uri"`
	UserInfo      string   `json:"userinfo_endpoint"`
	EndSession    string   `json:"end_session_endpoint"`
	Algorithms    []string `json:"id_token_signing_alg_values_supported"`
	Challenges    []string `json:"code_challenge_methods_supported"`
	Auth          []string `json:"token_endpoint_auth_methods_supported"`
	Iss           bool     `json:"authorization_response_iss_parameter_supported"`
}

// discover asks the provider what it can do.
func (s *Service) discover(ctx context.Context, issuer string) (*document, error) {
	// go-oidc keeps this context for fetching keys later, so it must outlive the request; the transport bounds each call.
	kept := oidc.ClientContext(context.WithoutCancel(ctx), egress.Client(context.WithoutCancel(ctx), s.bounded()))
	provider, err := oidc.NewProvider(kept, issuer)
	if err != nil {
		var mismatch *oidc.IssuerMismatchError
		if errors.As(err, &mismatch) {
			return nil, fault.Field("issuer", fmt.Sprintf("The provider calls itself %q. Enter exactly that.", mismatch.Provided)).Because(err)
		}
		return nil, fault.Field("issuer", "The provider's discovery document could not be read at this address followed by /.well-known/openid-configuration.").Because(err)
	}
	var m metadata
	if err := provider.Claims(&m); err != nil {
		return nil, fault.Field("issuer", "The provider's discovery document makes no sense.").Because(err)
	}
	d := &document{provider: provider, issuer: issuer, at: s.Clock.Now(), ctx: kept, iss: m.Iss, endURL: m.EndSession}
	return d, d.judge(m)
}

func (d *document) judge(m metadata) error {
	for name, at := range map[string]string{"authorization_endpoint": m.Authorization, "token_endpoint": m.Token, "jwks_uri": m.Keys,
		"userinfo_endpoint": m.UserInfo, "end_session_endpoint": m.EndSession} {
		if at == "" && (name == "userinfo_endpoint" || name == "end_session_endpoint") {
			continue
		}
		if !sound(at, d.issuer) {
			return fault.Field("issuer", fmt.Sprintf("The provider's %s is no https address.", name))
		}
	}
	for _, a := range m.Algorithms {
		if slices.Contains(algorithms, a) {
			d.algs = append(d.algs, a)
		}
	}
	if len(m.Algorithms) == 0 {
		d.algs = []string{oidc.RS256} // what the standard makes everybody speak
	}
	if len(d.algs) == 0 {
		return fault.Field("issuer", "The provider signs its tokens with no public-key algorithm. Turn on RS256 or ES256 there.")
	}
	if len(m.Challenges) > 0 && !slices.Contains(m.Challenges, "S256") {
		return fault.Field("issuer", "The provider knows no PKCE with S256. Turn it on there.")
	}
	d.post = len(m.Auth) > 0 && !slices.Contains(m.Auth, "client_secret_basic")
	return nil
}

// sound: https, or http where the issuer itself is on plain http, which only networks of one's own can be.
func sound(at, issuer string) bool {
	u, err := url.Parse(at)
	home, err2 := url.Parse(issuer)
	return err == nil && err2 == nil && u.Host != "" && u.User == nil && u.Fragment == "" && (u.Scheme == "https" || u.Scheme == "http" && home.Scheme == "http")
}

// document is the provider's, from memory if it is fresh.
func (s *Service) document(ctx context.Context, p Provider) (*document, error) {
	s.mu.Lock()
	d := s.known[p.ID]
	s.mu.Unlock()
	if d != nil && d.issuer == p.Issuer && s.Clock.Now().Sub(d.at) < keepFor {
		return d, nil
	}
	d, err := s.discover(ctx, p.Issuer)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	s.known[p.ID] = d
	s.mu.Unlock()
	return d, nil
}

// client is our side of the conversation.
func (s *Service) client(ctx context.Context, p Provider, d *document) (*oauth2.Config, error) {
	c := &oauth2.Config{ClientID: p.ClientID, Endpoint: d.provider.Endpoint(), RedirectURL: s.CallbackURL(), Scopes: []string{oidc.ScopeOpenID, "profile", "email"}}
	c.Endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if d.post || len(p.Sealed) == 0 {
		c.Endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	if len(p.Sealed) > 0 {
		key, err := s.Vault.Open(ctx, p.Org, "sso_providers", "sealed", p.ID.String(), p.Sealed)
		if err != nil {
			return nil, fmt.Errorf("single sign-on: read client secret: %w", err)
		}
		c.ClientSecret = key.Reveal()
	}
	return c, nil
}

func (s *Service) verifier(p Provider, d *document) *oidc.IDTokenVerifier {
	return d.provider.Verifier(&oidc.Config{ClientID: p.ClientID, SupportedSigningAlgs: d.algs,
		Now: func() time.Time { return s.Clock.Now().Add(-skew) }})
}
