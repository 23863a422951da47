package key

import (
	"context"
	"net/netip"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Topic is published after every change that the data plane must see: read the records again.
const Topic live.Topic = "keys"

// Purpose is the name under which app derives the keys' MAC from the master key.
const Purpose = "virtual keys v1"

// Key is one virtual key as people manage it. Its secret is not kept.
type Key struct {
	ID   id.Key
	Org  id.Org
	Name string
	Team id.Team
	// Member is whom the key acts as; zero for a service account, which Account then names.
	Member    id.Member
	Account   string
	AccountID id.Account
	// Public identifies the key and Last4 ends its secret; together people tell their keys apart by them.
	Public, Last4 string
	KeyID         secret.KeyID // pepper of MAC
	MAC           [32]byte
	Models        []string
	Networks      []netip.Prefix
	Endpoints     Endpoints // none = all
	Tags          []string  // "project=apollo", sorted; put on every request
	// Old is the secret before the last rotation.
	Old Old
	// CreatedBy is the label of who made it.
	CreatedBy string
	CreatedAt time.Time
	ExpiresAt time.Time // zero = never
	// UpdatedAt is when somebody last changed it: not when it was used.
	UpdatedAt  time.Time
	DisabledAt time.Time // zero = enabled
	// Held says that somebody else than its member disabled it: the member may not enable it again.
	Held       bool
	LastUsedAt time.Time // zero = never; to about a minute
	// Agent is the program whose log-in this is ("claude_code"); "" for a key that people copy. An agent's session has no secret:
	// its access tokens are made when it asks (Access).
	Agent string
	// Stopped says that the key is refused for where it stands: its member is disabled, has left the team or the
	// organization, or its service account or team is archived. It follows from the tree, and ends with its reason.
	Stopped bool
}

// Old is a secret that was replaced. It is kept beyond its end, to tell who still uses it.
type Old struct {
	Public, Last4 string
	KeyID         secret.KeyID
	MAC           [32]byte
	Until         time.Time // when it stops; zero = there is none
}

// Works reports whether the old secret still opens the door.
func (o Old) Works(now time.Time) bool { return now.Before(o.Until) }

// Hint is how a key is shown after its creation: everything but the secret.
func (k Key) Hint() string {
	return secret.VirtualKey + "_" + secret.Live + "_" + k.Public + "_…" + k.Last4
}

// Status is a key's state in one word: "active", "disabled", "expired", "stopped".
func (k Key) Status(now time.Time) string {
	switch {
	case !k.DisabledAt.IsZero():
		return "disabled"
	case !k.ExpiresAt.IsZero() && !now.Before(k.ExpiresAt):
		return "expired"
	case k.Stopped:
		return "stopped"
	}
	return "active"
}

// Store keeps keys. *db.KeyStore implements it. A key that is not there, deleted, or another organization's is Missing.
type Store interface {
	Insert(ctx context.Context, k Key) error
	Get(ctx context.Context, o id.Org, k id.Key) (Key, error)
	// List gives an organization's keys that a query leaves, newest first.
	List(ctx context.Context, o id.Org, q Query) ([]Key, error)
	// Count counts those that may be seen (Within, Self), and of them those idle since.
	Count(ctx context.Context, o id.Org, q Query) (Counts, error)
	// Tally counts those that a query leaves, and of them those used since.
	Tally(ctx context.Context, o id.Org, q Query, since time.Time) (Tally, error)
	// OfAccounts counts those that a query leaves by service account.
	OfAccounts(ctx context.Context, o id.Org, q Query) (map[id.Account]int, error)
	// SetDisabled writes DisabledAt, Held and UpdatedAt.
	SetDisabled(ctx context.Context, k Key) error
	// Rotate writes a new secret, Old and UpdatedAt, if the key still has the secret of Old: else Changed.
	Rotate(ctx context.Context, k Key) error
	// Edit writes what people may change of a key, and UpdatedAt.
	Edit(ctx context.Context, k Key) error
	// Delete hides a key for good and keeps its row, because spending refers to it.
	Delete(ctx context.Context, o id.Org, k id.Key, at time.Time) error
	// Used records last uses; older ones than are known change nothing.
	Used(ctx context.Context, uses []Use) error
	// Refused notes a use after a key's end, if none was noted in the hour before; it reports whether it did.
	Refused(ctx context.Context, r Refusal) (bool, error)
	// Records gives what the data plane must know of every key of every organization, with those deleted after since.
	Records(ctx context.Context, since time.Time) ([]Record, error)
}

// Use is when a key last authenticated.
type Use struct {
	Org id.Org
	Key id.Key
	At  time.Time
}

// Missing is the one answer for a key that is not there, or not in the asker's organization.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such key in your organization.")
}

// Changed is the answer to a change that was made on what no longer is.
func Changed() *fault.Error {
	return fault.New(fault.Conflict, "changed_since", "Somebody else changed this key in the meantime. Look at it again, then repeat your change.")
}

// Tree is what keys need to know of the organization. *db.OrgStore implements it.
type Tree interface {
	Team(ctx context.Context, o id.Org, t id.Team) (org.Team, error)
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
	Accounts(ctx context.Context, o id.Org, teams []id.Team) ([]org.Account, error)
	AddAccount(ctx context.Context, a org.Account) error
}
