// Package audit is who changed what, when and from where. Every change appends one entry in the change's own
// transaction, so neither exists without the other. Each organization's entries form a chain: an entry's hash covers
// the one before, under a key that is not in the database, so altering, removing or inserting history shows. The end of the
// chain is signed too, so it cannot be cut off, and so is its beginning once old entries have gone (retention.go).
//
// What it cannot show: a whole database put back to an earlier state, chain, head and all. Who must see that keeps what
// `bodhi verify` prints somewhere else.
package audit

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/secret"
)

// Entry is what a service reports about one change. It never holds a secret: services name what changed, and leave
// out values that must not be read. What slips through is masked (mask.go).
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
	// Actor is the actor's label at that time, Role its role; Member is zero for tokens and the system.
	Actor         string
	Role          org.Role
	Member        id.Member
	Via           org.Via // the door; "" on entries older than it
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

// Head is the end of an organization's chain: the last entry's number and hash, and a signature over both.
type Head struct {
	Seq   int64
	Hash  [32]byte
	KeyID secret.KeyID
	MAC   [32]byte // zero where it is not signed
}

// Anchor is where a chain begins after old entries were removed: the last removed entry's number and hash, signed.
type Anchor struct {
	Seq   int64
	Hash  [32]byte
	At    time.Time
	KeyID secret.KeyID
	MAC   [32]byte
}

// Store keeps records. *db.AuditStore implements it.
type Store interface {
	// Lock gives the head and keeps other writers of this organization out until the transaction in ctx ends. An
	// organization without entries has a zero head.
	Lock(ctx context.Context, o id.Org) (Head, error)
	// Insert adds the next record and moves the head that Lock read.
	Insert(ctx context.Context, r Record, h Head) error
	// Head is what Lock gives, without locking.
	Head(ctx context.Context, o id.Org) (Head, error)
	// List gives records with Seq above after, ascending.
	List(ctx context.Context, o id.Org, after int64, limit int) ([]Record, error)
	// Search gives what a query matches, newest first.
	Search(ctx context.Context, o id.Org, q Query) ([]Record, error)
	// Get gives one record; ok is false if there is none.
	Get(ctx context.Context, o id.Org, a id.Audit) (r Record, ok bool, err error)

	// Anchor is where the chain begins; ok is false if it begins at 1.
	Anchor(ctx context.Context, o id.Org) (a Anchor, ok bool, err error)
	// Since is the number of the first entry at or after a moment, 0 if all are older.
	Since(ctx context.Context, o id.Org, at time.Time) (int64, error)
	// Cut removes the entries up to the anchor and puts it in place.
	Cut(ctx context.Context, o id.Org, a Anchor) error

	// Rewrite puts records in the place of those with the same numbers, and MoveHead the head. For Redact alone.
	Rewrite(ctx context.Context, o id.Org, all []Record) error
	MoveHead(ctx context.Context, o id.Org, h Head) error

	// Held reports whether a legal hold keeps an organization's data from going.
	Held(ctx context.Context, o id.Org) (bool, error)
	// KeepDays is how many days entries are kept; ok is false where nobody has set it.
	KeepDays(ctx context.Context, o id.Org) (days int, ok bool, err error)
	SetKeepDays(ctx context.Context, o id.Org, days int) error
	// Organizations are all that have entries.
	Organizations(ctx context.Context) ([]id.Org, error)
}

// Missing is the one answer for an entry that is not there, not in the asker's organization, or not theirs to see.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such entry in the audit log.")
}
