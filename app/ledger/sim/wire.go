package sim

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// send delivers a message and its answer, or loses either. What was delivered may be delivered again later.
func (w *world) send(message func(), answer func()) {
	if w.chance(6) {
		return
	}
	message()
	if w.chance(4) {
		w.bank.late = append(w.bank.late, message)
	}
	if w.chance(6) {
		return
	}
	answer()
	if w.bug == DoubleGrant && w.chance(4) {
		answer()
	}
}

// lend brings the node's business to the bank: first what was not answered, word for word.
func (n *node) lend(w *world) {
	if n.renew {
		clear(n.asking) // whoever wanted it does not wait that long
		return
	}
	for _, a := range n.order {
		if n.pending[a] == nil && n.asking[a] > 0 {
			b := n.book.Balance(a)
			n.pending[a] = &ask{op: id.NewGrant(w.ids), epoch: n.epoch, account: a, Ask: ledger.Ask{
				Need: max(0, n.asking[a]-b.Free()), Spare: ledger.Target(n.asking[a]/4, b.Held, b.Held)}}
		}
		delete(n.asking, a)
	}
	for _, a := range n.order {
		p := n.pending[a]
		if p == nil {
			continue
		}
		var got answer
		op := p.op
		book := n.book
		w.send(
			func() { got = w.bank.lend(n.id, *p, w.bug) },
			func() {
				if w.bug == DoubleGrant {
					op = id.NewGrant(w.ids)
				}
				w.granted(a, got.granted)
				book.Grant(op, a, got.granted)
				n.pending[a] = nil
				n.renew = n.renew || got.over
			})
	}
	w.judge.lent(w)
}

// giveBack returns idle lease: out of the book first, then to the bank.
func (n *node) giveBack(w *world) {
	if len(n.seen) == 0 || n.renew {
		return
	}
	for _, a := range n.seen {
		if n.pending[a] != nil || !w.calm && n.unheard[a] || (!w.calm && w.rnd.IntN(6) > 0) {
			continue
		}
		b := n.book.Balance(a)
		back := money.USD(0)
		switch {
		case w.bug == ReturnStaysUsable:
			back = max(0, b.Free())
		case w.bug == HeldLeaseReturned:
			back = max(0, b.Granted-b.Settled)
			n.book.Return(a, money.Max)
		default:
			back = n.book.Return(a, money.Max)
		}
		if back > 0 {
			n.pending[a] = &ask{op: id.NewGrant(w.ids), epoch: n.epoch, account: a, back: back}
			n.order = appendNew(n.order, []ledger.Shortage{{Account: a}})
		}
	}
}

// post ships a piece of the journal; false when there is nothing to ship.
func (n *node) post(w *world) bool {
	if n.posted >= len(n.journal) {
		return false
	}
	x := batch{from: n.posted, to: min(len(n.journal), n.posted+1+w.rnd.IntN(8))}
	for _, e := range n.journal[x.from:x.to] {
		if !e.open {
			x.settled = append(x.settled, e.settled)
		}
	}
	var mark int
	w.send(
		func() { mark = w.bank.post(n.id, x, w.bug) },
		func() { n.learn(mark, w.bug) })
	w.judge.lent(w)
	return true
}

// restart is a crash and the boot after it: what the journal shows in flight is booked at its hold, the journal goes
// into the books, and the lease is surrendered before a new session begins.
func (n *node) restart(w *world) {
	if w.bug == SurrenderFirst {
		n.epoch = w.bank.begin(n.id, 0, n.epoch, nil, w.bug)
	}
	ended := map[id.Attempt]bool{}
	for _, e := range n.journal {
		if !e.open {
			ended[e.attempt] = true
		}
	}
	for _, e := range n.journal {
		if e.open && !ended[e.attempt] {
			end := e.settled
			end.cost, end.interrupted = end.held, true
			if w.bug == VoidAfterDispatch {
				end.cost = 0
			}
			n.journal = append(n.journal, entry{settled: end})
		}
	}
	if w.bug == SurrenderFirst {
		n.boot(w)
		return // and posts when it gets round to it
	}
	calm := w.calm
	w.calm = true // the boot waits until the database has answered
	n.posted = w.bank.marks[n.id]
	for n.post(w) {
	}
	w.calm = calm
	n.epoch = w.bank.begin(n.id, n.posted, n.epoch, nil, w.bug)
	n.boot(w)
}

// learn takes over how far the bank says that the journal is in the books.
func (n *node) learn(mark int, bug Bug) {
	if mark < n.posted && bug != RollbackIgnored {
		n.renew = true // the bank went back in time
	}
	n.posted = mark
	for ; n.counted < mark; n.counted++ {
		if e := n.journal[n.counted]; !e.open && n.counted >= n.born {
			for _, a := range e.accounts {
				n.acked[a] += e.cost
			}
		}
	}
}
