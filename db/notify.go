package db

import (
	"context"
	"crypto/rand"
	"log/slog"
	"sync"
	"time"

	"gorm.io/gorm"

	"github.com/bodhi-gateway/bodhi/app/live"
)

// Bus is live.Bus between processes that share a database: NOTIFY on PostgreSQL, a counter per topic on SQLite, where
// `bodhi bootstrap` beside a serving process is the other process. It needs no other service.
//
// Publish inside Do is heard after the commit, and never after a rollback. Listeners of this process hear it at once,
// others within a second. Whenever messages may have been missed (at the start, after a lost connection), listeners
// hear live.All.
type Bus struct {
	d     *DB
	log   *slog.Logger
	local live.Local
	self  string // marks this process's own notifications
	seen  counters
	tried chan struct{} // closed once Run has listened, or failed to, for the first time
}

var _ live.Bus = (*Bus)(nil)

// NewBus makes the bus of one process. A process that only publishes (bootstrap) need not Run it.
func NewBus(d *DB, log *slog.Logger) *Bus {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &Bus{d: d, log: log, self: rand.Text(), tried: make(chan struct{})}
}

// Tried is closed once Run listens, or could not for the first time. Who subscribes after it and then reads for the first time
// misses nothing, and is not told to read all of it again; who could not wait is.
func (b *Bus) Tried() <-chan struct{} { return b.tried }

// Subscribe implements live.Bus.
func (b *Bus) Subscribe(ctx context.Context) <-chan live.Topic { return b.local.Subscribe(ctx) }

// Publish implements live.Bus. An error means that other processes were not told; this one was, unless ctx carries a
// transaction, which the error should then roll back.
func (b *Bus) Publish(ctx context.Context, t live.Topic) error {
	told := func() { _ = b.local.Publish(context.WithoutCancel(ctx), t) } // a local Publish cannot fail
	var n int64
	err := b.d.system(ctx, "publish a change", func(tx *gorm.DB) error {
		if b.d.Postgres() {
			return tx.Exec("SELECT pg_notify(?, ?)", channel, b.self+" "+string(t)).Error
		}
		return tx.Raw("INSERT INTO live_topics (topic, n) VALUES (?, 1) ON CONFLICT (topic) DO UPDATE SET n = live_topics.n + 1 RETURNING n", string(t)).
			Scan(&n).Error
	})
	if u, _ := b.d.open(ctx); u != nil {
		if err == nil {
			b.d.afterCommit(ctx, func() { b.seen.own(t, n); told() })
		}
		return err
	}
	b.seen.own(t, n)
	told()
	return err
}

// Run listens until ctx ends, through any number of lost connections. Until the first one, listeners hear only this
// process.
func (b *Bus) Run(ctx context.Context) error {
	listen := b.watchFile
	if b.d.Postgres() {
		listen = b.listen
	}
	const least, most = 100 * time.Millisecond, time.Second // above it, a revoked key would work for too long
	wait, down := least, false
	tried := sync.OnceFunc(func() { close(b.tried) })
	up := func() {
		if down {
			b.log.InfoContext(ctx, "changes from other nodes are heard again")
		}
		wait, down = least, false
		_ = b.local.Publish(ctx, live.All)
		tried()
	}
	for {
		err := listen(ctx, up)
		tried()
		if ctx.Err() != nil {
			return nil
		}
		if !down {
			b.log.WarnContext(ctx, "changes from other nodes are not heard, reconnecting", "error", plain(err))
		}
		down = true
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
		wait = min(2*wait, most)
	}
}
