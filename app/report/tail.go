package report

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Bounds of following requests live.
const (
	// TailEvery is how often the books are looked at for an organization that somebody follows.
	TailEvery = time.Second
	// tailNewest is how many of the newest requests one look reads; what a busier organization has besides is in the list only.
	tailNewest = 500
	// tailWindow is how long ago a request may have begun: requests are in the books when they end.
	tailWindow = 15 * time.Minute
	// tailPending is how many requests wait for a slow viewer; older ones make room and are counted.
	tailPending = 100
	// MaxFollowers bounds the viewers of an organization on one node.
	MaxFollowers = 500
)

// Tail lets people follow requests as they come into the books, whichever node answered them. However many look on, an
// organization's newest requests are read once in TailEvery, while anybody does. Safe for concurrent use.
type Tail struct {
	store   Store
	clock   clock.Clock
	bus     live.Bus
	log     *slog.Logger
	changes atomic.Int64 // of who may see what

	mu     sync.Mutex
	orgs   map[id.Org]*followed
	closed bool
}

// NewTail makes a Tail; nothing runs until somebody follows.
func NewTail(s Store, c clock.Clock, bus live.Bus, log *slog.Logger) *Tail {
	return &Tail{store: s, clock: c, bus: bus, log: log, orgs: map[id.Org]*followed{}}
}

// Changes counts how often somebody's rights changed; viewers are woken when it does. Between two equal answers nobody left.
func (t *Tail) Changes() int64 { return t.changes.Load() }

// Follow begins with what comes from now on: what is in the books after it returned is told.
func (t *Tail) Follow(ctx context.Context, a org.Actor, q Query) (*Follower, error) {
	r, err := reach(a)
	if err != nil {
		return nil, err
	}
	f := &Follower{tail: t, reach: r, query: q, wake: make(chan struct{}, 1)}
	begun, err := t.join(f)
	if err != nil {
		return nil, err
	}
	select {
	case <-begun:
		return f, nil
	case <-ctx.Done():
		f.Close()
		return nil, ctx.Err()
	}
}

func (t *Tail) join(f *Follower) (begun <-chan struct{}, err error) {
	org := f.reach.Org
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return nil, fault.New(fault.Unavailable, "unavailable", "This server is about to stop. Load the page again.")
	}
	o := t.orgs[org]
	if o == nil {
		ctx, stop := context.WithCancel(context.Background())
		o = &followed{viewers: map[*Follower]struct{}{}, stop: stop, begun: make(chan struct{})}
		t.orgs[org] = o
		go t.look(ctx, org, o.begun)
	}
	if len(o.viewers) >= MaxFollowers {
		return nil, fault.Newf(fault.Unavailable, "unavailable", "%d people follow these requests already. Load the page again to see newer ones.", MaxFollowers)
	}
	o.viewers[f] = struct{}{}
	return o.begun, nil
}

// Close ends all followings, for a process that stops.
func (t *Tail) Close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for o, followed := range t.orgs {
		followed.stop()
		for f := range followed.viewers {
			f.end()
		}
		delete(t.orgs, o)
	}
}

// Viewers are how many follow requests now, in how many organizations; the latter is how many looks are made in TailEvery.
func (t *Tail) Viewers() (viewers, organizations int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, o := range t.orgs {
		viewers += len(o.viewers)
	}
	return viewers, len(t.orgs)
}

// look reads an organization's newest requests until nobody follows.
func (t *Tail) look(ctx context.Context, o id.Org, begun chan<- struct{}) {
	ticker := time.NewTicker(TailEvery)
	defer ticker.Stop()
	topics := t.bus.Subscribe(ctx)
	seen := t.fresh(ctx, o, nil)
	close(begun)
	for {
		select {
		case <-ctx.Done():
			return
		case topic, ok := <-topics:
			if ok && (topic == key.Topic || topic == live.All) { // told whenever people leave or their place changes
				t.changes.Add(1)
				for _, v := range t.viewers(o) {
					v.tell()
				}
			}
		case <-ticker.C:
			seen = t.fresh(ctx, o, seen)
		}
	}
}

// fresh hands out what was not among the newest before, and gives back what is now. A look that fails changes nothing.
func (t *Tail) fresh(ctx context.Context, o id.Org, seen map[id.Request]bool) map[id.Request]bool {
	list, err := t.newest(ctx, o)
	if err != nil {
		if ctx.Err() == nil {
			t.log.Warn("the newest requests were not read for those who follow", "error", err.Error())
		}
		return seen
	}
	now := make(map[id.Request]bool, len(list))
	var rows []*Request
	for i := len(list) - 1; i >= 0; i-- { // newest first in the list, oldest first for viewers
		now[list[i].ID] = true
		if seen != nil && !seen[list[i].ID] {
			rows = append(rows, &list[i])
		}
	}
	if len(rows) == 0 {
		return now
	}
	for _, v := range t.viewers(o) {
		v.give(rows)
	}
	return now
}

func (t *Tail) viewers(o id.Org) (out []*Follower) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if f := t.orgs[o]; f != nil {
		for v := range f.viewers {
			out = append(out, v)
		}
	}
	return out
}

func (t *Tail) newest(ctx context.Context, o id.Org) ([]Request, error) {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	list, err := t.store.Requests(ctx, Reach{Org: o, All: true}, Query{From: t.clock.Now().Add(-tailWindow), Limit: tailNewest})
	if err != nil {
		return nil, fmt.Errorf("report: tail: %w", err)
	}
	return list, nil
}
