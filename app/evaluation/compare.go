package evaluation

import (
	"fmt"
	"math"
)

// The method. Both subjects answered the same rows, so what tells is the rows where one is right and the other is not. The interval of
// the difference is that of A. Agresti and Y. Min, "Simple improved confidence intervals for comparing matched proportions", Statistics
// in Medicine 24 (2005): half a row is added to each of the four cells of the table, and the normal interval of matched proportions is
// taken. It keeps its promise from about ten rows on. With more than two subjects each is compared with the first, and the chance of
// being wrong is divided by the comparisons (C. E. Bonferroni), so that all of them hold together with 95 %.
//
// The interval of one subject's share is that of E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
// Journal of the American Statistical Association 22 (1927).

// alpha is the chance that an interval misses the truth.
const alpha = 0.05

// leastRows is how many rows both must have been scored on before a difference is judged.
const leastRows = 10

// Interval is a share or a difference of shares, from -1 to 1, and where the truth is with 95 %.
type Interval struct{ Value, Low, High float64 }

// Comparison is a subject beside the first one, on the rows where both could be scored.
type Comparison struct {
	Subject int
	Rows    int64
	Both    int64 // right
	Only    int64 // only this subject is right
	First   int64 // only the first is
	Neither int64
	// Difference is this subject's share of right answers less the first one's.
	Difference Interval
	// Verdict is "better" or "worse" where the interval leaves no doubt, "open" where the difference may be chance, and "few" with
	// too few rows to say.
	Verdict string
}

// Wilson is the interval of a share.
func Wilson(right, n int64) Interval {
	if n == 0 {
		return Interval{0, 0, 1}
	}
	z, count := quantileOf(1-alpha/2), float64(n)
	p := float64(right) / count
	middle := (p + z*z/(2*count)) / (1 + z*z/count)
	half := z / (1 + z*z/count) * math.Sqrt(p*(1-p)/count+z*z/(4*count*count))
	return Interval{p, max(0, middle-half), min(1, middle+half)}
}

// compare looks at one subject beside another; comparisons is how many are made in all.
func compare(marks []Item, first, other, comparisons int) Comparison {
	c := Comparison{Subject: other}
	rights := map[int]bool{} // of first, by row
	for _, i := range marks {
		if i.Subject == first && i.counts() {
			rights[i.Row] = i.Right
		}
	}
	for _, i := range marks {
		was, both := rights[i.Row]
		if i.Subject != other || !i.counts() || !both {
			continue
		}
		c.Rows++
		switch {
		case i.Right && was:
			c.Both++
		case i.Right:
			c.Only++
		case was:
			c.First++
		default:
			c.Neither++
		}
	}
	c.judge(comparisons)
	return c
}

// counts reports whether an item says right or not right: one that failed is not right.
func (i *Item) counts() bool { return i.Step == Failed || i.Step == Done && i.Scored }

func (c *Comparison) judge(comparisons int) {
	if c.Verdict = "few"; c.Rows == 0 {
		return
	}
	n := float64(c.Rows) + 2
	gain, loss := float64(c.Only)+0.5, float64(c.First)+0.5
	middle := (gain - loss) / n
	half := quantileOf(1-alpha/float64(2*max(comparisons, 1))) * math.Sqrt(max(0, gain+loss-(gain-loss)*(gain-loss)/n)) / n
	c.Difference = Interval{float64(c.Only-c.First) / float64(c.Rows), max(-1, middle-half), min(1, middle+half)}
	switch {
	case c.Rows < leastRows:
	case c.Difference.Low > 0:
		c.Verdict = "better"
	case c.Difference.High < 0:
		c.Verdict = "worse"
	default:
		c.Verdict = "open"
	}
}

// quantileOf is the standard normal distribution's.
func quantileOf(p float64) float64 { return math.Sqrt2 * math.Erfinv(2*p-1) }

// Sentence says in plain words how a subject did beside the first.
func (c *Comparison) Sentence(first, other string) string {
	if c.Rows == 0 {
		return fmt.Sprintf("No row was answered and scored for both %s and %s yet.", first, other)
	}
	a, b := c.Both+c.First, c.Both+c.Only
	text := fmt.Sprintf("%s answers %d of %d right, %s answers %d.", other, b, c.Rows, first, a)
	span := fmt.Sprintf("with %d %% the difference is between %s and %s points", confidence, points(c.Difference.Low), points(c.Difference.High))
	switch c.Verdict {
	case "few":
		return text + fmt.Sprintf(" That is too few rows to tell it from chance: %d are needed.", leastRows)
	case "better":
		return text + fmt.Sprintf(" %s is better: %s.", other, span)
	case "worse":
		return text + fmt.Sprintf(" %s is worse: %s.", other, span)
	}
	if a == b {
		return text + fmt.Sprintf(" There is no difference to see: %s.", span)
	}
	return text + fmt.Sprintf(" The difference may be chance: %s.", span)
}

const confidence = 95

// points is a difference of shares in whole points, with its sign.
func points(d float64) string {
	n := int(math.Round(d * 100))
	if n < 0 {
		return fmt.Sprintf("−%d", -n)
	}
	return fmt.Sprintf("+%d", n)
}
