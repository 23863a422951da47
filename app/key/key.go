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
	// CreatedBy is the label of who made it.
	CreatedBy  string
	CreatedAt  time.Time
	ExpiresAt  time.Time // zero = never
	DisabledAt time.Time // zero = enabled
	LastUsedAt time.Time // zero = never; to about a minute
	// Stopped says that the key is refused for where it stands: its member is disabled, has left the team or the
	// organization, or its service account or team is archived. It follows from the tree, and ends with its reason.
	Stopped bool
}

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
	// List gives an organization's keys, newest first.
	List(ctx context.Context, o id.Org) ([]Key, error)
	// SetDisabled disables a key at a time, or enables it with the zero time.
	SetDisabled(ctx context.Context, o id.Org, k id.Key, at time.Time) error
	// Delete hides a key for good and keeps its row, because spending refers to it.
	Delete(ctx context.Context, o id.Org, k id.Key, at time.Time) error
	// Used records last uses; older ones than are known change nothing.
	Used(ctx context.Context, uses []Use) error
	// Records gives what the data plane must know of every key of every organization.
	Records(ctx context.Context) ([]Record, error)
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

// Tree is what keys need to know of the organization. *db.OrgStore implements it.
type Tree interface {
	Team(ctx context.Context, o id.Org, t id.Team) (org.Team, error)
	Member(ctx context.Context, o id.Org, m id.Member) (org.Member, error)
	Accounts(ctx context.Context, o id.Org, teams []id.Team) ([]org.Account, error)
	AddAccount(ctx context.Context, a org.Account) error
}
