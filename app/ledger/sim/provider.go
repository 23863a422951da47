package sim

import (
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// provider does the work and keeps its own bill, which only the judge sees.
type provider struct {
	bills map[id.Attempt]*bill
	order []id.Attempt
}

// bill is the truth about one attempt.
type bill struct {
	cost     money.USD
	reported bool // the answer said what it cost
	held     money.USD
	accounts []ledger.Account // all that it should be limited by
	node     id.Node
	extra    money.USD // billed for calls that no hold was taken for
}

// serve does one call, and answers as the network lets it.
func (p *provider) serve(w *world, f *flight, n id.Node) ledger.End {
	e := ledger.End{Written: true, Held: f.amount, Streamed: w.rnd.IntN(2) == 0}
	cost := w.rnd.Int64N(int64(f.amount) + 1)
	b := p.bills[f.attempt]
	if b == nil {
		b = &bill{held: f.amount, accounts: f.truth, node: n}
		p.bills[f.attempt] = b
		p.order = append(p.order, f.attempt)
	}
	switch w.rnd.IntN(12) {
	case 0: // never got there
		e.Written, e.Class, cost = false, "unreachable", 0
	case 1:
		e.Class, e.Status, cost = "rate_limit", 429, 0
	case 2:
		e.Class, e.Status = "server", 500 // and billed, as some are
	case 3:
		e.Class = "ambiguous" // done and billed, the answer got lost
	case 4: // cut: what was generated until the provider noticed is at most our count and its margin
		e.Status, e.Started, e.Streamed, e.Class = 200, true, true, "canceled"
		e.Counted = money.USD(cost)
		cost = min(cost+cost/100*ledger.CutMargin, int64(f.amount))
	case 5:
		e.Status, e.Started, e.Complete = 200, true, true
		e.Counted = money.USD(cost) + money.USD(w.rnd.Int64N(10))
	case 6: // ignores its cap
		e.Status, e.Started, e.Complete, e.Report = 200, true, true, ledger.FinalUsage
		cost = int64(f.amount) + w.rnd.Int64N(40)
		e.Billed = money.USD(cost)
	case 7: // serves it for nothing, and says so
		e.Status, e.Started, e.Complete, e.Report, cost = 200, true, true, ledger.FinalUsage, 0
		e.Counted = f.amount / 2
	default:
		e.Status, e.Started, e.Complete, e.Report = 200, true, true, ledger.FinalUsage
		e.Billed = money.USD(cost)
	}
	if b.cost > 0 || b.extra > 0 {
		b.extra += money.USD(cost) // a second call on one hold
	} else {
		b.cost, b.reported = money.USD(cost), e.Report == ledger.FinalUsage
	}
	w.result.Billed += money.USD(cost)
	w.judge.billed(w, b, money.USD(cost))
	return e
}
