// Package scim lets a company's directory say who its people are: users and groups by SCIM 2.0, each organization with
// tokens of its own. A user of the directory is a member here for as long as they are active there; a group gives what
// an admin mapped it to. The protocol is scimweb's; here is what it means.
//
// Deactivating somebody is removing the member: sessions and keys die within a second on every node. Activating them
// again is a new membership under the same SCIM id, so no old key comes back to life.
package scim

import (
	"context"
	"log/slog"
	"time"

	"github.com/bodhi-gateway/bodhi/app/audit"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
	"github.com/bodhi-gateway/bodhi/app/work"
)

// TokenPurpose is the name under which app derives the tokens' MAC from the master key.
const TokenPurpose = "scim tokens v1"

// Token lets a directory in. Its secret is not kept.
type Token struct {
	ID        id.SCIM
	Org       id.Org
	Name      string
	Public    string
	Last4     string
	KeyID     secret.KeyID
	MAC       [32]byte
	CreatedBy string
	CreatedAt time.Time
	UsedAt    time.Time // to the hour; zero = never
	ExpiresAt time.Time // set when it is rotated; zero = never
	RevokedAt time.Time
}

// Settings are what people get whom the directory brings and no mapped group says more about.
type Settings = identity.Grant

// User is one person of the directory. Every member is one, whether the directory has written about them or not.
type User struct {
	// ID is the SCIM id: the id of the first membership, kept through later ones.
	ID     id.Member
	Org    id.Org
	Member id.Member // their membership at present; zero = inactive
	Last   id.Member // the one that is over, while they are inactive; zero if it is not known
	Known  bool      // the directory has written about them
	UserName, ExternalID,
	Email, Name string
	// Attributes are all that the directory said, as JSON, without a password.
	Attributes []byte
	// Disabled says that an admin has locked them out. Only an admin lets them in again: the directory may go on saying
	// that they are active.
	Disabled bool
	// Brought says that the directory made the membership, Given which roles it gave and may take back.
	Brought   bool
	Given     []Gift
	Version   int64 // 0 while not Known
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Present reports whether the person is a member, disabled or not.
func (u User) Present() bool { return !u.Member.IsZero() }

// Active reports whether the person is a member who can come in.
func (u User) Active() bool { return u.Present() && !u.Disabled }

// Gift is a role that the directory gave. Over is the lower one that the person had there by themselves, and gets back
// when the gift goes; "" for none.
type Gift struct {
	org.Assignment
	Over org.Role
}

// Group is a group of the directory.
type Group struct {
	ID          id.Group
	Org         id.Org
	DisplayName string
	ExternalID  string
	Members     []id.Member // SCIM ids of users
	// Grant is what being in it gives; nothing while its role is "", until an admin maps it.
	identity.Grant
	Version   int64
	CreatedAt time.Time
	UpdatedAt time.Time
}

// UserQuery narrows a list of users. Zero fields do not narrow, but for Limit: what is beyond it is counted only.
type UserQuery struct {
	Name     string // user name, in any case
	NameHas  string // part of it
	NameFrom string // its beginning
	External string
	Active   *bool
	Skip     int
	Limit    int
}

// GroupQuery narrows a list of groups, as UserQuery does.
type GroupQuery struct {
	Members bool // read them too: a page of large groups has many
	// Name is a display name in whatever case, ASCII only; External an external id; Member somebody who is in them.
	Name, External string
	Member         id.Member
	Skip           int
	Limit          int
}

// All is a Limit that no organization reaches.
const All = 1 << 30

// Store keeps the directory's side. *db.SCIMStore implements it.
type Store interface {
	AddToken(ctx context.Context, t Token) error
	Tokens(ctx context.Context, o id.Org) ([]Token, error)
	// TokenByPublic finds a presented token across organizations; ok is false if there is none.
	TokenByPublic(ctx context.Context, public string) (t Token, ok bool, err error)
	// EndToken sets when a token expires, or was revoked if at is zero.
	EndToken(ctx context.Context, o id.Org, t id.SCIM, expires, revoked time.Time) error
	UsedToken(ctx context.Context, o id.Org, t id.SCIM, at time.Time) error

	Settings(ctx context.Context, o id.Org) (Settings, error)
	SetSettings(ctx context.Context, o id.Org, s Settings) error

	// Lock keeps other writers about this organization's directory out until the transaction ends.
	Lock(ctx context.Context, o id.Org) error
	// Users are a page of those that match, by SCIM id, and how many match.
	Users(ctx context.Context, o id.Org, q UserQuery) ([]User, int, error)
	// User finds by SCIM id; false if there is none.
	User(ctx context.Context, o id.Org, u id.Member) (User, bool, error)
	// Find are those with this user name (in any case) or external id, whichever is not "".
	Find(ctx context.Context, o id.Org, userName, externalID string) ([]User, error)
	// LeftDisabled reports whether this membership of theirs was disabled when it ended; under the address that it had, or where it is
	// not known, whether the last one that ended under the address was.
	LeftDisabled(ctx context.Context, o id.Org, email string, last id.Member) (bool, error)
	// PutUser writes what is not the membership's, and makes the row if there is none.
	PutUser(ctx context.Context, u User) error
	// DropUser forgets what the directory said, and takes the user out of all groups.
	DropUser(ctx context.Context, o id.Org, u id.Member) error

	AddGroup(ctx context.Context, g Group) error
	// Groups are a page of those that match, by name, and how many match.
	Groups(ctx context.Context, o id.Org, q GroupQuery) ([]Group, int, error)
	Group(ctx context.Context, o id.Org, g id.Group) (Group, error)
	// PutGroup writes everything but Members.
	PutGroup(ctx context.Context, g Group) error
	// SetMembers takes users out of a group and puts others in.
	SetMembers(ctx context.Context, o id.Org, g id.Group, in, out []id.Member) error
	DropGroup(ctx context.Context, o id.Org, g id.Group) error
	// GroupsOf are a user's groups, without Members.
	GroupsOf(ctx context.Context, o id.Org, u id.Member) ([]Group, error)

	// SetPerson renames a member, and the address their password logs in with.
	SetPerson(ctx context.Context, o id.Org, m id.Member, name, email string, at time.Time) error
}

// Parts are what Service works with.
type Parts struct {
	Store  Store
	Orgs   org.Store
	People *identity.Service
	Tx     work.Tx
	Audit  audit.Log
	Bus    live.Bus
	Clock  clock.Clock
	IDs    *id.Source
	MAC    *secret.MAC // master.MAC(scim.TokenPurpose)
	Log    *slog.Logger
}

// Service is the room's use cases.
type Service struct{ Parts }

// New makes the service.
func New(p Parts) *Service { return &Service{p} }

const maxName = 80

// MissingToken is the one answer for a token that is not there.
func MissingToken() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such SCIM token in your organization.")
}

// MissingGroup is the one answer for a group that is not there.
func MissingGroup() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "Your directory has sent no such group.")
}

// stale says that somebody else changed what is to be changed.
func stale() *fault.Error {
	return fault.New(fault.Conflict, "changed", "Somebody was faster: this was changed since you read it. Read it again.")
}
