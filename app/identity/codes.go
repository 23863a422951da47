package identity

import (
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// codes counts what one may do a few times in the life of a device code: a member's wrong codes, so that nobody tries them
// all, and a network's new log-ins. Per process and in memory, as throttle.
type codes struct {
	clock clock.Clock
	most  int
	mu    sync.Mutex
	since time.Time
	seen  map[string]int
}

// wait is how long to wait before the next one; 0 for not at all.
func (c *codes) wait(who string) time.Duration {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
	if c.seen[who] < c.most {
		return 0
	}
	return c.since.Add(DeviceLife).Sub(c.clock.Now())
}

func (c *codes) count(who string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.forget()
	if len(c.seen) >= maxTallies { // as throttle: memory that grows without bound is the worse harm
		clear(c.seen)
	}
	c.seen[who]++
}

func (c *codes) forget() {
	if now := c.clock.Now(); c.seen == nil || now.Sub(c.since) >= DeviceLife {
		c.since, c.seen = now, map[string]int{}
	}
}
