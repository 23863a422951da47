package batch

import (
	"context"
	"sync"
	"time"
)

// pace is how many lines are under way: one more for each full round that nobody refused, half as many when a rate limit or a full
// gateway did. So a batch finds what its limits let through, and leaves the rest to whoever waits for an answer.
type pace struct {
	mu     sync.Mutex
	freed  chan struct{}
	limit  float64
	out    int
	slowed time.Time
}

const firstPace = 4

func newPace() *pace { return &pace{limit: firstPace, freed: make(chan struct{}, 1)} }

// enter waits for a place; false when ctx or stop ended first.
func (p *pace) enter(ctx context.Context, stop <-chan struct{}) bool {
	for {
		p.mu.Lock()
		if float64(p.out) < p.limit {
			p.out++
			p.mu.Unlock()
			return ctx.Err() == nil || p.leave()
		}
		p.mu.Unlock()
		select {
		case <-ctx.Done():
			return false
		case <-stop:
			return false
		case <-p.freed:
		}
	}
}

// leave gives a place back. It returns false for enter's sake.
func (p *pace) leave() bool {
	p.mu.Lock()
	p.out--
	p.mu.Unlock()
	select {
	case p.freed <- struct{}{}:
	default:
	}
	return false
}

func (p *pace) quicker() {
	p.mu.Lock()
	p.limit = min(p.limit+1/p.limit, most)
	p.mu.Unlock()
}

// slower halves it, once a second at most: lines that are refused together are one refusal.
func (p *pace) slower(now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if now.Sub(p.slowed) >= time.Second {
		p.slowed, p.limit = now, max(p.limit/2, 1)
	}
}
