package turnstile

import (
	"maps"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// share is one organization's part while the gateway is pressed. Its fields are atomic: requests of many goroutines meet
// here, those of other organizations never do.
type share struct {
	pace    atomic.Int64 // nanoseconds between two admissions; 0 = as many as come
	next    atomic.Int64 // when the next turn is, on the turnstile's clock
	horizon atomic.Int64 // the longest wait for a turn
	retry   atomic.Int64 // nanoseconds after which a refused request has a fair chance

	came  atomic.Int64 // requests of this tick, admitted or not
	short atomic.Int64 // of them, those that waited or were refused
	busy  atomic.Int64 // requests in hand in this tick
	done  atomic.Int64 // of them, those that ended

	_ [56]byte // keeps neighbours off its cache lines
}

// saved is how much of its part an organization may keep for a burst, and patience how long a burst may wait for turns.
const (
	saved    = 100 * time.Millisecond
	patience = 100 * time.Millisecond
	// hurry is the patience with an organization that has asked for too much for a while.
	hurry = 10 * time.Millisecond
)

// turn gives the next turn at or after now: how long it is until then, or false if that is too long.
func (s *share) turn(now int64) (wait time.Duration, ok bool) {
	pace := s.pace.Load()
	if pace == 0 {
		return 0, true
	}
	for {
		next := s.next.Load()
		at := max(next, now-int64(saved))
		if at-now > s.horizon.Load() {
			return 0, false
		}
		if s.next.CompareAndSwap(next, at+pace) {
			return time.Duration(max(0, at-now)), true
		}
	}
}

// quicken sets the pace from now on. A turn that a slower one put far away comes nearer.
func (s *share) quicken(pace, now int64) {
	s.pace.Store(pace)
	if next := s.next.Load(); next > now+max(pace, int64(hurry)) {
		s.next.CompareAndSwap(next, now+max(pace, int64(hurry)))
	}
}

// crowd finds shares. Look-ups take no lock but for an organization's first requests, until the next tick.
type crowd struct {
	known atomic.Pointer[map[id.Org]*share]

	mu    sync.Mutex
	all   map[id.Org]*share
	list  []*share // in the order of their coming; never shrinks
	fresh bool     // all has more than known

	pace atomic.Int64 // of an organization that is new in this tick
}

func (c *crowd) of(o id.Org) *share {
	if m := c.known.Load(); m != nil {
		if s := (*m)[o]; s != nil {
			return s
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	s := c.all[o]
	if s == nil {
		if c.all == nil {
			c.all = map[id.Org]*share{}
		}
		s = &share{}
		s.horizon.Store(int64(patience))
		s.retry.Store(int64(Delays[0]))
		s.pace.Store(c.pace.Load())
		c.all[o], c.fresh = s, true
		c.list = append(c.list, s)
	}
	return s
}

// shares are all that there are. Once a tick; what was new becomes known.
func (c *crowd) shares() []*share {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fresh {
		m := maps.Clone(c.all)
		c.known.Store(&m)
		c.fresh = false
	}
	return c.list
}
