package limit

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// The times of the bond with Redis.
const (
	patience   = 50 * time.Millisecond // a request waits no longer for Redis
	beatEvery  = 5 * time.Second
	aliveFor   = 15 * time.Second
	probeEvery = 500 * time.Millisecond // while it is away
	slowWait   = 2 * time.Second        // for what no request waits for
	nodesKey   = "bodhi:limit:nodes"
)

// link is the bond with Redis. While it is down nobody asks Redis but the probe, so an outage costs the requests that
// see it begin at most 50 ms each, and the others nothing.
type link struct {
	shared   Shared
	node     string
	patience time.Duration
	probe    time.Duration
	beats    int // so many probes are one heartbeat
	clock    clock.Clock
	log      *slog.Logger
	down     atomic.Bool
	nodes    atomic.Int64 // alive at the last heartbeat; 0 before the first
	debts    debts
}

func newLink(c Config) *link {
	k := &link{shared: c.Shared, node: c.Node, clock: c.Clock, log: c.Log, debts: newDebts(),
		patience: cmp.Or(c.Patience, patience), probe: probeEvery, beats: int(beatEvery / probeEvery)}
	if c.Beat > 0 {
		k.probe, k.beats = c.Beat, 1
	}
	return k
}

func (k *link) up() bool { return !k.down.Load() }

// alive is by how many nodes a limit is divided while Redis is away.
func (k *link) alive() int64 { return max(1, k.nodes.Load()) }

// take lets Redis decide; false if it did not answer in time.
func (k *link) take(ctx context.Context, p *Seat) bool {
	if !k.ask(ctx, p, "take") {
		for i := range p.claims {
			p.claims[i].away = true
		}
		return false
	}
	if p.blocked() == nil {
		p.follow()
	}
	return true
}

func (k *link) peek(ctx context.Context, p *Seat) bool {
	return len(p.claims) == 0 || k.ask(ctx, p, "peek")
}

// ask outlives a client that went away: whether the take happened would else be unknown.
func (k *link) ask(ctx context.Context, p *Seat, mode string) bool {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), k.patience)
	defer cancel()
	if err := p.ask(ctx, k.shared, mode); err != nil {
		k.lost(err)
		return false
	}
	return true
}

// lost notes an outage, and logs its beginning only.
func (k *link) lost(err error) {
	if !k.down.Swap(true) {
		k.log.Warn("redis is away; rate limits are divided among the nodes until it is back", slog.Int64("nodes", k.alive()), slog.String("error", err.Error()))
	}
}

// back ends an outage.
func (k *link) back() {
	if k.down.Swap(false) {
		k.log.Info("redis is back; rate limits are shared again")
	}
}

// owe notes what memory admitted while Redis was away.
func (k *link) owe(p *Seat) {
	now := p.now.UnixMicro()
	for i := range p.claims {
		c := &p.claims[i]
		c.away, c.shared = true, now/c.rule.width
		k.debts.add(c.rule, c.shared, c.take, now)
	}
}

// settle notes what Redis has to correct.
func (k *link) settle(p *Seat, u Used, now int64) {
	for i := range p.claims {
		c := &p.claims[i]
		switch n := u.of(c.rule.Unit) - c.take; {
		case n < 0:
			k.debts.add(c.rule, c.shared, n, now)
		case n > 0 && c.away:
			k.debts.add(c.rule, now/c.rule.width, n, now)
		case n > 0:
			k.debts.add(c.rule, underWay, n, now)
		}
	}
}

// run pays debts as they come, beats, and probes while Redis is away. At its end it pays once more and leaves.
func (k *link) run(ctx context.Context) {
	k.beat(ctx, aliveFor)
	tick := time.NewTicker(k.probe)
	defer tick.Stop()
	var leave sync.Once
	beats := 0
	for {
		select {
		case <-ctx.Done():
			leave.Do(func() {
				late := context.WithoutCancel(ctx)
				if k.up() {
					k.pay(late)
				}
				if k.up() {
					k.beat(late, 0)
				}
			})
			return
		case <-k.debts.wake:
			if k.up() {
				k.pay(ctx)
			}
		case <-tick.C:
			k.debts.forget(k.clock.Now().UnixMicro())
			beats++
			if k.down.Load() || beats%k.beats == 0 {
				k.beat(ctx, aliveFor)
			}
		}
	}
}

// beat says that this node lives and counts the others. It is also the probe that ends an outage, once what memory
// admitted meanwhile is paid.
func (k *link) beat(ctx context.Context, keep time.Duration) {
	ctx, cancel := context.WithTimeout(ctx, slowWait)
	defer cancel()
	began := k.clock.Now()
	n, err := k.shared.Eval(ctx, beatScript, []string{nodesKey}, []any{k.node, keep.Microseconds()})
	if err == nil && len(n) != 1 {
		err = errAnswer
	}
	if err != nil {
		if ctx.Err() != context.Canceled {
			k.lost(err)
		}
		return
	}
	if keep > 0 && n[0] > 0 {
		k.nodes.Store(n[0])
	}
	if k.down.Load() && k.clock.Now().Sub(began) < k.patience && k.pay(ctx) {
		k.back()
	}
}

// pay tells Redis what it does not know yet, an organization at a time; false if it did not take all of it.
func (k *link) pay(ctx context.Context) bool {
	ctx, cancel := context.WithTimeout(ctx, slowWait)
	defer cancel()
	for _, bill := range k.debts.bills(k.clock.Now().UnixMicro()) {
		if _, err := k.shared.Eval(ctx, settleScript, bill.keys, bill.args); err != nil {
			k.debts.keep(bill)
			k.lost(err)
			return false
		}
	}
	return true
}
