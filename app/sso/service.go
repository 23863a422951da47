package sso

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// FlowPurpose is the name under which app derives the key that nonces and PKCE verifiers come from.
const FlowPurpose = "single sign-on v1"

// People are the accounts that log-ins end in. *identity.Service implements it.
type People interface {
	// Linked is the member an account of a provider belongs to.
	Linked(ctx context.Context, o id.Org, issuer, subject string) (m org.Member, ok bool, err error)
	// ByAddress is the member of an e-mail address.
	ByAddress(ctx context.Context, o id.Org, email string) (m org.Member, ok bool, err error)
	// Link gives a member one more way to log in.
	Link(ctx context.Context, by org.Actor, m org.Member, issuer, subject string) error
	// Join makes a member of somebody who logs in for the first time.
	Join(ctx context.Context, by org.Actor, in identity.Newcomer) (org.Member, error)
	// Grouped gives a member the roles that their groups mean, in the place of those they have at the governed nodes; the
	// last admin and the one who gets in without single sign-on keep theirs.
	Grouped(ctx context.Context, by org.Actor, m org.Member, roles []org.Assignment, governed []org.Scope) (org.Member, error)
	// Assignable refuses a role at a node that the actor may not give, or that is not there.
	Assignable(ctx context.Context, actor org.Actor, a org.Assignment) error
	// Holds reports whether a member has an account of an issuer.
	Holds(ctx context.Context, o id.Org, m id.Member, issuer string) (bool, error)
	// EndAt ends the sessions that a provider says are over.
	EndAt(ctx context.Context, by org.Actor, p id.Provider, session, subject string) (int64, error)
	// Detach forgets all accounts of a provider, and what its enforcement needed.
	Detach(ctx context.Context, actor org.Actor, p id.Provider, issuer string) error
}

// Domains knows which mail domains an organization has proven to own. nil in Parts means none.
type Domains interface {
	Owns(ctx context.Context, o id.Org, domain string) (bool, error)
	// Unproven reports whether a member came by a link for whoever holds it, wrote their address themselves, and may log in by password.
	Unproven(ctx context.Context, o id.Org, m id.Member) (bool, error)
}

// Vault seals the client secret. *secret.Keyring implements it.
type Vault interface {
	Seal(ctx context.Context, o id.Org, table, column, row string, plaintext secret.String) ([]byte, error)
	Open(ctx context.Context, o id.Org, table, column, row string, sealed []byte) (secret.String, error)
}

// URLs judges addresses that people type. *egress.Egress implements it.
type URLs interface {
	CheckURL(raw string) (*url.URL, error)
}

// Parts are what Service works with. Domains and Random may be nil.
type Parts struct {
	Store   Store
	Orgs    org.Store
	People  People
	Domains Domains
	Vault   Vault
	URLs    URLs
	Out     http.RoundTripper // egress's
	Tx      work.Tx
	Audit   audit.Log
	MAC     *secret.MAC // master.MAC(sso.FlowPurpose)
	IDs     *id.Source
	Clock   clock.Clock
	Random  io.Reader
	Log     *slog.Logger
	// PublicURL is where providers send browsers back to.
	PublicURL string
}

// Service is single sign-on.
type Service struct {
	Parts
	mu    sync.Mutex
	known map[id.Provider]*document
}

// New makes the service.
func New(p Parts) *Service { return &Service{Parts: p, known: map[id.Provider]*document{}} }

// Paths of what providers call.
const (
	CallbackPath    = "/log-in/sso/callback"
	BackChannelPath = "/log-in/sso/back-channel"
)

// CallbackURL is what an admin registers as redirect URI at the provider.
func (s *Service) CallbackURL() string { return strings.TrimRight(s.PublicURL, "/") + CallbackPath }

// BackChannelURL is what an admin registers for back-channel logout.
func (s *Service) BackChannelURL() string {
	return strings.TrimRight(s.PublicURL, "/") + BackChannelPath
}

// Ready implements identity.Providers.
func (s *Service) Ready(ctx context.Context, o id.Org) (bool, error) {
	_, ok, err := s.Store.Provider(ctx, o)
	return ok, err
}

// Mine says what the actor's organization calls its provider, "" without one, and whether the actor's account there is
// connected.
func (s *Service) Mine(ctx context.Context, actor org.Actor) (name string, connected bool, err error) {
	if err := actor.Require(org.Viewer); err != nil {
		return "", false, err
	}
	p, ok, err := s.Store.Provider(ctx, actor.Org)
	if err != nil || !ok {
		return "", false, err
	}
	connected, err = s.People.Holds(ctx, actor.Org, actor.Member, p.Issuer)
	return p.Name, connected, err
}
