// Package balance puts the targets of a request in order: each policy is a pure function of what is known of them and of
// injected draws, and a Book knows how each target did lately. It neither sends anything nor knows what a breaker is:
// whoever asks the targets passes over those that are away, in the order that is given here.
//
// What the policies rest on: peak EWMA as in Twitter's Finagle, the power of two choices (Mitzenmacher, 2001), weighted
// rendezvous hashing (Thaler and Ravishankar, 1998; Schindelhauer and Schomaker, 2005), and shares by a softmax (Boltzmann
// exploration) with a floor for the adaptive policy.
package balance

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// Policy says how targets are put in order.
type Policy string

// The policies.
const (
	RoundRobin       Policy = "round_robin"       // one after the other
	Weighted         Policy = "weighted"          // drawn by weight
	LeastConnections Policy = "least_connections" // fewest requests under way
	ResponseTime     Policy = "response_time"     // soonest to answer, of two drawn ones
	Cost             Policy = "cost"              // cheapest for this request
	Adaptive         Policy = "adaptive"          // drawn by what latency, failures and cost say
	Sticky           Policy = "sticky"            // the same for the same session, on every node
	Quality          Policy = "quality"           // the best by the ranks that the route gives
	Balanced         Policy = "balanced"          // quality and cost, each as much as the other
)

// Policies are all there are.
var Policies = []Policy{RoundRobin, Weighted, LeastConnections, ResponseTime, Cost, Adaptive, Sticky, Quality, Balanced}

// Weighs reports whether a policy looks at weights.
func (p Policy) Weighs() bool { return p == Weighted || p == Sticky }

// Measures reports whether a policy needs to know how targets did.
func (p Policy) Measures() bool {
	return p == LeastConnections || p == ResponseTime || p == Adaptive
}

// Prices reports whether a policy needs to know what the request would cost.
func (p Policy) Prices() bool { return p == Cost || p == Adaptive || p == Balanced }

// Rates reports whether a policy needs to know what people said of answers.
func (p Policy) Rates() bool { return p == Quality || p == Adaptive }

// Candidate is a target with all that a policy may ask of it.
type Candidate struct {
	At     int    // its index in the caller's list, which decides between equals
	Weight int    // at least 1
	Rank   int    // by quality, 0 for the best
	Place  uint64 // stands for the target, the same on every node (Place)
	Load   Load
	Cost   money.USD // of this request, estimated
	Priced bool      // Cost is known
	// Share of the requests that go here first now, 0 to 1; set by Weighted and Adaptive.
	Share float64
	score float64
}

// Load is how a target did lately on this node.
type Load struct {
	InFlight int
	Seen     bool          // an answer was measured
	Mean     time.Duration // until the first event: average of the last half minute
	Peak     time.Duration // the same, but takes the worst at once and forgets it slowly
	Failed   float64       // share of attempts that failed, 0 to 1
	// Likes are what people said of its answers, on all nodes.
	Likes Likes
	// Tried and Won are attempts and answers of about the last hour, the older ones for less.
	Tried, Won float64
}

// Draw is what is random or the request's own in a choice.
type Draw struct {
	Turn   uint64              // counts the requests of a route, for RoundRobin
	Who    uint64              // stands for the session, for Sticky (Who)
	Random func(n int64) int64 // a number in [0, n)
	Mix    Mix                 // for Adaptive; zero is UsualMix
}

// fraction gives a number in [0, 1).
func (d *Draw) fraction() float64 {
	const fine = 1 << 53 // as finely as a float64 can
	return float64(d.Random(fine)) / fine
}
