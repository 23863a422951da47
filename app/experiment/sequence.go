package experiment

import "math"

// The method, in short. Whoever looks at a running test again and again and stops at the first "significant" number is wrong far
// more often than the number says. So the intervals here are confidence sequences: with a chance of 1 - alpha the truth is inside
// of all of them at once, at every look from the first to the last, however often somebody looks and whenever they stop.
//
// It is the asymptotic confidence sequence of a normal mixture, the same boundary as that of the mixture sequential probability
// ratio test (mSPRT): H. Robbins, "Statistical methods related to the law of the iterated logarithm", Annals of Mathematical
// Statistics 41 (1970); R. Johari, P. Koomen, L. Pekelis and D. Walsh, "Always valid inference", Operations Research 70 (2022);
// I. Waudby-Smith, D. Arbour, R. Sinha, E. Kennedy and A. Ramdas, "Time-uniform central limit theory and asymptotic confidence
// sequences", Annals of Statistics 52 (2024), theorem 2.2.
//
// Units, not requests, are drawn, and a user's requests are like each other. So the spread of a mean is estimated between Buckets of
// units, not between requests (the linearized ratio over clusters: W. G. Cochran, "Sampling Techniques", chapter 6; the same with
// hashed buckets of users in N. Chamandy et al., "Estimating uncertainty for massive data streams", 2012). Requests that are like
// each other make a walk whose steps lean the same way, which crosses a boundary less often than one of independent steps with the
// same spread: the promise holds for them as well.

// Buckets is how many groups the units of an experiment are hashed into. More would estimate spreads more exactly (128 give them to
// about one eighth), at a row for each and variant.
const Buckets = 128

// LeastBuckets is how many of them must have requests, in each variant, before a spread is believed. Four in ten users fall into a
// bucket that has one already when there are as many users as buckets, so 20 buckets take some two dozen users of each variant.
const LeastBuckets = 20

// pair is what a bucket came to: what was counted, and the sum of what was measured on it.
type pair struct{ n, sum float64 }

// estimate is a mean and its variance; n is what it was made of.
type estimate struct {
	N, Mean, Variance float64
	buckets           int
}

// ready reports whether there is enough to say anything.
func (e estimate) ready(least float64) bool { return e.N >= least && e.buckets >= LeastBuckets }

// estimateOf is the mean over all that was counted, with the variance that the buckets show.
func estimateOf(pairs []pair) estimate {
	var e estimate
	sum := 0.0
	for _, p := range pairs {
		if p.n > 0 {
			e.N, sum, e.buckets = e.N+p.n, sum+p.sum, e.buckets+1
		}
	}
	if e.N == 0 {
		return e
	}
	e.Mean = sum / e.N
	if e.buckets < 2 {
		return e
	}
	squares := 0.0
	for _, p := range pairs {
		if p.n > 0 {
			off := p.sum - e.Mean*p.n
			squares += off * off
		}
	}
	m := float64(e.buckets)
	e.Variance = squares * m / (m - 1) / (e.N * e.N)
	return e
}

// proportion makes the variance of a share of yes and no honest where next to nothing was seen of one of them: no error in a hundred
// does not say that there are none. It is never less than with one more of each (Agresti and Coull's interval adds as much).
func (e estimate) proportion() estimate {
	if e.N > 0 {
		p := (e.Mean*e.N + 1) / (e.N + 2)
		e.Variance = max(e.Variance, p*(1-p)/(e.N+2))
	}
	return e
}

// Interval is a difference to the control, of the same unit as the metric, and where it is for certain, as far as one is certain.
type Interval struct{ Difference, Low, High float64 }

// Above and Below report whether the whole interval is on that side of a value.
func (i Interval) Above(v float64) bool { return i.Low > v }

// Below reports whether the whole interval is below a value.
func (i Interval) Below(v float64) bool { return i.High < v }

// difference is the confidence sequence of b - a. share is how much of the planned sample is there (1 is all of it): the intervals are
// narrowest there, compared with those of a test that looks once, and hold at any other share.
func difference(a, b estimate, share, alpha float64) Interval {
	d := b.Mean - a.Mean
	w := math.Sqrt(a.Variance+b.Variance) * boundary(share, alpha)
	return Interval{d, d - w, d + w}
}

// boundary is how many standard errors a mean may be off at a share of the planned sample, so that it is further off at any time
// with a chance of alpha at most: sqrt((1 + 1/x) (ln(1 + x) - 2 ln alpha)), where x is the sample in units of the mixture's variance.
func boundary(share, alpha float64) float64 {
	if share <= 0 {
		return math.Inf(1)
	}
	x := share * tightest(alpha)
	return math.Sqrt((1 + 1/x) * (math.Log1p(x) - 2*math.Log(alpha)))
}

// tightest is the x at which boundary is least: the solution of x = ln(1 + x) - 2 ln alpha.
func tightest(alpha float64) float64 {
	x := 1.0
	for range 60 {
		x = math.Log1p(x) - 2*math.Log(alpha)
	}
	return x
}

// power is the chance with which an experiment is to find what it looks for, in standard errors of a normal: 0.8416 is 80 %.
const power = 0.8416

// needed is how much in all must be counted so that a difference to look for is found with 80 %, when what was counted so far gave
// this variance; 0 is not known.
func needed(counted, variance, lookFor, alpha float64) float64 {
	if counted <= 0 || variance <= 0 || lookFor <= 0 {
		return 0
	}
	f := boundary(1, alpha) + power
	return math.Ceil(counted * variance * f * f / (lookFor * lookFor))
}
