package cache

import (
	"encoding/hex"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// Purpose is the name under which app derives the MAC of keys from the master key.
const Purpose = "cache key v1"

// Key names one answer: a keyed hash over organization, sharing scope, models and request. Nothing can be read from it, and
// nobody without the master key can say whether a question was asked.
type Key [32]byte

// String is the key in hexadecimal, as stores and pages have it.
func (k Key) String() string { return hex.EncodeToString(k[:]) }

// ParseKey reads what String wrote.
func ParseKey(s string) (k Key, ok bool) {
	b, err := hex.DecodeString(s)
	if err != nil || len(b) != len(k) {
		return k, false
	}
	copy(k[:], b)
	return k, true
}

// Sharing says who gets an answer that one of them paid for.
type Sharing string

// The scopes, narrowest first.
const (
	User Sharing = "user" // the member, or the key where it is a service account's; and only for the same end user
	Team Sharing = "team"
	Org  Sharing = "organization" // an admin has to agree
)

// Sharings are all scopes, narrowest first.
var Sharings = []Sharing{User, Team, Org}

// Valid reports whether this is one of the scopes.
func (s Sharing) Valid() bool { return s == User || s == Team || s == Org }

// Entry is one answer as it is kept. What was asked and answered is in Sealed only.
type Entry struct {
	Key      Key
	Org      id.Org
	Sharing  Sharing
	Node     string    // plain uuid of whoever shares it: a member, a key, a team, the organization
	Member   id.Member // whose request paid for it; zero for a service account's key
	Prompt   Key       // keyed hash of the last thing that was said, for Prompt invalidation; zero for none
	Asked    string    // model as the client wrote it
	Model    string    // model that answered
	Provider string    // connection that answered
	Cost     money.USD // of the attempt that it came from
	Took     time.Duration
	Made     time.Time
	Fresh    time.Time // until then it is given without a second thought
	Stale    time.Time // until then it is given while it is fetched anew; never before Fresh
	Kept     time.Time // until then it is given when no provider answers, where a route asks for that; what is not after Stale says nothing
	Epoch    int64     // of the organization's cuts, when its request was begun
	Sealed   []byte    // an Answer
	Prefix   Key       // within which its question is compared with others; zero for none
	Question []byte    // the question, sealed; nil without a Prefix
}

// Until is when an entry is of no use to anybody any more.
func (e *Entry) Until() time.Time {
	if e.Kept.After(e.Stale) {
		return e.Kept
	}
	return e.Stale
}

// Answer is what an entry holds, in the dialect of the client that it was made for.
type Answer struct {
	Family llm.Family
	Stream bool
	Type   string // media type of a stream
	Usage  llm.Usage
	Prompt string // the last thing that was said, shortened, for the page that shows entries
	Body   []byte // a document, or a stream up to its end mark
	End    []byte // a stream's end mark
	// Beats are the pieces of Body in which a stream came.
	Beats []Beat
}

// Beat is a piece of a stream: how long it is, and how long after the one before it came.
type Beat struct {
	Size  int
	After time.Duration
}
