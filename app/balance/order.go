package balance

import (
	"cmp"
	"math"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Order sorts the candidates: the first is to be asked first, each next one when those before it failed. It allocates
// nothing, and leaves the order alone for a policy that it does not know.
func Order(p Policy, cs []Candidate, d *Draw) {
	if len(cs) == 0 {
		return
	}
	switch p {
	case RoundRobin:
		roundRobin(cs, d)
	case Weighted:
		weighted(cs, d)
	case LeastConnections:
		leastConnections(cs, d)
	case ResponseTime:
		responseTime(cs, d)
	case Cost:
		cheapest(cs)
	case Adaptive:
		adaptive(cs, d)
	case Sticky:
		sticky(cs, d)
	case Quality:
		best(cs)
	case Balanced:
		balanced(cs)
	}
}

// roundRobin begins with each in turn; the others follow as they stand, so that the requests of a target that fails do not
// all fall on one other.
func roundRobin(cs []Candidate, d *Draw) {
	n := uint64(len(cs))
	for i := range cs {
		cs[i].score = float64((uint64(i) + n - d.Turn%n) % n)
	}
	sort(cs)
}

// weighted draws one after the other, each with the chance of its weight among those that are left.
func weighted(cs []Candidate, d *Draw) {
	all := 0.0
	for i := range cs {
		all += float64(max(cs[i].Weight, 1))
	}
	for i := range cs {
		cs[i].Share = float64(max(cs[i].Weight, 1)) / all
	}
	drawByShare(cs, d)
}

// drawByShare draws without putting back (Efraimidis and Spirakis, 2006: the smallest of exponential waits whose rates are
// the shares).
func drawByShare(cs []Candidate, d *Draw) {
	for i := range cs {
		cs[i].score = -math.Log(1-d.fraction()) / cs[i].Share
	}
	sort(cs)
}

// leastConnections goes by requests under way on this node; equals are drawn, else the first of the list would get every
// request of a quiet hour.
func leastConnections(cs []Candidate, d *Draw) {
	for i := range cs {
		cs[i].score = float64(cs[i].Load.InFlight) + d.fraction()
	}
	sort(cs)
}

// responseTime draws two and takes the one that is likely to answer sooner: peak latency, times those that wait already and
// this one, over the share of attempts that succeed. Two and not all, because many nodes and requests that see the same
// best one would all run there at once. The others follow by the same score. One that was never measured counts as the
// best that was.
func responseTime(cs []Candidate, d *Draw) {
	best := math.MaxFloat64
	for i := range cs {
		if l := &cs[i].Load; l.Seen {
			best = min(best, float64(l.Peak))
		}
	}
	if best == math.MaxFloat64 {
		best = 1
	}
	for i := range cs {
		l, peak := &cs[i].Load, best
		if l.Seen {
			peak = float64(l.Peak)
		}
		cs[i].score = max(peak, 1) * float64(l.InFlight+1) / max(1-l.Failed, leastSuccess)
	}
	if len(cs) < 2 {
		return
	}
	a := int(d.Random(int64(len(cs))))
	b := int(d.Random(int64(len(cs) - 1)))
	if b >= a {
		b++
	}
	if cs[b].score < cs[a].score {
		a = b
	}
	cs[a].score = -1
	sort(cs)
}

// cheapest goes by the estimated cost of this request. Unknown is not free: what has no price comes last.
func cheapest(cs []Candidate) {
	for i := range cs {
		cs[i].score = float64(cs[i].Cost)
		if !cs[i].Priced {
			cs[i].score = math.MaxFloat64
		}
	}
	sort(cs)
}

// best goes by rank, between targets of one rank by what people said of their answers, and then by the list.
func best(cs []Candidate) {
	for i := range cs {
		cs[i].score = float64(cs[i].Rank) - cs[i].Load.Likes.Liked() // which is less than a rank
	}
	sort(cs)
}

// balanced goes by the sum of two parts from 0 to 1: how far a target is from the humblest rank to the best, and what the
// cheapest one's cost is of its own. What has no price has nothing of the latter.
func balanced(cs []Candidate) {
	cheapest, humblest := money.Max, 0
	for i := range cs {
		if c := &cs[i]; c.Priced {
			cheapest = min(cheapest, max(c.Cost, leastCost))
		}
		humblest = max(humblest, cs[i].Rank)
	}
	for i := range cs {
		c := &cs[i]
		r := Rung{Rank: c.Rank, Cost: c.Cost, Priced: c.Priced}
		c.score = -byPriority(&r, "high", humblest) - byCost(&r, cheapest)
	}
	sort(cs)
}

// sticky is weighted rendezvous hashing: every target has a number that only it and the session decide, so all nodes agree
// without telling each other, and a target that comes or goes moves none but its own sessions.
func sticky(cs []Candidate, d *Draw) {
	for i := range cs {
		u := (float64(mix(cs[i].Place^d.Who)>>11) + 0.5) / (1 << 53)
		cs[i].score = -math.Log(u) / float64(max(cs[i].Weight, 1))
	}
	sort(cs)
}

// sort puts the lowest score first; equals keep the order of the list.
func sort(cs []Candidate) {
	slices.SortFunc(cs, func(a, b Candidate) int {
		return cmp.Or(cmp.Compare(a.score, b.score), cmp.Compare(a.At, b.At))
	})
}

// Shares says how much of the requests goes first where now, for people: Candidate.Share. False where that cannot be told before
// a request is there.
func Shares(p Policy, cs []Candidate, mix Mix) bool {
	if len(cs) == 0 {
		return false
	}
	switch p {
	case RoundRobin, Weighted, Sticky:
		all := 0.0
		for i := range cs {
			if cs[i].Share = 1; p != RoundRobin {
				cs[i].Share = float64(max(cs[i].Weight, 1))
			}
			all += cs[i].Share
		}
		for i := range cs {
			cs[i].Share /= all
		}
	case Cost, Quality, Balanced:
		Order(p, cs, &Draw{})
		cs[0].Share = 1
		slices.SortFunc(cs, func(a, b Candidate) int { return cmp.Compare(a.At, b.At) })
	case Adaptive:
		share(cs, mix)
	case "", "ordered":
		cs[0].Share = 1
	default:
		return false
	}
	return true
}
