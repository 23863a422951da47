// Package notify is each person's inbox in the dashboard: one line for every event that concerns them, with the page it leads to.
// Rooms write it where the event happens, beside the letter if there is one; it needs no mail server.
package notify

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Kind is what sort of event a notice is about.
type Kind string

// The kinds.
const (
	Asked    Kind = "approval_asked"   // somebody asks for what the reader may decide
	Decided  Kind = "approval_decided" // somebody decided what the reader asked for
	Budget   Kind = "budget_threshold" // a budget that the reader answers for, or lives on, crossed a threshold
	Away     Kind = "target_away"      // a provider's target takes no requests
	Back     Kind = "target_back"      // it takes requests again
	Expiring Kind = "key_expiring"     // a key stops within a week
)

// Kinds are all of them, for filters and documents.
var Kinds = []Kind{Asked, Decided, Budget, Away, Back, Expiring}

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
	// Sweep removes notices from before a moment, of all organizations.
	Sweep(ctx context.Context, before time.Time) error
}

// Post is what rooms tell people with. The nil Post tells nobody, which tests of other rooms use.
type Post struct {
	Store Store
	IDs   *id.Source
	Clock clock.Clock
}

// Tell writes one notice for each person, in the caller's transaction if ctx carries one.
func (p *Post) Tell(ctx context.Context, o id.Org, to []id.Member, kind Kind, title, href, once string) error {
	if p == nil || len(to) == 0 {
		return nil
	}
	all := make([]Notice, len(to))
	for i, m := range to {
		all[i] = Notice{ID: id.NewNotice(p.IDs), Org: o, Member: m, Kind: kind, Title: clip(title), Href: href, Once: string(kind) + " " + once, At: p.Clock.Now().UTC()}
	}
	return p.Store.Add(ctx, o, all)
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
