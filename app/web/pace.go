package web

import (
	"fmt"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// paceWindow and defaultPace bound a script that runs wild: fifty requests a second are more than any tool that sets up a
// whole organization needs. Per node, because it protects the node.
const (
	paceWindow  = time.Minute
	defaultPace = 3000
)

// pace counts the API requests of each token in the present minute, and says so in the RateLimit fields of the IETF's draft.
type pace struct {
	clock clock.Clock
	most  int
	mu    sync.Mutex
	start time.Time
	used  map[id.Token]int
}

func newPace(c clock.Clock, most int) *pace {
	if most == 0 {
		most = defaultPace
	}
	return &pace{clock: c, most: most, used: map[id.Token]int{}}
}

// admit counts a request and writes the fields, on refusals too.
func (p *pace) admit(c *Context) error {
	left, reset := p.count(c.actor.Token)
	h := c.Response().Header()
	seconds := int((reset + time.Second - 1) / time.Second)
	h.Set("RateLimit-Policy", fmt.Sprintf(`"token";q=%d;w=%d`, p.most, int(paceWindow.Seconds())))
	h.Set("RateLimit", fmt.Sprintf(`"token";r=%d;t=%d`, max(left, 0), seconds))
	if left >= 0 {
		return nil
	}
	f := fault.Newf(fault.Limited, "rate_limited", "This token sent more than %d requests in a minute. Wait %d s.", p.most, seconds)
	f.RetryAfter = reset
	return f
}

// count takes one from the token's minute: what is left after it, negative if there was none, and when the minute ends.
func (p *pace) count(t id.Token) (left int, reset time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock.Now()
	if age := now.Sub(p.start); age >= paceWindow || age < 0 {
		p.start = now
		clear(p.used)
	}
	if p.used[t] <= p.most {
		p.used[t]++
	}
	return p.most - p.used[t], p.start.Add(paceWindow).Sub(now)
}
