// Package audit is who changed what, when and from where. Every change appends one entry in the change's own
// transaction, so neither exists without the other. Each organization's entries form a chain: an entry's hash covers
// the one before, under a key that is not in the database, so altering, removing or inserting history shows.
package audit

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Entry is what a service reports about one change. It never holds a secret: services name what changed, and leave
// out values that must not be read.
type Entry struct {
	Action     string // what happened, "key.created"; routes declare the same word
	Target     string // the changed thing's printed id
	TargetName string // its name at that time, for people
	// Before and After are the changed fields; nil where there is no before or after. Values must be plain: strings,
	// integers, booleans, lists of those.
	Before, After map[string]any
}

// Log takes entries. Services depend on it; *Chain implements it.
type Log interface {
	// Append writes the entry into the transaction in ctx, in the actor's organization.
	Append(ctx context.Context, actor org.Actor, e Entry) error
}

// Record is one entry as stored.
type Record struct {
	ID  id.Audit
	Org id.Org
	// Seq counts an organization's entries from 1 without gaps.
	Seq int64
	At  time.Time // to the microsecond
	// Actor is the actor's label at that time; Member is zero for tokens and the system.
	Actor         string
	Member        id.Member
	IP, UserAgent string
	RequestID     string
	Action        string
	Target        string
	TargetName    string
	// Before and After are canonical JSON (sorted keys, no spaces), "" for nothing. They are hashed as these bytes, so
	// no database may rewrite them.
	Before, After string
	// KeyID names the master key that Hash was made under.
	KeyID secret.KeyID
	Hash  [32]byte
}

// Store keeps records. *db.AuditStore implements it.
type Store interface {
	// Lock gives the last entry's number and hash and keeps other writers of this organization out until the
	// transaction in ctx ends. An organization without entries has 0 and a zero hash.
	Lock(ctx context.Context, o id.Org) (seq int64, hash [32]byte, err error)
	// Insert adds the next record and moves the head that Lock read.
	Insert(ctx context.Context, r Record) error
	// Head is what Lock gives, without locking.
	Head(ctx context.Context, o id.Org) (seq int64, hash [32]byte, err error)
	// List gives records with Seq in (after, …] ascending, or, if newest is set, below after (0 = the end) descending.
	List(ctx context.Context, o id.Org, after int64, limit int, newest bool) ([]Record, error)
}
