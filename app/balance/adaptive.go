package balance

import "math"

// Mix is what the adaptive policy weighs, in hundredths: 0 to MostMix each. Only what differs between targets counts, so doubling
// all makes choices sharper.
type Mix struct {
	Latency  int `json:"latency" yaml:"latency"`
	Cost     int `json:"cost" yaml:"cost"`
	Failures int `json:"failures" yaml:"failures"`
	// Feedback weighs what people said of answers (Likes); routes leave it at 0 unless they say otherwise.
	Feedback int `json:"feedback,omitempty" yaml:"feedback,omitempty"`
}

// MostMix is the largest of them.
const MostMix = 1000

// UsualMix is that of a route that has none of its own.
func UsualMix() Mix { return Mix{Latency: 50, Cost: 50, Failures: 200} }

// Valid reports whether each is in its bounds, and one of them more than nothing.
func (m Mix) Valid() bool {
	return min(m.Latency, m.Cost, m.Failures, m.Feedback) >= 0 && max(m.Latency, m.Cost, m.Failures, m.Feedback) <= MostMix && m != Mix{}
}

// What the adaptive policy weighs. A target's loss is, with the usual mix,
//
//	0.5 ln(latency) + 0.5 ln(cost) − 2 ln(1 − failed)
//
// and, where a route weighs feedback, − that weight × ln(liked),
// so twice as dear for half the wait is as good, and a failure counts twice: for the try, and for the wait of the next
// one. Logarithms make it free of units and of what else is in the list. A target's share is e^(−loss/0.05), at least 1 %:
// one that is 15 % worse gets a twentieth of the best one's requests, equals share alike. Shares follow every answer;
// the interval over which they change is the memory of the Book, half a minute.
const (
	sharpness    = 0.05
	leastShare   = 0.01
	leastSuccess = 0.01
	leastCost    = 10_000 // nano-dollars, $0.00001: below it a price decides nothing
)

// adaptive draws by shares.
func adaptive(cs []Candidate, d *Draw) {
	share(cs, d.Mix)
	drawByShare(cs, d)
}

// share sets the shares of the adaptive policy. What was never measured is taken for as fast as the fastest that was, so that it is
// tried; what has no price for as dear as the dearest.
func share(cs []Candidate, mix Mix) {
	if mix == (Mix{}) {
		mix = UsualMix()
	}
	fast, dear := math.MaxFloat64, float64(leastCost)
	for i := range cs {
		c := &cs[i]
		if c.Load.Seen {
			fast = min(fast, float64(c.Load.Mean))
		}
		if c.Priced {
			dear = max(dear, float64(c.Cost))
		}
	}
	if fast == math.MaxFloat64 {
		fast = 1
	}
	best := math.MaxFloat64
	for i := range cs {
		c := &cs[i]
		latency, cost := fast, dear
		if c.Load.Seen {
			latency = float64(c.Load.Mean)
		}
		if c.Priced {
			cost = max(float64(c.Cost), leastCost)
		}
		c.score = (float64(mix.Latency)*math.Log(max(latency, 1)) + float64(mix.Cost)*math.Log(cost) - float64(mix.Failures)*math.Log(max(1-c.Load.Failed, leastSuccess)) - float64(mix.Feedback)*math.Log(c.Load.Likes.Liked())) / 100
		best = min(best, c.score)
	}
	all := 0.0
	for i := range cs {
		cs[i].Share = math.Exp((best - cs[i].score) / sharpness)
		all += cs[i].Share
	}
	spare := 1 - leastShare*float64(len(cs)) // a list has at most 10, with other aliases in it some more
	for i := range cs {
		cs[i].Share = leastShare + max(spare, 0)*cs[i].Share/all
	}
}
