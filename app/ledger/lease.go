package ledger

import "github.com/bodhi-gateway/bodhi/app/money"

// Pool is one account as the database sees it, all nodes together, under a row lock.
type Pool struct {
	Limit    Units
	Spent    Units // posted costs, the period's opening figure included
	Suspense Units // remainders of dead nodes, counted as spent until somebody reconciles them
	Leased   Units // Σ over nodes of max(0, granted - posted)
}

// Free is what may still be leased; negative where a provider charged more than was held.
func (p Pool) Free() Units { return p.Limit - p.Spent - p.Suspense - p.Leased }

// Ask is what a node wants to lease.
type Ask struct {
	Least Units // with less than this nobody waiting can go on
	Need  Units // with this everybody waiting can
	Spare Units // and this would save the next trips
	// Debt is what the node spent without a lease (overruns, soft limits turned hard). It is in Pool.Spent already, so
	// a grant pays it back first without costing the pool anything.
	Debt Units
}

// spareShare is the part of what is free beyond the need that one ask may take: small enough for other nodes to go on,
// and shrinking to nothing as the limit comes near, where each request then asks for itself.
const spareShare = 8

// Share is how much of the pool an ask gets: the need if it is there, all that is left if only the least is, else
// nothing. It keeps Σ leased + spent + suspense ≤ limit.
func Share(p Pool, a Ask) Units {
	free := p.Free()
	if free <= 0 || a.Least > free+a.Debt {
		return 0
	}
	need := min(max(a.Need-a.Debt, 0), free)
	spare := min(max(a.Spare, 0), (free-need)/spareShare)
	return a.Debt + need + spare
}

// leaseSeconds is how long a lease should last at the present rate.
const leaseSeconds = 5

// Target is how much free lease an account should have on this node: five seconds of spending, and room for as many
// holds at once as there were lately. rate is money per second, peak the most that was held lately.
func Target(rate, peak, held Units) Units {
	if rate > money.Max/(2*leaseSeconds) {
		return money.Max / 2
	}
	return rate*leaseSeconds + max(0, peak-held)
}
