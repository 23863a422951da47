// Package sso lets members log in with their company's identity provider, by OpenID Connect: one provider per
// organization, with discovery, PKCE, state and nonce, an exact issuer and pinned algorithms. An account is issuer and
// subject; an e-mail address only ever helps to find whom a first log-in belongs to, and only if it is proven.
//
// Everything a provider says is input: its documents, its tokens, its addresses, which egress checks. Whatever does not
// fit ends the log-in; nothing falls back to something weaker.
package sso

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Provider is an organization's identity provider.
type Provider struct {
	ID  id.Provider
	Org id.Org
	// Issuer is exactly what its tokens say, slash for slash.
	Issuer   string
	ClientID string
	// Sealed is the client secret under the organization's key; empty for a public client, which has PKCE alone.
	Sealed []byte
	// Name is what the log-in page calls it.
	Name string
	// Provision makes members of people who log in for the first time and whose proven address is in one of Domains.
	// They get Role in Team; without one they see nothing until a team takes them in.
	Provision bool
	Domains   []string
	Role      org.Role
	Team      id.Team
	// TrustEmail takes addresses for proven that come without email_verified, as Entra ID sends them. One that says
	// false is never taken.
	TrustEmail bool
	// GroupClaim names the claim with the groups; "" maps none.
	GroupClaim string
	CreatedAt  time.Time
	UpdatedAt  time.Time
}

// Group is what membership of a provider's group means here: a role at a node of the tree.
type Group struct {
	Name      string
	Role      org.Role
	At        org.Scope
	CreatedBy string
	CreatedAt time.Time
}

// Store keeps providers. *db.SSOStore implements it.
type Store interface {
	// Provider is the organization's; ok is false if it has none.
	Provider(ctx context.Context, o id.Org) (p Provider, ok bool, err error)
	SetProvider(ctx context.Context, p Provider) error
	DropProvider(ctx context.Context, o id.Org) error
	// Serving are all organizations' providers of an issuer and a client, for logout tokens, which name nothing else.
	Serving(ctx context.Context, issuer string, clients []string) ([]Provider, error)

	Groups(ctx context.Context, o id.Org) ([]Group, error)
	SetGroups(ctx context.Context, o id.Org, all []Group) error

	// Use marks a token as used until it expires anyway; ok is false if it was before.
	Use(ctx context.Context, o id.Org, kind, token string, until time.Time) (ok bool, err error)
	// Sweep forgets tokens that expired.
	Sweep(ctx context.Context, now time.Time) error
}

// Missing is the one answer where an organization has no provider, or does not exist: who asks learns neither.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "sso_missing", "There is no single sign-on for this organization. Check its short name, or log in with your password.")
}

// refused is what somebody sees whose log-in failed a check; the reason is for the log.
func refused(reason error) *fault.Error {
	return fault.New(fault.Unauthenticated, "sso_refused", "The log-in at your identity provider could not be verified. Begin again; if it keeps failing, send the request id to your administrator.").Because(reason)
}
