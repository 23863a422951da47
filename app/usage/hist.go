package usage

import (
	"math"
	"time"
)

// Bins is how many classes durations are counted in. Class i holds what takes longer than Edge(i) and at most Edge(i+1). Edges
// are the twelve numbers of a decade that engineers round to, at most a quarter apart, so that a quantile read off them is
// within 12 % of the true one.
const Bins = 64

// shortest is the upper edge of the first class. With 64 classes, the last one begins at 25 minutes.
const shortest = 10 * time.Millisecond

var decade = [...]time.Duration{10, 12, 15, 18, 22, 27, 33, 39, 47, 56, 68, 82}

var edges = func() (out [Bins]time.Duration) {
	unit := shortest / 10
	for i := 1; i < Bins; i++ {
		step := (i - 1) % len(decade)
		if step == 0 && i > 1 {
			unit *= 10
		}
		out[i] = decade[step] * unit
	}
	return out
}()

// Edge is where class i begins: 0 for the first.
func Edge(i int) time.Duration { return edges[max(0, min(i, Bins-1))] }

// Hist counts durations by class. Hists of parts add up to that of the whole.
type Hist [Bins]int64

// Add sums up.
func (h *Hist) Add(o *Hist) {
	for i, n := range o {
		h[i] += n
	}
}

// Count is how many durations it holds.
func (h *Hist) Count() (n int64) {
	for _, c := range h {
		n += c
	}
	return n
}

// Quantile is the duration that a share of them, in percent, does not exceed, within 12 %: the middle of its class, so to
// speak, where both of its edges are equally far away in proportion. It is 0 for an empty one.
func (h *Hist) Quantile(percent int64) time.Duration {
	n := h.Count()
	if n == 0 {
		return 0
	}
	rank := max(1, (n*percent+99)/100)
	for i, c := range h {
		if rank -= c; rank > 0 {
			continue
		}
		switch i {
		case 0:
			return shortest / 2
		case Bins - 1:
			return edges[i]
		}
		return time.Duration(math.Sqrt(float64(edges[i]) * float64(edges[i+1])))
	}
	return edges[Bins-1]
}
