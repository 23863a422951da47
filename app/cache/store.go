package cache

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// ErrNotFound says that there is no such entry, policy or node within reach.
var ErrNotFound = errors.New("cache: not found")

// Store is where entries are kept that nodes share and that outlive a process. It is never an authority: what it does not give in
// time is a miss. *db.CacheStore implements it; cacheredis.Client carries the sealed answers where there is a Redis.
type Store interface {
	// Get gives an entry, or ErrNotFound.
	Get(ctx context.Context, o id.Org, k Key) (*Entry, error)
	// Put keeps entries, replacing those of the same keys.
	Put(ctx context.Context, o id.Org, entries []*Entry) error
	// Drop forgets entries; unknown ones are no error.
	Drop(ctx context.Context, o id.Org, keys []Key) error
}

// Counter is a Store that counts how often entries are given. *db.CacheStore implements it.
type Counter interface {
	// Count adds hits to entries. Those that are gone are no error.
	Count(ctx context.Context, o id.Org, hits map[Key]Hits) error
	// Trim forgets an organization's entries that were not given for the longest, if there are more than OwnRoom. These were their
	// keys.
	Trim(ctx context.Context, o id.Org) ([]Key, error)
	// Sweep forgets entries that nobody gets any more, and cuts older than any entry.
	Sweep(ctx context.Context, now time.Time) error
}

// Room is how much may be kept.
type Room struct {
	Entries int64
	Bytes   int64 // of sealed answers
}

// OwnRoom is what one organization may have in the store: enough for the questions of hundreds of people, and no more than a disk
// can bear from each of many tenants. A node looks after 500 new ones or 32 MiB, so there may be that much more for a moment.
func OwnRoom() Room { return Room{Entries: 50_000, Bytes: 512 << 20} }

// Hits are how often an entry was given since it was last said, and when the last time was.
type Hits struct {
	Times int64
	Last  time.Time
}

// ErrTaken says that the node has a policy of this name already.
var ErrTaken = errors.New("cache: taken")

// Rules keeps policies and cuts, and lists what is kept. Its methods join the transaction in ctx. *db.CacheStore implements it.
type Rules interface {
	// Place finds a scope in the tree, or ErrNotFound.
	Place(ctx context.Context, s org.Scope) (Place, error)
	Insert(ctx context.Context, r Rule) error
	// Update changes everything but the scope.
	Update(ctx context.Context, r Rule) error
	Delete(ctx context.Context, o id.Org, r id.Caching) error
	Rule(ctx context.Context, o id.Org, r id.Caching) (Listed, error)
	// List gives an organization's policies, outermost scopes first, then by label and name.
	List(ctx context.Context, o id.Org) ([]Listed, error)
	// Snapshot gives all organizations' policies and cuts for Desk.Load.
	Snapshot(ctx context.Context) (Snapshot, error)
	// Cut numbers a cut and deletes the entries that it ends; these were their keys.
	Cut(ctx context.Context, c Cut) ([]Key, error)
	// Cuts are the newest fifty, newest first.
	Cuts(ctx context.Context, o id.Org) ([]Cut, error)
	// Entries are what is kept within reach.
	Entries(ctx context.Context, o id.Org, r Reach, q Query) ([]Shelved, error)
	Likes
	// Savings are what hits saved within reach in [from, to), by something, the largest first.
	Savings(ctx context.Context, o id.Org, r Reach, by Division, from, to time.Time) ([]Saving, error)
}

// Place is a scope as the tree knows it.
type Place struct {
	Label    string
	Teams    []id.Team // the teams that a department has, or that a team, member or key belongs to
	Owner    id.Member // who a member is, or whose key it is; zero for a service account's
	Archived bool
}

func (p Place) place() org.Place { return org.Place{Teams: p.Teams, Owner: p.Owner} }

// Listed is a policy with its place in the tree.
type Listed struct {
	Rule
	Place Place
}

// Reach is what somebody may know of: everything, or what these teams, this member and the organization share.
type Reach struct {
	All    bool
	Teams  []id.Team
	Member id.Member
}

// Query narrows a list of entries. Zero fields do not.
type Query struct {
	Model   string // as asked for, or as it answered
	Sharing Sharing
	Prompt  Key
	Key     Key
	ByHits  bool // the most used first, else the newest
	Offset  int
	Limit   int
	Now     time.Time // entries that are given no more are not listed
}

// Shelved is an entry on a page, without its content.
type Shelved struct {
	Entry
	Hits    int64
	LastHit time.Time
	Size    int64
}

// Saved is what its hits would have cost.
func (s Shelved) Saved() money.USD { return money.USD(s.Hits) * s.Cost }

// Division says what savings are divided by.
type Division uint8

// The divisions.
const (
	ByHour Division = iota
	ByModel
	ByTeam
	ByMember
)

// Saving is what hits saved, and how many requests of those that were looked up were hits.
type Saving struct {
	Hour         time.Time
	Value        string // a model, or a node's plain uuid
	Hits, Misses int64
	Cost         money.USD
	Time         time.Duration
}
