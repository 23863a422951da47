package sim

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// node is a gateway process: what budget.Treasury does, one step at a time.
type node struct {
	id      id.Node
	book    *ledger.Book
	paused  bool
	journal []entry // survives a crash, unless the disk goes too
	posted  int     // as far as the node knows
	flights []*flight
	asking  map[ledger.Account]money.USD // wanted from the bank
	pending map[ledger.Account]*ask      // sent, not answered: sent again word for word
	order   []ledger.Account             // of pending, so that a seed decides all
	seen    []ledger.Account
	known   map[ledger.Account]bool

	epoch   int64
	renew   bool // a new session has to begin
	skew    int64
	history int // of the bank, as last seen
	born    int // where this process's part of the journal begins
	counted int // up to where acked counts
	acked   map[ledger.Account]money.USD
	unheard map[ledger.Account]bool // cuts of limits that it has not heard of
}

// entry is a journal record: an attempt opened, or settled.
type entry struct {
	open bool
	settled
}

// flight is an attempt on its way.
type flight struct {
	attempt  id.Attempt
	who      person
	truth    []ledger.Account // that it should lie on
	accounts []ledger.Account // that it does lie on
	amount   money.USD
	hold     *ledger.Hold
	sent     bool
	end      ledger.End
	early    bool // planted: freed before it was settled
}

func newNode(w *world) *node {
	n := &node{id: id.NewNode(w.ids)}
	n.boot(w)
	n.epoch = w.bank.begin(n.id, 0, 0, nil, NoBug)
	return n
}

func (n *node) boot(w *world) {
	n.book, n.flights = ledger.NewBook(id.NewOrg(w.ids)), nil
	n.asking, n.pending, n.order = map[ledger.Account]money.USD{}, map[ledger.Account]*ask{}, nil
	n.seen, n.known = nil, map[ledger.Account]bool{}
	n.born, n.counted, n.acked, n.renew = len(n.journal), len(n.journal), map[ledger.Account]money.USD{}, false
	n.unheard, n.history = map[ledger.Account]bool{}, w.bank.history
}

// begin takes a hold for a new attempt, or asks the bank for what is missing.
func (n *node) begin(w *world) {
	p := w.people[w.rnd.IntN(len(w.people))]
	amount := money.USD(1 + w.rnd.IntN(900))
	for range 1 + w.rnd.IntN(3) { // as long as it has patience
		if n.take(w, p, amount) {
			return
		}
		n.lend(w)
		n.callBack(w, p)
	}
	w.result.Refusals++
}

func (n *node) take(w *world, p person, amount money.USD) bool {
	f := &flight{attempt: id.NewAttempt(w.ids), who: p, truth: w.accounts(p, n.skew), amount: amount}
	f.accounts = f.truth
	if w.bug == LevelSkipped {
		f.accounts = append(append([]ledger.Account{}, f.truth[:1]...), f.truth[2:]...)
	}
	claims := make([]ledger.Claim, len(f.accounts))
	for i, a := range f.accounts {
		claims[i] = ledger.Claim{Stake: ledger.Stake{Account: a}}
		if !n.known[a] {
			n.known[a] = true
			n.seen = append(n.seen, a)
		}
	}
	hold, short := n.book.Hold(f.attempt, ledger.Amounts{Money: amount}, claims)
	if hold == nil {
		for _, s := range short {
			n.asking[s.Account] += amount
		}
		n.order = appendNew(n.order, short)
		return false
	}
	f.hold = hold
	n.flights = append(n.flights, f)
	return true
}

func appendNew(order []ledger.Account, short []ledger.Shortage) []ledger.Account {
next:
	for _, s := range short {
		for _, a := range order {
			if a == s.Account {
				continue next
			}
		}
		order = append(order, s.Account)
	}
	return order
}

// dispatch journals an attempt and sends it, or thinks better of it. A crash may come in between.
func (n *node) dispatch(w *world) {
	f := n.pick(w, false)
	if f == nil {
		return
	}
	if w.chance(10) {
		n.book.Release(f.hold)
		n.drop(f)
		return
	}
	if n.book.Open(f.hold) != nil {
		w.judge.violate("attempt %s: a fresh hold did not open", f.attempt)
		return
	}
	opened := entry{open: true, settled: settled{attempt: f.attempt, held: f.amount, accounts: f.accounts}}
	if w.bug != DispatchUnjournaled {
		n.journal = append(n.journal, opened)
	}
	if w.crashes && w.chance(60) {
		w.result.Crashes++
		n.restart(w)
		return
	}
	f.sent = true
	f.end = w.provider.serve(w, f, n.id)
	w.result.Dispatched++
	if w.bug == DispatchUnjournaled {
		if w.crashes && w.chance(10) {
			n.restart(w)
			return
		}
		n.journal = append(n.journal, opened)
	}
	if w.bug == RetryOnSameHold && f.end.Class != "" && w.chance(2) {
		f.end = w.provider.serve(w, f, n.id)
	}
	if w.bug == ReleaseBeforeSettle {
		n.book.Settle(f.hold, ledger.Amounts{})
		f.early = true
	}
}

// finish settles an attempt: journal first, then the book. A refused one may be tried again, with a hold of its own.
func (n *node) finish(w *world) {
	f := n.pick(w, true)
	if f == nil {
		return
	}
	e := f.end
	if w.bug == ZeroUsageMissing && e.Report == ledger.FinalUsage && e.Billed == 0 {
		e.Report = ledger.NoUsage
	}
	_, cost := ledger.Decide(e)
	switch {
	case w.bug == RefundOnDisconnect && e.Class == "canceled":
		cost = 0
	case w.bug == MissingUsageFree && e.Report == ledger.NoUsage && e.Complete:
		cost = 0
	case w.bug == OverrunDropped:
		cost = min(cost, f.amount)
	}
	accounts := f.accounts
	if w.bug == OtherPeriod {
		accounts = w.accounts(f.who, n.skew)
	}
	n.journal = append(n.journal, entry{settled: settled{attempt: f.attempt, cost: cost, held: f.amount, accounts: accounts}})
	if w.bug == SettleTwice && w.chance(10) {
		n.journal = append(n.journal, entry{settled: settled{attempt: f.attempt, cost: cost, held: f.amount, accounts: accounts}})
	}
	n.drop(f)
	if w.crashes && w.chance(80) {
		w.result.Crashes++
		n.restart(w)
		return
	}
	if !f.early {
		if _, ok := n.book.Settle(f.hold, ledger.Amounts{Money: cost}); !ok {
			w.judge.violate("attempt %s: an opened hold did not settle", f.attempt)
		}
	}
	if e.Class != "" && e.Class != "canceled" && w.chance(2) {
		n.take(w, f.who, f.amount)
	}
}

func (n *node) pick(w *world, sent bool) *flight {
	var of []*flight
	for _, f := range n.flights {
		if f.sent == sent {
			of = append(of, f)
		}
	}
	if len(of) == 0 {
		return nil
	}
	return of[w.rnd.IntN(len(of))]
}

func (n *node) drop(f *flight) {
	for i, o := range n.flights {
		if o == f {
			n.flights = append(n.flights[:i], n.flights[i+1:]...)
			return
		}
	}
}
