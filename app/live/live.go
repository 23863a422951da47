// Package live keeps the data plane's view of configuration: immutable snapshots that are swapped whole, and the
// bus that says when to read again (decision D13). Readers never lock and never see half a change.
package live

import (
	"context"
	"sync"
	"sync/atomic"
)

// Cell holds the current immutable snapshot. The zero Cell holds nil. Safe for concurrent use.
type Cell[T any] struct{ p atomic.Pointer[T] }

// Get is the current snapshot, or nil before the first Set. The caller must not change it.
func (c *Cell[T]) Get() *T { return c.p.Load() }

// Set swaps the snapshot in whole.
func (c *Cell[T]) Set(v *T) { c.p.Store(v) }

// Topic names what changed: "keys", "routes", "budgets", …
type Topic string

// Bus carries "something changed" between the parts of a node and between nodes. A message is a hint to read again,
// never the data itself, so losing or repeating one is harmless: readers also poll.
type Bus interface {
	// Publish tells every listener on every node. It never blocks on a listener.
	Publish(ctx context.Context, t Topic) error
	// Subscribe returns a channel that receives topics until ctx ends. Topics published faster than they are read
	// are merged.
	Subscribe(ctx context.Context) <-chan Topic
}

// Local is the Bus of one process. The zero value is ready.
type Local struct {
	mu   sync.Mutex
	subs map[*mailbox]struct{}
}

type mailbox struct {
	pending map[Topic]struct{}
	wake    chan struct{}
}

var _ Bus = (*Local)(nil)

// Publish implements Bus.
func (b *Local) Publish(_ context.Context, t Topic) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for m := range b.subs {
		m.pending[t] = struct{}{}
		select {
		case m.wake <- struct{}{}:
		default:
		}
	}
	return nil
}

// Subscribe implements Bus.
func (b *Local) Subscribe(ctx context.Context) <-chan Topic {
	m := &mailbox{pending: map[Topic]struct{}{}, wake: make(chan struct{}, 1)}
	b.mu.Lock()
	if b.subs == nil {
		b.subs = map[*mailbox]struct{}{}
	}
	b.subs[m] = struct{}{}
	b.mu.Unlock()
	out := make(chan Topic)
	go b.deliver(ctx, m, out)
	return out
}

func (b *Local) deliver(ctx context.Context, m *mailbox, out chan<- Topic) {
	defer close(out)
	defer func() { b.mu.Lock(); delete(b.subs, m); b.mu.Unlock() }()
	for {
		select {
		case <-ctx.Done():
			return
		case <-m.wake:
		}
		b.mu.Lock()
		topics := m.pending
		m.pending = map[Topic]struct{}{}
		b.mu.Unlock()
		for t := range topics {
			select {
			case out <- t:
			case <-ctx.Done():
				return
			}
		}
	}
}
