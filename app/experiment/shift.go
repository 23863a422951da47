package experiment

import (
	"math"

	"github.com/bodhi-gateway/bodhi/app/money"
)

// What was before and what came after a change is no experiment: nobody drew who gets what, and other things change as well. The
// arithmetic is the same all the same. A day is a cluster in place of a bucket of users: requests of one day are like each other, and
// the spread of a mean is estimated between days (Cochran's ratio over clusters, see sequence.go). The boundary is the confidence
// sequence's at its planned sample, which is wider than Student's interval for the fourteen days that there are at least, and allows
// for a look every week. The simulation in shift_test.go says how often it is wrong.

// LeastDays is how many whole days there must be before and after: all days of a week, each once.
const LeastDays = 7

// Day is what a day came to: how much was counted, and the sum of what was measured on it.
type Day struct{ N, Sum float64 }

// Shift compares the days after a change with those before it. A metric's Control is the mean before, Variant the one after.
func Shift(m Metric, before, after []Day) Comparison {
	a, b := estimateOf(pairsOf(before)), estimateOf(pairsOf(after))
	if m == Errors {
		a, b = a.proportion(), b.proportion()
	}
	c := Comparison{Metric: m, Control: a.Mean, Variant: b.Mean, OfControl: int64(a.N), Counted: int64(b.N)}
	c.Ready = a.N >= least && b.N >= least && a.buckets >= LeastDays && b.buckets >= LeastDays
	c.Interval = difference(a, b, 1, alpha)
	if c.Ready {
		c.judge()
	}
	return c
}

func pairsOf(days []Day) []pair {
	out := make([]pair, len(days))
	for i, d := range days {
		out[i] = pair{d.N, d.Sum}
	}
	return out
}

// judge says which side a comparison is on.
func (c *Comparison) judge() {
	switch {
	case c.Interval.Above(0):
		c.Side = 1
	case c.Interval.Below(0):
		c.Side = -1
	}
	if !c.Metric.rises() {
		c.Side = -c.Side
	}
}

// Saved is what a difference in cost per request comes to for so many requests, with the interval; negative is more cost.
func (c *Comparison) Saved(requests float64) (saved, low, high money.USD) {
	in := func(each float64) money.USD { return money.USD(clamp(math.Round(-each * requests))) }
	return in(c.Interval.Difference), in(c.Interval.High), in(c.Interval.Low)
}
