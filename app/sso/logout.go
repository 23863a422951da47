package sso

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// maxToken bounds a logout token, which anybody may send.
const maxToken = 16 << 10

// EndByProvider takes a logout token (OpenID Connect Back-Channel Logout 1.0) and ends the sessions it names. Its issuer
// and audience only choose whose keys it is checked with; every organization that it really speaks to is served.
func (s *Service) EndByProvider(ctx context.Context, by org.Actor, raw string) error {
	refuse := fault.New(fault.Invalid, "logout_refused", "This logout token was not accepted.")
	issuer, clients, err := unverified(raw)
	if err != nil {
		return refuse.Because(err)
	}
	all, err := s.Store.Serving(ctx, issuer, clients)
	if err != nil {
		return fmt.Errorf("back-channel logout: %w", err)
	}
	reason, served := errors.New("no organization has this issuer and client"), false
	for _, p := range all {
		if err := s.endAt(ctx, by, p, raw); err != nil {
			reason = err
			continue
		}
		served = true
	}
	if !served {
		s.Log.InfoContext(ctx, "logout token refused", "request_id", by.RequestID, "error", reason.Error())
		return refuse.Because(reason)
	}
	return nil
}

// unverified reads what a token claims, to find the keys to check it with.
func unverified(raw string) (issuer string, clients []string, err error) {
	parts := strings.Split(raw, ".")
	if len(raw) > maxToken || len(parts) != 3 {
		return "", nil, errors.New("no token")
	}
	body, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return "", nil, err
	}
	var claims struct {
		Issuer   string          `json:"iss"`
		Audience json.RawMessage `json:"aud"`
	}
	if err := json.Unmarshal(body, &claims); err != nil {
		return "", nil, err
	}
	var one string
	if json.Unmarshal(claims.Audience, &one) == nil {
		clients = []string{one}
	} else if err := json.Unmarshal(claims.Audience, &clients); err != nil || len(clients) > 20 {
		return "", nil, errors.New("no audience")
	}
	return claims.Issuer, clients, nil
}

func (s *Service) endAt(ctx context.Context, by org.Actor, p Provider, raw string) error {
	d, err := s.document(ctx, p)
	if err != nil {
		return err
	}
	token, err := s.verifier(p, d).VerifyLogout(ctx, raw)
	if err != nil {
		return err
	}
	now := s.Clock.Now()
	if token.IssuedAt.IsZero() || token.IssuedAt.After(now.Add(skew)) || token.IssuedAt.Before(now.Add(-flowTime)) {
		return errors.New("the token is not of this moment")
	}
	var event struct {
		Events map[string]json.RawMessage `json:"events"`
	}
	if err := token.Claims(&event); err != nil {
		return err
	}
	var object map[string]any
	if json.Unmarshal(event.Events["http://schemas.openid.net/event/backchannel-logout"], &object) != nil || object == nil {
		return errors.New("the event is no object")
	}
	sum := sha256.Sum256([]byte(p.ID.String() + " " + token.TokenID))
	until := now.Add(flowTime + 2*skew)
	if token.Expiry.After(until) {
		until = token.Expiry.Add(2 * skew)
	}
	fresh, err := s.Store.Use(ctx, p.Org, "logout", hex.EncodeToString(sum[:]), until)
	if err != nil {
		return err
	}
	if !fresh {
		return errors.New("the token was used before")
	}
	system := org.System(p.Org, "single sign-on")
	system.IP, system.UserAgent, system.RequestID, system.Via = by.IP, by.UserAgent, by.RequestID, by.Via
	_, err = s.People.EndAt(ctx, system, p.ID, token.SessionID, token.Subject)
	return err
}

// Seal makes an ID token fit to be kept in a session, for LogOutURL.
func (s *Service) Seal(ctx context.Context, o id.Org, raw string) (string, error) {
	sealed, err := s.Vault.Seal(ctx, o, "sessions", "hint", "", secret.New(raw))
	if err != nil {
		return "", fmt.Errorf("keep ID token: %w", err)
	}
	return base64.RawStdEncoding.EncodeToString(sealed), nil
}

// LogOutURL is where a browser ends its session at the provider too, "" if the provider knows no such thing, is gone, or
// does not answer: the log-out here happens anyway.
func (s *Service) LogOutURL(ctx context.Context, o id.Org, which id.Provider, hint string) (string, error) {
	p, ok, err := s.Store.Provider(ctx, o)
	if err != nil || !ok || p.ID != which {
		return "", err
	}
	d, err := s.document(ctx, p)
	if err != nil || d.endURL == "" {
		return "", nil
	}
	u, err := url.Parse(d.endURL)
	if err != nil {
		return "", nil
	}
	q := u.Query()
	q.Set("client_id", p.ClientID)
	q.Set("post_logout_redirect_uri", strings.TrimRight(s.PublicURL, "/")+"/log-in")
	if sealed, err := base64.RawStdEncoding.DecodeString(hint); err == nil && len(sealed) > 0 {
		if raw, err := s.Vault.Open(ctx, o, "sessions", "hint", "", sealed); err == nil {
			q.Set("id_token_hint", raw.Reveal())
		}
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// Sweep forgets tokens whose time is over, for a periodic job.
func (s *Service) Sweep(ctx context.Context) error { return s.Store.Sweep(ctx, s.Clock.Now()) }
