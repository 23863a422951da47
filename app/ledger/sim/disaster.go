package sim

import (
	"maps"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// window is the time between the last commit that a replica has and the failover to it.
type window struct {
	copy    *bank
	granted map[ledger.Account]money.USD // lent since: what a failover lets be lent twice
}

// replicate notes what a replica that stops following now would have.
func (w *world) replicate() { w.window = &window{w.bank.clone(), map[ledger.Account]money.USD{}} }

// granted notes what was lent.
func (w *world) granted(a ledger.Account, amount money.USD) {
	if w.window != nil {
		w.window.granted[a] += amount
	}
}

// failover puts the replica in the bank's place: its last commits are lost. Limits come from elsewhere and stay. Money that
// was lent in the window may be lent once more; that much may be spent above a limit, and no more.
func (w *world) failover() {
	if w.window == nil {
		return
	}
	now := w.bank
	w.bank = w.window.copy
	w.bank.history, w.bank.lost = now.history+1, now.lost // what was on its way to the old one never reaches this one
	for a, p := range now.pools {
		w.bank.know(a, p.limit)
		w.bank.pools[a].limit, w.bank.pools[a].highest = p.limit, p.highest
	}
	for a, amount := range w.window.granted {
		w.judge.lostGrant(a, amount)
	}
	w.window = nil
	w.result.Failovers++
}

func (b *bank) clone() *bank {
	c := &bank{pools: make(map[ledger.Account]*pool, len(b.pools)), rows: maps.Clone(b.rows), marks: maps.Clone(b.marks),
		epochs: maps.Clone(b.epochs), reaped: maps.Clone(b.reaped), history: b.history}
	for a, p := range b.pools {
		q := *p
		q.leases = maps.Clone(p.leases)
		for n, l := range p.leases {
			copied := *l
			q.leases[n] = &copied
		}
		c.pools[a] = &q
	}
	for k, r := range c.rows {
		c.rows[k] = slices.Clone(r)
	}
	return c
}

// relimit raises or cuts a limit in the middle of its period. Nodes hear of it one by one, and give their free lease back.
func (w *world) relimit() {
	p := w.people[w.rnd.IntN(len(w.people))]
	level := w.rnd.IntN(4)
	a := w.accounts(p, 0)[level]
	pool := w.bank.pools[a]
	w.judge.raised(a, pool.limit)
	pool.limit = limits[level]/2 + money.USD(w.rnd.Int64N(int64(limits[level])))
	pool.highest = max(pool.highest, pool.limit)
	w.judge.raised(a, pool.limit)
	for _, n := range w.nodes {
		n.unheard[a] = true
	}
	w.result.Relimits++
}

// hear lets a node hear of changed limits.
func (n *node) hear(w *world) {
	if n.renew {
		return
	}
	for _, a := range n.seen {
		if n.unheard[a] && n.pending[a] == nil {
			delete(n.unheard, a)
			w.judge.heard(w, a)
		}
	}
	n.giveBack(w)
}

// jump sets a node's clock a period ahead or back, or right again.
func (n *node) jump(w *world) { n.skew = w.rnd.Int64N(3) - 1; w.result.Jumps++ }
