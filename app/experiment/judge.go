package experiment

import (
	"fmt"
	"math"

	"github.com/bodhi-gateway/bodhi/app/feedback"
)

const (
	// alpha is the chance of a false winner that is accepted in an experiment; several variants share it (C. E. Bonferroni).
	alpha = 0.05
	// alphaGuard is the same for taking a variant back, in each guarded metric, and alphaSkew for doubting the division.
	alphaGuard = 0.05
	alphaSkew  = 0.001
	// least is how many requests a variant must have before anything is concluded: means are nearly normal from there on.
	least = 100
)

// Comparison is a metric of a variant beside the control's.
type Comparison struct {
	Metric Metric
	// Control and Variant are the means, and of how many.
	Control, Variant   float64
	OfControl, Counted int64
	// Ready says that there is enough for Interval to mean something.
	Ready    bool
	Interval Interval
	// Side is +1 when the variant is better for certain, -1 when worse, 0 when it cannot be told.
	Side int
}

// Arm is how one variant stands.
type Arm struct {
	Requests, Rated int64
	// Filled and FilledRated are in how many of the Buckets there are requests, and answers that were rated. Below LeastBuckets of
	// each variant nothing is concluded.
	Filled, FilledRated int
	// Share is its part of the requests, planned Percent.
	Share    float64
	Compared []Comparison // by Metrics; nil for the control
	Means    map[Metric]float64
}

// Judgement is what may be said of an experiment now.
type Judgement struct {
	Arms     []Arm
	Requests int64
	Verdict  Verdict
	Winner   int
	Harmful  int
	Why      string // of a Harm
	// Skewed says that the variants' shares are not those that were planned, by more than chance: something keeps requests of one
	// out of the count, so that nothing is concluded.
	Skewed bool
	// Needs is how many more requests find the difference that is looked for with 80 %; 0 when that many were counted, -1 when it is
	// not known yet.
	Needs int64
}

// Judge says how an experiment stands by what was counted. It is pure.
func Judge(e *Experiment, tallies []Tally) Judgement {
	per := make([][Buckets]Tally, len(e.Variants))
	j := Judgement{Needs: -1, Arms: make([]Arm, len(e.Variants))}
	for _, t := range tallies {
		if t.Variant < 0 || t.Variant >= len(per) || t.Bucket < 0 || t.Bucket >= Buckets {
			continue
		}
		sum := &per[t.Variant][t.Bucket]
		sum.add(t)
		j.Requests += t.Requests
		j.Arms[t.Variant].Requests += t.Requests
		j.Arms[t.Variant].Rated += t.Rated
	}
	for i := range j.Arms {
		a := &j.Arms[i]
		if j.Requests > 0 {
			a.Share = float64(a.Requests) / float64(j.Requests)
		}
		a.Means = map[Metric]float64{}
		a.Filled, a.FilledRated = filled(&per[i])
		for _, m := range Metrics {
			if est := measure(&per[i], m); est.N > 0 {
				a.Means[m] = est.Mean
			}
		}
		if i > 0 {
			a.Compared = compare(e, &per[0], &per[i], j.share(e, i))
			j.Skewed = j.Skewed || skewed(e, &per[0], &per[i], i, j.share(e, i))
		}
	}
	j.decide(e, per)
	return j
}

// filled counts the buckets that have requests, and those that have ratings.
func filled(buckets *[Buckets]Tally) (requests, rated int) {
	for i := range buckets {
		if buckets[i].Requests > 0 {
			requests++
		}
		if buckets[i].Rated > 0 {
			rated++
		}
	}
	return requests, rated
}

func (t *Tally) add(o Tally) {
	t.Requests, t.Answered, t.Errors, t.Cost = t.Requests+o.Requests, t.Answered+o.Answered, t.Errors+o.Errors, t.Cost+o.Cost
	t.Latency, t.Rated, t.Score = t.Latency+o.Latency, t.Rated+o.Rated, t.Score+o.Score
}

// share is how much of the planned sample the control and a variant have together.
func (j *Judgement) share(e *Experiment, i int) float64 {
	planned := float64(e.Sample) * float64(e.Variants[0].Percent+e.Variants[i].Percent) / 100
	return float64(j.Arms[0].Requests+j.Arms[i].Requests) / planned
}

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

func (j *Judgement) decide(e *Experiment, per [][Buckets]Tally) {
	worse := 0
	best := 0.0
	for i := 1; i < len(j.Arms); i++ {
		if why := harm(e, &per[0], &per[i], j.share(e, i)); why != "" {
			j.Verdict, j.Harmful, j.Why, j.Winner = Harm, i, e.Variants[i].Name+" "+why, 0
			return
		}
		c := j.Arms[i].Compared[indexOf(e.Goal)]
		switch {
		case c.Side > 0 && math.Abs(c.Interval.Difference) > best:
			best, j.Winner = math.Abs(c.Interval.Difference), i
		case c.Side < 0:
			worse++
		}
		j.need(e, &per[0], &per[i])
	}
	switch {
	case j.Skewed:
		j.Winner = 0
	case j.Winner > 0:
		j.Verdict = Win
	case worse == len(j.Arms)-1:
		j.Verdict = Lose
	case j.Requests >= e.Sample:
		j.Verdict = Inconclusive
	}
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

func indexOf(m Metric) int {
	for i, o := range Metrics {
		if o == m {
			return i
		}
	}
	return 0
}
