package experiment

import (
	"fmt"
	"math"

	"github.com/bodhi-gateway/bodhi/app/feedback"
)

// measure is the estimate of a metric over a variant's buckets.
func measure(buckets *[Buckets]Tally, m Metric) estimate {
	pairs := make([]pair, Buckets)
	for i := range buckets {
		t := &buckets[i]
		switch m {
		case Cost:
			pairs[i] = pair{float64(t.Requests), float64(t.Cost)}
		case Latency:
			pairs[i] = pair{float64(t.Answered), float64(t.Latency)}
		case Errors:
			pairs[i] = pair{float64(t.Requests), float64(t.Errors)}
		case Quality:
			pairs[i] = pair{float64(t.Rated), float64(t.Score) / feedback.Full}
		}
	}
	e := estimateOf(pairs)
	if m == Errors {
		e = e.proportion()
	}
	return e
}

func compare(e *Experiment, control, variant *[Buckets]Tally, share float64) []Comparison {
	out := make([]Comparison, len(Metrics))
	for i, m := range Metrics {
		a, b := measure(control, m), measure(variant, m)
		c := Comparison{Metric: m, Control: a.Mean, Variant: b.Mean, OfControl: int64(a.N), Counted: int64(b.N), Ready: a.ready(least) && b.ready(least)}
		c.Interval = difference(a, b, share, alpha/float64(len(e.Variants)-1))
		if c.Ready {
			c.judge()
		}
		out[i] = c
	}
	return out
}

// skewed tests whether two variants have the shares they were given, by units' buckets.
func skewed(e *Experiment, control, variant *[Buckets]Tally, i int, share float64) bool {
	part := float64(e.Variants[i].Percent) / float64(e.Variants[0].Percent+e.Variants[i].Percent)
	sum, squares, n := 0.0, 0.0, 0.0
	for b := range Buckets {
		all := float64(control[b].Requests + variant[b].Requests)
		off := float64(variant[b].Requests) - part*all
		sum, squares, n = sum+off, squares+off*off, n+all
	}
	return n >= 10*least && squares > 0 && math.Abs(sum)/math.Sqrt(squares) > boundary(share, alphaSkew)
}

// need raises Needs to what a variant takes.
func (j *Judgement) need(e *Experiment, control, variant *[Buckets]Tally) {
	a, b := measure(control, e.Goal), measure(variant, e.Goal)
	if !a.ready(least) || !b.ready(least) {
		return
	}
	lookFor := float64(e.LookFor) / 100
	if !e.Goal.share() {
		lookFor *= math.Abs(a.Mean)
	}
	n := needed(float64(j.Requests), a.Variance+b.Variance, lookFor, alpha/float64(len(e.Variants)-1))
	j.Needs = max(j.Needs, 0, int64(n)-j.Requests)
}

// harm says what a variant does that takes it back; "" is nothing that is certain.
func harm(e *Experiment, control, variant *[Buckets]Tally, share float64) string {
	a, b := measure(control, Errors), measure(variant, Errors)
	if a.ready(least/2) && b.ready(least/2) && b.Mean*100 > float64(e.ErrorLimit) && difference(a, b, share, alphaGuard).Above(0) {
		return fmt.Sprintf("fails in %.1f %% of requests, more than the limit of %d %%; the control in %.1f %%", b.Mean*100, e.ErrorLimit, a.Mean*100)
	}
	for _, g := range e.Guards {
		a, b := measure(control, g.Metric), measure(variant, g.Metric)
		if !a.ready(least) || !b.ready(least) {
			continue
		}
		d, allowed := difference(a, b, share, alphaGuard), float64(g.Percent)/100
		if !g.Metric.share() {
			allowed *= a.Mean
		}
		if g.Metric.rises() && d.Below(-allowed) || !g.Metric.rises() && d.Above(allowed) {
			return fmt.Sprintf("is worse in %s than the control by more than %d %%", g.Metric, g.Percent)
		}
	}
	return ""
}
