package sim

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// bank is the database: what db.LedgerStore does, without SQL. Each method is one transaction.
type bank struct {
	pools map[ledger.Account]*pool
	rows  map[id.Attempt][]row // more than one is a violation
	marks map[id.Node]int
	lost  []id.Node // nodes whose disk is gone
	// late are messages that arrived once and will arrive again at any time.
	late []func()
}

type pool struct {
	limit    money.USD
	spent    money.USD
	leases   map[id.Node]*lease
	overruns money.USD // what providers charged above holds: the one way past a limit
}

type lease struct {
	granted, posted money.USD
	op              id.Grant
	amount          money.USD
	reaped          bool // what is left of it counts as suspense
}

func (l *lease) left() money.USD { return max(0, l.granted-l.posted) }

// row is a settled attempt in the books.
type row struct {
	cost        money.USD
	accounts    []ledger.Account
	interrupted bool
}

func newBank() *bank {
	return &bank{pools: map[ledger.Account]*pool{}, rows: map[id.Attempt][]row{}, marks: map[id.Node]int{}}
}

func (b *bank) know(a ledger.Account, limit money.USD) {
	if b.pools[a] == nil {
		b.pools[a] = &pool{limit: limit, leases: map[id.Node]*lease{}}
	}
}

func (p *pool) of(n id.Node) *lease {
	l := p.leases[n]
	if l == nil {
		l = &lease{}
		p.leases[n] = l
	}
	return l
}

func (p *pool) view() ledger.Pool {
	v := ledger.Pool{Limit: p.limit, Spent: p.spent}
	for _, l := range p.leases {
		if l.reaped {
			v.Suspense += l.left()
		} else {
			v.Leased += l.left()
		}
	}
	return v
}

// ask is a node's business with one account.
type ask struct {
	op      id.Grant
	account ledger.Account
	back    money.USD
	ledger.Ask
}

// lend carries out an ask once, however often it arrives, and answers how much was granted.
func (b *bank) lend(n id.Node, a ask, bug Bug) money.USD {
	p := b.pools[a.account]
	l := p.of(n)
	switch {
	case bug == BankForgetsOps:
	case a.op == l.op:
		return l.amount
	case a.op.Compare(l.op) < 0:
		return 0 // overtaken by a newer one: its sender has given up on it
	}
	if l.reaped {
		// The holder is alive after all. It keeps what it had, as suspense, and gets nothing more: what it gives
		// back stays suspense too, because nobody can tell its holds from those of a twin.
		l.op, l.amount = a.op, 0
		return 0
	}
	l.granted -= a.back
	view := p.view()
	if bug == GrantAboveLimit {
		view.Leased = 0
	}
	a.Debt = max(0, l.posted-l.granted)
	l.op, l.amount = a.op, 0
	if a.Need > 0 || a.Spare > 0 {
		l.amount = ledger.Share(view, a.Ask)
	}
	l.granted += l.amount
	return l.amount
}

// batch is a piece of a journal.
type batch struct {
	from, to int
	settled  []settled
}

type settled struct {
	attempt  id.Attempt
	cost     money.USD
	held     money.USD
	accounts []ledger.Account
	// interrupted: the node died with it in flight, the cost is the hold.
	interrupted bool
}

// post books a batch if the node's mark is where the batch begins. It answers where the mark is.
func (b *bank) post(n id.Node, x batch, bug Bug) int {
	if b.marks[n] != x.from && bug != PostNotIdempotent {
		return b.marks[n]
	}
	b.marks[n] = max(b.marks[n], x.to)
	if bug == MarkWithoutRows && len(x.settled)%3 == 2 {
		return b.marks[n]
	}
	for _, s := range x.settled {
		if len(b.rows[s.attempt]) > 0 && bug != PostNotIdempotent && bug != SettleTwice {
			continue
		}
		b.rows[s.attempt] = append(b.rows[s.attempt], row{s.cost, s.accounts, s.interrupted})
		for i, a := range s.accounts {
			if bug == LevelNotPosted && i == 2 {
				continue
			}
			p := b.pools[a]
			p.spent += s.cost
			p.of(n).posted += s.cost
			p.overruns += max(0, s.cost-s.held)
		}
	}
	return b.marks[n]
}

// reap counts what a silent node has left as suspense. It never becomes free: the node may be alive.
func (b *bank) reap(n id.Node, bug Bug) {
	for _, p := range b.pools {
		l := p.leases[n]
		if l == nil {
			continue
		}
		if bug == ReaperFrees {
			l.granted = l.posted
			continue
		}
		l.reaped = true
	}
}

// surrender ends a session whose whole journal is in the books: what is left is free, of a reaped lease too.
func (b *bank) surrender(n id.Node) {
	for _, p := range b.pools {
		delete(p.leases, n)
	}
}

// redeliver repeats an old message.
func (b *bank) redeliver(w *world) {
	if len(b.late) > 0 {
		b.late[w.rnd.IntN(len(b.late))]()
	}
}
