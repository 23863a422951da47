package sim

import (
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// judge holds the invariants against the provider's own bill.
type judge struct {
	violations []string
	byAccount  map[ledger.Account]money.USD // billed
	overruns   map[ledger.Account]money.USD // of it above the holds, by calls that had one
	bound      map[ledger.Account]money.USD // the highest limit since the period began
	slack      map[ledger.Account]money.USD // lent in commits that a failover lost
}

// raised notes a limit's change: what was lent under the old one may be spent.
func (j *judge) raised(a ledger.Account, limit money.USD) { j.bound[a] = max(j.bound[a], limit) }

// heard tightens what may be spent once every node knows of a changed limit: the new one, or what is lent already.
func (j *judge) heard(w *world, a ledger.Account) {
	for _, n := range w.nodes {
		if n.unheard[a] {
			return
		}
	}
	p := w.bank.pools[a]
	v := p.view()
	j.bound[a] = max(p.limit, v.Spent+v.Leased+v.Suspense)
}

// lostGrant widens what may be spent by what was lent in commits that a failover lost.
func (j *judge) lostGrant(a ledger.Account, amount money.USD) { j.slack[a] += amount }

// most is what may be spent and lent of an account, overruns left out.
func (j *judge) most(a ledger.Account, p *pool) money.USD {
	return max(j.bound[a], p.limit) + j.slack[a]
}

func (j *judge) violate(format string, args ...any) {
	if len(j.violations) < 10 {
		j.violations = append(j.violations, fmt.Sprintf(format, args...))
	}
}

// billed is A1: for every account, what the provider has billed is within the limit, but for what it charged above a
// hold. It is judged the moment it happens.
func (j *judge) billed(w *world, b *bill, cost money.USD) {
	if j.byAccount == nil {
		j.byAccount, j.overruns = map[ledger.Account]money.USD{}, map[ledger.Account]money.USD{}
	}
	over := max(0, cost-b.held)
	if b.extra > 0 {
		over = 0 // no hold stands behind a second call
	}
	for _, a := range b.accounts {
		j.byAccount[a] += cost
		j.overruns[a] += over
		if most := j.most(a, w.bank.pools[a]); j.byAccount[a] > most+j.overruns[a] {
			j.violate("A1: %d billed on an account with a limit of %d (overruns %d)", j.byAccount[a], most, j.overruns[a])
		}
	}
}

// lent is what makes A1 hold: the bank never lends more than there is.
func (j *judge) lent(w *world) {
	for a, p := range w.bank.pools {
		v := p.view()
		if most := j.most(a, p); v.Leased+v.Spent+v.Suspense > most+p.overruns {
			j.violate("the bank lent %d, with %d spent and %d in suspense, of %d (overruns %d)", v.Leased, v.Spent, v.Suspense, most, p.overruns)
		}
	}
}

// final is A2 and A3, once everything has arrived.
func (j *judge) final(w *world) {
	uncovered := map[id.Node]map[ledger.Account]money.USD{}
	for _, attempt := range w.provider.order {
		b := w.provider.bills[attempt]
		rows := w.bank.rows[attempt]
		switch {
		case len(rows) == 0:
			for _, a := range b.accounts {
				if uncovered[b.node] == nil {
					uncovered[b.node] = map[ledger.Account]money.USD{}
				}
				uncovered[b.node][a] += b.cost + b.extra
			}
		case len(rows) > 1:
			j.violate("A2: %d rows for one attempt", len(rows))
		case rows[0].interrupted && rows[0].cost != b.held:
			j.violate("A2: interrupted with %d held, booked are %d", b.held, rows[0].cost)
		case rows[0].interrupted && b.extra == 0:
			// An overrun of an attempt that nobody saw the end of is the one thing that its hold does not cover.
		case rows[0].cost < b.cost+b.extra:
			j.violate("A2: the provider billed %d, booked are %d", b.cost+b.extra, rows[0].cost)
		case b.reported && rows[0].cost != b.cost:
			j.violate("A2: the provider reported %d, booked are %d", b.cost, rows[0].cost)
		case fmt.Sprint(rows[0].accounts) != fmt.Sprint(b.accounts):
			j.violate("A2: booked on other accounts than the attempt was under")
		}
	}
	j.covered(w, uncovered)
	j.balanced(w)
	if w.result.LostDisks == 0 {
		j.nothingLeft(w)
	}
	j.agreed(w)
}

// covered: an attempt without a row went down with its node's disk, and that node's suspense stands for it.
func (j *judge) covered(w *world, uncovered map[id.Node]map[ledger.Account]money.USD) {
	for n, accounts := range uncovered {
		for a, cost := range accounts {
			have := money.USD(0)
			if l := w.bank.pools[a].leases[n]; l != nil && l.reaped {
				have = l.left()
			}
			// An overrun is the one thing that a lost disk can hide.
			if cost > have+j.overruns[a] {
				j.violate("A2: %d billed without a row, and %d in suspense", cost, have)
			}
		}
	}
}

// balanced: on every account, spent is the sum of the rows on it.
func (j *judge) balanced(w *world) {
	sums := map[ledger.Account]money.USD{}
	for _, rows := range w.bank.rows {
		for _, r := range rows {
			w.result.Booked += r.cost
			for _, a := range r.accounts {
				sums[a] += r.cost
			}
		}
	}
	for a, p := range w.bank.pools {
		if p.spent != sums[a] {
			j.violate("A2: an account says %d spent, its rows say %d", p.spent, sums[a])
		}
		w.result.Suspense += p.view().Suspense
	}
}

// agreed: a node and the bank tell the same of what the node may still spend.
func (j *judge) agreed(w *world) {
	for _, n := range w.nodes {
		for _, a := range n.seen {
			b := n.book.Balance(a)
			l := w.bank.pools[a].leases[n.id]
			if l == nil {
				l = &lease{}
			}
			if l.granted-l.posted != b.Granted-b.Settled {
				j.violate("a node has %d left, the bank says %d", b.Granted-b.Settled, l.granted-l.posted)
			}
		}
	}
}

// nothingLeft is A3: without losses, nothing stays held and nothing stays leased.
func (j *judge) nothingLeft(w *world) {
	for a, p := range w.bank.pools {
		if v := p.view(); v.Leased != 0 || v.Suspense != 0 {
			j.violate("A3: %d leased and %d in suspense when all is done", v.Leased, v.Suspense)
		}
		for _, n := range w.nodes {
			if held := n.book.Balance(a).Held; held != 0 {
				j.violate("A3: %d held when all is done", held)
			}
		}
	}
}
