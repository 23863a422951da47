package db

import (
	"context"
	"database/sql"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/live"
)

// watchInterval is how late a change by another process may be heard. One look costs some 20 µs.
const watchInterval = 300 * time.Millisecond

// counters are the topics' counters as last seen. The zero value is ready.
type counters struct {
	mu sync.Mutex
	n  map[live.Topic]int64
}

// own notes a change this process made and has told its listeners of, unless others came between.
func (c *counters) own(t live.Topic, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n[t] == n-1 && n > 0 {
		c.set(t, n)
	}
}

// news reports whether n is new.
func (c *counters) news(t live.Topic, n int64) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n[t] >= n {
		return false
	}
	c.set(t, n)
	return true
}

func (c *counters) set(t live.Topic, n int64) {
	if c.n == nil {
		c.n = map[live.Topic]int64{}
	}
	c.n[t] = n
}

// watchFile looks whether the file changed, and only then which topics did. data_version is per connection, and moves
// when any other one commits, so it keeps a connection.
func (b *Bus) watchFile(ctx context.Context, up func()) error {
	conn, err := b.d.sql.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	last, err := dataVersion(ctx, conn)
	if err != nil {
		return err
	}
	if _, err := b.news(ctx, conn); err != nil {
		return err
	}
	up()
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
		version, err := dataVersion(ctx, conn)
		if err != nil {
			return err
		}
		if version == last {
			continue
		}
		last = version
		topics, err := b.news(ctx, conn)
		if err != nil {
			return err
		}
		for _, t := range topics {
			_ = b.local.Publish(ctx, t)
		}
	}
}

func dataVersion(ctx context.Context, conn *sql.Conn) (v int64, err error) {
	err = conn.QueryRowContext(ctx, "PRAGMA data_version").Scan(&v)
	return v, err
}

// news are the topics that changed since the last look.
func (b *Bus) news(ctx context.Context, conn *sql.Conn) (topics []live.Topic, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT topic, n FROM live_topics")
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var t live.Topic
		var n int64
		if err := rows.Scan(&t, &n); err != nil {
			return nil, err
		}
		if b.seen.news(t, n) {
			topics = append(topics, t)
		}
	}
	return topics, rows.Err()
}
