package limit

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// Config is what a Limiter works with.
type Config struct {
	Clock clock.Clock
	Log   *slog.Logger
	// Shared are counters that all nodes use together; nil keeps them in this process.
	Shared Shared
	// Patience is how long a request waits for Redis; 0 is 50 ms. Beat is how often this node says that it lives, and
	// how often it looks for a Redis that is away; 0 is every 5 s and every 500 ms.
	Patience, Beat time.Duration
	// Node names this process among those that share counters.
	Node string
	// AskURL is where people ask for more, in front of a limit's id and "/ask": "https://ai.example.com/limits/".
	AskURL string
}

// Limiter is the data plane's side. It answers from memory, or from Redis within 50 ms. Safe for concurrent use.
type Limiter struct {
	clock  clock.Clock
	log    *slog.Logger
	askURL string
	cell   live.Cell[index]
	load   sync.Mutex // one Load at a time
	link   *link      // nil without Redis
}

// NewLimiter makes a Limiter that limits nothing until Load has been called.
func NewLimiter(c Config) *Limiter {
	l := &Limiter{clock: c.Clock, log: c.Log, askURL: c.AskURL}
	if c.Shared != nil {
		l.link = newLink(c)
	}
	return l
}

// Load swaps in a new set of limits, or keeps the one before if the rules make no sense. What is counted stays.
func (l *Limiter) Load(set []Rule) error {
	l.load.Lock()
	defer l.load.Unlock()
	x, err := compile(set, l.cell.Get())
	if err != nil {
		return err
	}
	l.cell.Set(x)
	return nil
}

// Take takes a request's seat on every limit that binds it, or on none. A refusal is a *fault.Error of kind Limited
// with code rate_limited. The place is nil if nothing binds; it comes with a refusal too, for its headers. Every place
// must be settled, which after a refusal does nothing.
func (l *Limiter) Take(ctx context.Context, a Ask) (*Seat, error) {
	t := l.tree(a.Chain.Org)
	if t == nil {
		return nil, nil
	}
	p := newSeat(t, &a, l.clock.Now())
	if p == nil {
		return nil, nil
	}
	l.decide(ctx, p, &a)
	if c := p.blocked(); c != nil {
		return p, l.refusal(c, p.now)
	}
	p.admitted = true
	return p, nil
}

// decide asks Redis, or memory if there is none or it is away.
func (l *Limiter) decide(ctx context.Context, p *Seat, a *Ask) {
	if l.link == nil {
		p.allow(a, 1)
		p.decide()
		return
	}
	if l.link.up() {
		p.allow(a, 1)
		if l.link.take(ctx, p) {
			return
		}
	}
	p.allow(a, l.link.alive())
	if p.decide() {
		l.link.owe(p)
	}
}

func (l *Limiter) tree(o id.Org) *tree {
	if x := l.cell.Get(); x != nil {
		return x.orgs[o]
	}
	return nil
}

// Settle makes a place what the request really used. It never waits, and does nothing the second time.
func (l *Limiter) Settle(p *Seat, u Used) {
	if p == nil || !p.admitted || p.settled.Swap(true) {
		return
	}
	now := l.clock.Now().UnixMicro()
	p.tree.mu.Lock()
	for i := range p.claims {
		c := &p.claims[i]
		c.settle(now, u.of(c.rule.Unit))
	}
	p.tree.mu.Unlock()
	if l.link != nil {
		l.link.settle(p, u, now)
	}
}

// of is what was used of a unit.
func (u Used) of(unit Unit) int64 {
	switch {
	case u.Void:
		return 0
	case unit == Tokens:
		return max(0, u.Tokens)
	case unit == Cost:
		return max(0, int64(u.Cost))
	}
	return 1
}

// Standings are the limits that bind everything on a chain, outermost first and of one place the oldest, whatever they are
// narrowed to.
func (l *Limiter) Standings(ctx context.Context, c org.Chain) []Standing {
	t := l.tree(c.Org)
	if t == nil {
		return nil
	}
	var rules []*rule
	for _, s := range c.Scopes() {
		first := len(rules)
		for _, r := range t.rules {
			if r.scope == s {
				rules = append(rules, r)
			}
		}
		slices.SortFunc(rules[first:], func(a, b *rule) int { return a.ID.Compare(b.ID) })
	}
	return l.standings(ctx, t, rules)
}

// Now implements Desk.
func (l *Limiter) Now(ctx context.Context, o id.Org) map[id.Limit]Standing {
	t := l.tree(o)
	if t == nil {
		return nil
	}
	rules := make([]*rule, 0, len(t.rules))
	for _, r := range t.rules {
		rules = append(rules, r)
	}
	out := make(map[id.Limit]Standing, len(rules))
	for _, s := range l.standings(ctx, t, rules) {
		out[s.Limit] = s
	}
	return out
}

func (l *Limiter) standings(ctx context.Context, t *tree, rules []*rule) []Standing {
	p := &Seat{tree: t, now: l.clock.Now()}
	for _, r := range rules {
		p.claims = append(p.claims, claim{rule: r, terms: r.terms(p.now, 1)})
	}
	if l.link == nil || !l.link.up() || !l.link.peek(ctx, p) {
		p.peek()
	}
	out := make([]Standing, len(p.claims))
	for i := range p.claims {
		out[i] = p.claims[i].standing(p.now)
	}
	return out
}

// Run sweeps what is idle and keeps the bond with Redis until ctx ends.
func (l *Limiter) Run(ctx context.Context) error {
	var linked sync.WaitGroup
	if l.link != nil {
		linked.Go(func() { l.link.run(ctx) })
	}
	defer linked.Wait()
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
			l.sweep()
		}
	}
}

func (l *Limiter) sweep() (left int) {
	now := l.clock.Now()
	if x := l.cell.Get(); x != nil {
		left = x.sweep(now.UnixMicro(), func(r *rule) int64 { return day(now, r.zone) })
	}
	return left
}

// Nodes is how many processes share the limits, as of the last heartbeat; 1 without Redis.
func (l *Limiter) Nodes() int64 {
	if l.link == nil {
		return 1
	}
	return l.link.nodes.Load()
}
