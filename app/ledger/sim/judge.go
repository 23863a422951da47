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
		if p := w.bank.pools[a]; j.byAccount[a] > p.limit+j.overruns[a] {
			j.violate("A1: %d billed on an account with a limit of %d (overruns %d)", j.byAccount[a], p.limit, j.overruns[a])
		}
	}
}

// lent is what makes A1 hold: the bank never lends more than there is.
func (j *judge) lent(w *world) {
	for _, p := range w.bank.pools {
		v := p.view()
		if v.Leased+v.Spent+v.Suspense > p.limit+p.overruns {
			j.violate("the bank lent %d, with %d spent and %d in suspense, of %d (overruns %d)", v.Leased, v.Spent, v.Suspense, p.limit, p.overruns)
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
	if w.result.LostDisks+w.result.Reaps == 0 {
		j.nothingLeft(w)
	}
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
