package cache

import (
	"context"
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
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
	// Sweep forgets entries that nobody gets any more, and cuts older than any entry.
	Sweep(ctx context.Context, now time.Time) error
}

// Hits are how often an entry was given since it was last said, and when the last time was.
type Hits struct {
	Times int64
	Last  time.Time
}
