// Package identity is who people are and how they prove it: sign-up, log-in by e-mail and password, members and teams,
// and management tokens. An account is issuer and subject, never an e-mail address alone: the same address in two
// organizations is two accounts (decision D21).
//
// Who may do what once known is org.Actor's; sessions in cookies are app/web's.
package identity

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// PasswordIssuer is the issuer of accounts that log in by e-mail and password; the subject is the lower-case address.
const PasswordIssuer = "password"

// TokenPurpose is the name under which app derives the management tokens' MAC from the master key.
const TokenPurpose = "management tokens v1"

// Identity is one way a member logs in.
type Identity struct {
	ID      id.Identity
	Org     id.Org
	Member  id.Member
	Issuer  string
	Subject string
	// Hash is argon2id's encoded hash for PasswordIssuer, "" otherwise.
	Hash      string
	CreatedAt time.Time
}

// Token is a management token: it acts on /api/v1 for its organization with a role. Its secret is not kept.
type Token struct {
	ID     id.Token
	Org    id.Org
	Name   string
	Role   org.Role
	Public string // the part of the secret that identifies it
	Last4  string
	KeyID  secret.KeyID // pepper of MAC
	MAC    [32]byte
	// At is where in the tree the role holds; zero is nowhere below the organization.
	At org.Scope
	// CreatedBy is the label of who made it, Maker their membership: the token is dead when its maker is disabled or gone.
	CreatedBy string
	Maker     id.Member
	CreatedAt time.Time
	ExpiresAt time.Time // zero = never
	RevokedAt time.Time // zero = valid
	// Personal says that it acts as its maker, with their role of the moment. Otherwise it is the organization's own.
	Personal bool
	// Scopes narrow what the role may do; none are no narrowing.
	Scopes org.Scopes
	// LastUsedAt is exact to the minute; zero = never.
	LastUsedAt time.Time
}

// Store keeps identities, tokens and the sessions' fate. *db.IdentityStore implements it.
type Store interface {
	DeviceStore
	AddIdentity(ctx context.Context, i Identity) error
	// ByLogin finds accounts across organizations, for log-in only. Removed members have none.
	ByLogin(ctx context.Context, issuer, subject string) ([]Identity, error)
	// OfMember is a member's account with an issuer; ok is false if there is none.
	OfMember(ctx context.Context, o id.Org, m id.Member, issuer string) (i Identity, ok bool, err error)
	SetHash(ctx context.Context, o id.Org, i id.Identity, hash string, at time.Time) error
	DropIdentities(ctx context.Context, o id.Org, m id.Member) error
	// EndSessions ends all of a member's browser sessions for good.
	EndSessions(ctx context.Context, o id.Org, m id.Member, at time.Time) error
	// EndLogins ends for good what a member let in on the device page: personal tokens of programs, sessions of coding agents, and
	// what is confirmed but not fetched. It says how many there were of the first two.
	EndLogins(ctx context.Context, o id.Org, m id.Member, at time.Time) (programs, agents int64, err error)

	AddToken(ctx context.Context, t Token) error
	Tokens(ctx context.Context, o id.Org) ([]Token, error)
	// TokenByPublic finds a presented token across organizations; ok is false if there is none.
	TokenByPublic(ctx context.Context, public string) (t Token, ok bool, err error)
	RevokeToken(ctx context.Context, o id.Org, t id.Token, at time.Time) error
	// TokenUsed notes that a token was used.
	TokenUsed(ctx context.Context, o id.Org, t id.Token, at time.Time) error
	// RevokeTokensOf ends all tokens that a member made.
	RevokeTokensOf(ctx context.Context, o id.Org, m id.Member, at time.Time) error
}

// DataKeys makes the key that a new organization's secrets are encrypted under, and destroys what there is of a deleted one's.
// Both join the transaction in ctx. *secret.Keyring implements it.
type DataKeys interface {
	Create(ctx context.Context, o id.Org) error
	Destroy(ctx context.Context, o id.Org) error
}

// Welcome furnishes a new organization inside the sign-up's transaction: the sandbox connection, a first alias. It must
// not call the network.
type Welcome interface {
	Prepare(ctx context.Context, actor org.Actor, o org.Organization) error
}
