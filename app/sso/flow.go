package sso

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Flow is one log-in under way, as the browser's session keeps it between leaving and coming back. It holds no secret:
// nonce and PKCE verifier are derived from State under a key of ours.
type Flow struct {
	State    string      `json:"state"`
	Org      id.Org      `json:"org"`
	Provider id.Provider `json:"provider"`
	Issuer   string      `json:"issuer"`
	At       int64       `json:"at"`
	Next     string      `json:"next,omitempty"`
	// Link is the member who connects their account, logged in already; zero at a log-in.
	Link id.Member `json:"link"`
}

// flowTime bounds how long somebody may stay at the provider.
const flowTime = 15 * time.Minute

// Answer is what the provider sent the browser back with.
type Answer struct{ State, Code, Issuer, Error string }

// Found is whom a log-in belongs to.
type Found struct {
	Org      id.Org
	Member   id.Member
	Provider id.Provider
	// Session and Subject are what the provider calls this session and this person, for back-channel logout.
	Session, Subject string
	// Hint is the ID token, for ending the session at the provider; sealed with Seal before it is kept.
	Hint string
}

// At is the provider of an organization's short name, for the log-in page.
func (s *Service) At(ctx context.Context, slug string) (org.Organization, Provider, error) {
	o, err := s.Orgs.BySlug(ctx, slug)
	if fault.Is(err, fault.NotFound) {
		return o, Provider{}, Missing()
	}
	if err != nil {
		return o, Provider{}, fmt.Errorf("single sign-on: %w", err)
	}
	p, ok, err := s.Store.Provider(ctx, o.ID)
	if err == nil && !ok {
		err = Missing()
	}
	return o, p, err
}

// Begin starts a log-in with an organization's provider: where to send the browser, and what to remember.
func (s *Service) Begin(ctx context.Context, slug, next string, link id.Member) (string, Flow, error) {
	o, p, err := s.At(ctx, slug)
	if err != nil {
		return "", Flow{}, err
	}
	d, err := s.document(ctx, p)
	if err != nil {
		s.Log.WarnContext(ctx, "identity provider not reached", "organization", o.ID.String(), "error", err.Error())
		return "", Flow{}, fault.New(fault.Upstream, "sso_unreachable", "The identity provider does not answer. Try again in a minute; an organization admin can still get in with password and second factor.").Because(err)
	}
	c, err := s.client(ctx, p, d)
	if err != nil {
		return "", Flow{}, err
	}
	raw := make([]byte, 32)
	random := s.Random
	if random == nil {
		random = rand.Reader
	}
	if _, err := io.ReadFull(random, raw); err != nil {
		return "", Flow{}, fmt.Errorf("single sign-on: %w", err)
	}
	f := Flow{State: base64.RawURLEncoding.EncodeToString(raw), Org: o.ID, Provider: p.ID, Issuer: p.Issuer, At: s.Clock.Now().Unix(), Next: next, Link: link}
	return c.AuthCodeURL(f.State, oidc.Nonce(s.derive("nonce", f)), oauth2.S256ChallengeOption(s.derive("verifier", f))), f, nil
}

// derive makes a value of a flow that nobody can make who only sees its state.
func (s *Service) derive(what string, f Flow) string {
	_, sum := s.MAC.Sum(what + " " + f.Provider.String() + " " + f.State)
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Finish checks what came back, in the order in which a forgery is cheapest to see, and says whose log-in it is. Every
// failed check is answered alike; the log has the reason.
func (s *Service) Finish(ctx context.Context, by org.Actor, f Flow, a Answer) (Found, error) {
	found, err := s.finish(ctx, by, f, a)
	if err != nil {
		s.Log.InfoContext(ctx, "single sign-on refused", "request_id", by.RequestID, "organization", f.Org.String(), "error", err.Error())
	}
	return found, err
}

func (s *Service) finish(ctx context.Context, by org.Actor, f Flow, a Answer) (Found, error) {
	if err := s.ours(ctx, f, a); err != nil {
		return Found{}, err
	}
	if a.Error != "" {
		return Found{}, fault.Newf(fault.Unauthenticated, "sso_declined", "The identity provider did not let you in: %s.", plainWord(a.Error))
	}
	if a.Code == "" {
		return Found{}, refused(errors.New("no code"))
	}
	p, ok, err := s.Store.Provider(ctx, f.Org)
	if err != nil {
		return Found{}, fmt.Errorf("single sign-on: %w", err)
	}
	if !ok || p.ID != f.Provider || p.Issuer != f.Issuer {
		return Found{}, refused(errors.New("the provider was replaced meanwhile"))
	}
	d, err := s.document(ctx, p)
	if err != nil {
		return Found{}, refused(err)
	}
	if (a.Issuer != "" || d.iss) && a.Issuer != p.Issuer {
		return Found{}, refused(fmt.Errorf("the answer names the issuer %q", a.Issuer)) // mixed up with another provider's
	}
	who, raw, err := s.exchange(ctx, p, d, f, a.Code)
	if err != nil {
		return Found{}, err
	}
	m, err := s.resolve(ctx, by, p, f, who)
	if err != nil {
		return Found{}, err
	}
	return Found{Org: p.Org, Member: m.ID, Provider: p.ID, Session: who.Session, Subject: who.Subject, Hint: raw}, nil
}

// ours: the answer belongs to a flow that this very browser began, a short while ago, and no other answer used it up.
func (s *Service) ours(ctx context.Context, f Flow, a Answer) error {
	if f.State == "" || a.State == "" || subtle.ConstantTimeCompare([]byte(f.State), []byte(a.State)) != 1 {
		return refused(errors.New("the state is not this browser's"))
	}
	if age := s.Clock.Now().Sub(time.Unix(f.At, 0)); age > flowTime || age < -skew {
		return fault.New(fault.Unauthenticated, "sso_expired", "The log-in took too long. Begin again.")
	}
	sum := sha256.Sum256([]byte(f.State))
	fresh, err := s.Store.Use(ctx, f.Org, "state", hex.EncodeToString(sum[:]), s.Clock.Now().Add(flowTime))
	if err != nil {
		return fmt.Errorf("single sign-on: %w", err)
	}
	if !fresh {
		return refused(errors.New("the state was used before"))
	}
	return nil
}

// plainWord keeps an error code of the provider's to letters, so that a forged link says nothing of its own.
func plainWord(code string) string {
	for _, known := range []string{"access_denied", "login_required", "consent_required", "interaction_required", "temporarily_unavailable", "server_error",
		"invalid_request", "unauthorized_client", "invalid_scope", "unsupported_response_type"} {
		if code == known {
			return known
		}
	}
	return "it gave no known reason"
}
