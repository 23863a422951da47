package sim

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// beat lets a node hear how things are: that it was taken for dead, or that another bank answers.
func (n *node) beat(w *world) {
	if w.bug == RollbackIgnored {
		n.history = w.bank.history
	}
	if w.bank.reaped[n.id] || w.bank.epochs[n.id] != n.epoch && w.bug != RollbackIgnored || w.bank.history != n.history {
		n.renew = true
	}
}

// reopen begins a new session with requests in flight: the journal goes into the books, free lease goes back, and what is
// held is claimed.
func (n *node) reopen(w *world) {
	if !n.renew {
		return
	}
	for range 8 {
		if !n.post(w) {
			break
		}
	}
	if n.posted < len(n.journal) {
		return
	}
	claims := map[ledger.Account]claim{}
	for _, a := range n.seen {
		if w.bug != ReopenKeepsFree {
			n.book.Return(a, money.Max)
		}
		b := n.book.Balance(a)
		claims[a] = claim{b.Granted, n.acked[a]}
		if w.bug == ClaimForgetsHolds || w.bug == ReopenKeepsFree {
			claims[a] = claim{b.Granted - b.Held - max(0, b.Free()), n.acked[a]}
		}
		if p := n.pending[a]; p != nil && p.back > 0 && w.bug == ReopenKeepsBack {
			p.op, p.epoch = id.NewGrant(w.ids), n.epoch+1
			continue
		}
		n.pending[a] = nil
	}
	history, epoch := w.bank.history, int64(0)
	mark, prior := n.posted, n.epoch
	w.once(
		func() { epoch = w.bank.begin(n.id, mark, prior, claims, w.bug) },
		func() {
			if epoch > 0 {
				n.epoch, n.renew, n.history = epoch, false, history
				w.result.Reopened++
			} else {
				n.learn(w.bank.marks[n.id], w.bug) // the books are elsewhere; the next try begins from there
			}
		})
	w.judge.lent(w)
}

// once delivers a message that is never delivered late: the bank refuses a session's beginning that is not of now by
// its mark, and the row of the node keeps two from crossing. Message or answer may be lost.
func (w *world) once(message, answer func()) {
	if w.chance(6) {
		return
	}
	message()
	if !w.chance(6) {
		answer()
	}
}

// callBack asks the other nodes for their free lease of what a person's request lacks.
func (n *node) callBack(w *world, p person) {
	if w.chance(3) {
		return
	}
	w.result.Recalls++
	for _, a := range w.accounts(p, n.skew) {
		for _, o := range w.nodes {
			if o == n || o.paused || o.renew || o.pending[a] != nil || w.chance(6) {
				continue
			}
			back := money.USD(0)
			if w.bug == RecallTakesHeld {
				b := o.book.Balance(a)
				if back = b.Granted - b.Settled; back > 0 {
					o.book.Return(a, money.Max)
				}
			} else {
				back = o.book.Return(a, money.Max)
			}
			if back > 0 {
				o.pending[a] = &ask{op: id.NewGrant(w.ids), epoch: o.epoch, account: a, back: back}
				o.order = appendNew(o.order, []ledger.Shortage{{Account: a}})
				o.lend(w)
			}
		}
	}
}
