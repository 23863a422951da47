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
	// epochs number each node's sessions; reaped are those that were taken for dead in theirs.
	epochs  map[id.Node]int64
	reaped  map[id.Node]bool
	history int // changes when the bank goes back in time; nodes see it when they beat
	// late are messages that arrived once and will arrive again at any time.
	late []func()
}

type pool struct {
	limit    money.USD
	spent    money.USD
	leases   map[id.Node]*lease
	overruns money.USD // what providers charged above holds: the one way past a limit
	highest  money.USD // the highest limit there ever was, for a planted bug
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
	return &bank{pools: map[ledger.Account]*pool{}, rows: map[id.Attempt][]row{}, marks: map[id.Node]int{}, epochs: map[id.Node]int64{},
		reaped: map[id.Node]bool{}}
}

func (b *bank) know(a ledger.Account, limit money.USD) {
	if b.pools[a] == nil {
		b.pools[a] = &pool{limit: limit, highest: limit, leases: map[id.Node]*lease{}}
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
	epoch   int64
	account ledger.Account
	back    money.USD
	ledger.Ask
}

// answer is what the bank says to an ask.
type answer struct {
	granted money.USD
	over    bool // the session that asked is over, or was taken for dead
}

// lend carries out an ask once, however often it arrives, and answers how much was granted.
func (b *bank) lend(n id.Node, a ask, bug Bug) answer {
	if a.epoch != b.epochs[n] && bug != StaleSessionLent {
		return answer{over: true}
	}
	p := b.pools[a.account]
	l := p.of(n)
	if b.reaped[n] {
		l.reaped = true
	}
	return answer{b.grant(p, l, a, bug), l.reaped}
}

func (b *bank) grant(p *pool, l *lease, a ask, bug Bug) money.USD {
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
	if bug == LimitCutIgnored {
		view.Limit = p.highest
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
	if b.marks[n] != x.from && bug != PostNotIdempotent && (bug != MarkJumps || x.from < b.marks[n]) {
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
	b.reaped[n] = true
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

// claim is what a session that begins has in flight on an account.
type claim struct{ granted, posted money.USD }

// begin starts a session, if the journal is in the books up to mark: what the node had leased is replaced by what it
// claims, of a reaped lease too. It answers the new epoch, 0 if it did not begin.
func (b *bank) begin(n id.Node, mark int, prior int64, claims map[ledger.Account]claim, bug Bug) int64 {
	if b.marks[n] != mark && bug != SurrenderFirst {
		return 0
	}
	for a, p := range b.pools {
		delete(p.leases, n)
		if c, ok := claims[a]; ok {
			p.leases[n] = &lease{granted: c.granted, posted: c.posted}
		}
	}
	b.epochs[n] = max(b.epochs[n], prior) + 1
	b.reaped[n] = false
	return b.epochs[n]
}

// redeliver repeats an old message.
func (b *bank) redeliver(w *world) {
	if len(b.late) > 0 {
		b.late[w.rnd.IntN(len(b.late))]()
	}
}
