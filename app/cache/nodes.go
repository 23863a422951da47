package cache

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
)

// Leases let nodes agree which of them asks a question. *cacheredis.Client implements it. It is never an authority: while it is slow
// or away each node asks by itself.
type Leases interface {
	// Take asks for a lease, for LeaseTime. Who has it already, by its token, gets it again.
	Take(ctx context.Context, l Lease) (Turn, error)
	// Renew gives leases LeaseTime again; those that were lost meanwhile stay lost.
	Renew(ctx context.Context, list []Lease) error
	// Return gives a lease back. over says that there is nothing to wait for any more: the answer is in the store, or none will be.
	Return(ctx context.Context, l Lease, over bool) error
}

// Lease is the right to ask a question for all nodes.
type Lease struct {
	Org   id.Org
	Key   Key
	Token string // of whoever has it; no other lease of any node has the same
}

// Turn is whose turn it is to ask a question.
type Turn uint8

// The turns.
const (
	Ours   Turn = iota // whoever took the lease asks
	Theirs             // another node asks
	Over               // another node has asked: look into the store, and ask if there is nothing
)

// The times of leases. A node that dies while it asks keeps others waiting for LeaseTime at most.
const (
	LeaseTime  = 3 * time.Second
	renewEvery = time.Second
	// OverTime is how long it is known that a question was answered: longer than anybody pauses between two looks.
	OverTime  = 2 * time.Second
	firstLook = 20 * time.Millisecond
	lastLook  = 250 * time.Millisecond
)

// nodes is what a Desk knows of leases.
type nodes struct {
	link  link
	taken atomic.Int64

	mu   sync.Mutex
	held map[Lease]bool
}

// token is one that no other lease has.
func (d *Desk) token() string { return d.Node + "." + strconv.FormatInt(d.nodes.taken.Add(1), 36) }

// share makes a question's leader in this process the leader of all nodes, or waits until another node's answer can be looked for
// (nil). Who waits in this process waits for it.
func (d *Desk) share(ctx context.Context, s *Slot, lead *Lead, late <-chan time.Time) *Lead {
	if d.Leases == nil {
		return lead
	}
	l := Lease{s.chain.Org, s.Key, lead.token(d)}
	for pause := firstLook; ; pause = min(2*pause, lastLook) {
		switch turn, err := d.turn(ctx, l); {
		case ctx.Err() != nil:
			lead.Give()
			return nil
		case err != nil: // each by itself
			return lead
		case turn == Ours:
			d.nodes.hold(l)
			lead.holds(func(over bool) { d.writer.back(l, over) })
			if pause > firstLook && d.fetch(ctx, s) { // who asked before is gone, but its answer is there
				lead.Land()
				return nil
			}
			return lead
		case turn == Over:
			if !d.fetch(ctx, s) { // it failed there, or is nothing to keep
				return lead
			}
			lead.Land()
			return nil
		}
		if pause == firstLook {
			d.count.nodeWaits.Add(1)
		}
		look := time.NewTimer(pause)
		select {
		case <-look.C:
			continue
		case <-late:
			lead.Land()
		case <-ctx.Done():
			lead.Give()
		}
		look.Stop()
		return nil
	}
}

var errLeases = errors.New("cache: no leases for the moment")

// turn asks whose turn it is, and waits no longer than Patience. After a failure nobody asks for a while.
func (d *Desk) turn(ctx context.Context, l Lease) (Turn, error) {
	if now := d.Clock.Now(); d.nodes.link.closed(now) || d.store.closed(now) { // whoever waited for the store in vain does not wait again
		return Ours, errLeases
	}
	within, cancel := context.WithTimeout(ctx, d.Patience)
	defer cancel()
	type said struct {
		turn Turn
		err  error
	}
	got := make(chan said, 1)
	go func() { // a driver that does not heed the context must not hold the request up
		turn, err := d.Leases.Take(within, l)
		got <- said{turn, err}
	}()
	var x said
	select {
	case x = <-got:
	case <-within.Done():
		x.err = within.Err()
	}
	if ctx.Err() != nil {
		return Ours, ctx.Err() // the client left; that says nothing about the store
	}
	if x.err != nil {
		d.count.errors[leaseErrors].Add(1)
	}
	if d.nodes.link.note(d.Clock.Now(), x.err != nil) {
		if x.err != nil {
			d.Log.Warn("nodes cannot agree who asks: each asks by itself", "error", x.err.Error())
		} else {
			d.Log.Info("nodes agree again who asks")
		}
	}
	return x.turn, x.err
}

// fetch takes the answer that another node has put into the store, for all who wait in this process.
func (d *Desk) fetch(ctx context.Context, s *Slot) bool {
	e, ok := d.store.get(ctx, d, s)
	if ok = ok && e.Key == s.Key && e.Org == s.chain.Org && d.Clock.Now().Before(e.Fresh); ok {
		d.memory.Set(e)
	}
	return ok
}

func (n *nodes) hold(l Lease) {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.held == nil {
		n.held = map[Lease]bool{}
	}
	n.held[l] = true
}

func (n *nodes) all() (list []Lease) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for l := range n.held {
		list = append(list, l)
	}
	return list
}

// giveBack gives leases back. When one cannot be, the others are left to end by themselves.
func (d *Desk) giveBack(ctx context.Context, backs map[Lease]bool) (err error) {
	d.nodes.mu.Lock()
	for l := range backs {
		delete(d.nodes.held, l)
	}
	d.nodes.mu.Unlock()
	for l, over := range backs {
		if err = d.Leases.Return(ctx, l, over); err != nil {
			break
		}
	}
	return err
}

// renew keeps the leases of questions that take their time, until ctx ends.
func (d *Desk) renew(ctx context.Context) {
	tick := time.NewTicker(renewEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if list := d.nodes.all(); len(list) > 0 {
			within, cancel := context.WithTimeout(ctx, renewEvery)
			if err := d.Leases.Renew(within, list); err != nil && ctx.Err() == nil {
				d.count.errors[leaseErrors].Add(1)
			}
			cancel()
		}
	}
}
