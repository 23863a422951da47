package experiment

import (
	"math"
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
	Why      string // of a Harm, and of an Inconclusive that is skewed
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
	case j.Skewed && j.Requests < e.Sample: // what keeps requests out may be found and ended
		j.Winner = 0
	case j.Skewed: // what is still skewed goes on being so: users and the judge's money are not spent on it for ever
		j.Verdict, j.Winner, j.Why = Inconclusive, 0, "requests of one variant are missing"
	case j.Winner > 0:
		j.Verdict = Win
	case worse == len(j.Arms)-1:
		j.Verdict = Lose
	case j.Requests >= e.Sample:
		j.Verdict = Inconclusive
	}
}

func indexOf(m Metric) int {
	for i, o := range Metrics {
		if o == m {
			return i
		}
	}
	return 0
}
