// Package notify tells people what concerns them. Rooms announce an event where it happens, in the transaction that makes it so
// (Post.Announce): it stands in inboxes at once, and an outbox row says that it is to be spread. A job (Courier.Spread) then writes
// one delivery for each person who wants a letter and for each channel that hears of it, and sends what is due (Courier.Work).
// What does not arrive is tried again for a day, and then stands among the deliveries until somebody has it sent again.
package notify

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

const (
	// Keep is how long notices are kept, read or not: a quarter's decisions can be looked up, and the table stays small.
	Keep = 90 * 24 * time.Hour
	// Most is how far unread notices are counted: a badge says 99+ beyond.
	Most = 100
	// MaxTitle bounds a title in bytes; names in it are people's own and may be long.
	MaxTitle = 300
)

// Notice is one event, told to one person.
type Notice struct {
	ID     id.Notice
	Org    id.Org
	Member id.Member
	Kind   Kind
	Title  string // one sentence in plain text
	Href   string // a page of the dashboard
	// Once names the event: of several notices with the same, a person gets the first.
	Once   string
	At     time.Time
	ReadAt time.Time // zero = unread
}

// Store keeps notices. *db.NoticeStore implements it.
type Store interface {
	// Add writes notices of one organization, without those whose event the person was told of before.
	Add(ctx context.Context, o id.Org, all []Notice) error
	// List gives a person's notices, newest first.
	List(ctx context.Context, o id.Org, m id.Member, q Query) ([]Notice, error)
	// Unread counts a person's unread notices, at most Most.
	Unread(ctx context.Context, o id.Org, m id.Member) (int, error)
	// Get finds a person's notice; false if they have none such.
	Get(ctx context.Context, o id.Org, m id.Member, n id.Notice) (Notice, bool, error)
	// Read marks a notice as read, unless it is.
	Read(ctx context.Context, o id.Org, m id.Member, n id.Notice, at time.Time) error
	// ReadAll marks all of a person's notices as read and says how many were not.
	ReadAll(ctx context.Context, o id.Org, m id.Member, at time.Time) (int64, error)
	// Seen is the version whose news a person has looked at last; "" for none. See writes it.
	Seen(ctx context.Context, o id.Org, m id.Member) (string, error)
	See(ctx context.Context, o id.Org, m id.Member, version string, at time.Time) error
	// Sweep removes notices from before a moment, of all organizations.
	Sweep(ctx context.Context, before time.Time) error
}

// Post is what rooms tell people with. The nil Post tells nobody, which tests of other rooms use.
type Post struct {
	Store Store
	IDs   *id.Source
	Clock clock.Clock
	// Outbox makes events leave the dashboard; nil = they stand in inboxes only.
	Outbox *Outbox
}

// clip shortens a title at the end of a character.
func clip(s string) string {
	if len(s) <= MaxTitle {
		return s
	}
	n := MaxTitle - len("…")
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

// Missing is the refusal of a notice that is not there, or somebody else's.
func Missing() *fault.Error {
	return fault.New(fault.NotFound, "not_found", "There is no such notice in your inbox.")
}
