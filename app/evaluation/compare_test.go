package evaluation

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// items are rows of two subjects, each right with its own chance, and alike with a chance.
func pairs(r *rand.Rand, n int, first, other, alike float64) (out []Item) {
	for row := 1; row <= n; row++ {
		u := r.Float64()
		v := u
		if r.Float64() > alike {
			v = r.Float64()
		}
		out = append(out, Item{Row: row, Subject: 0, Step: Done, Scored: true, Right: u < first}, Item{Row: row, Subject: 1, Step: Done, Scored: true, Right: v < other})
	}
	return out
}

func TestIntervalsOfDifferencesHoldTheTruth(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for _, c := range []struct {
		n, rounds int
		most      float64
	}{{20, 2000, 0.08}, {100, 2000, 0.062}} {
		for _, p := range [][3]float64{{0.9, 0.9, 0.5}, {0.9, 0.8, 0.7}, {0.5, 0.6, 0}} {
			missed := 0
			for range c.rounds {
				got := compare(pairs(r, c.n, p[0], p[1], p[2]), 0, 1, 1)
				if d := p[1] - p[0]; got.Difference.Low > d || got.Difference.High < d {
					missed++
				}
			}
			if share := float64(missed) / float64(c.rounds); share > c.most {
				t.Errorf("%d rows, %v: %.3f missed the truth", c.n, p, share)
			}
		}
	}
}

func TestAPlantedDifferenceIsFound(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(3, 4))
	found := 0
	for range 200 {
		c := compare(pairs(r, 200, 0.70, 0.90, 0.5), 0, 1, 3)
		if c.Verdict == "better" {
			found++
		}
	}
	if found < 190 {
		t.Errorf("found %d of 200 differences of 20 points on 200 rows", found)
	}
}

func TestAComparisonReadsAsASentence(t *testing.T) {
	t.Parallel()
	var marks []Item
	add := func(n int, first, other bool) {
		for range n {
			row := len(marks)/2 + 1
			marks = append(marks, Item{Row: row, Subject: 0, Step: Done, Scored: true, Right: first}, Item{Row: row, Subject: 1, Step: Done, Scored: true, Right: other})
		}
	}
	add(85, true, true)
	add(3, true, false)
	add(7, false, true)
	add(5, false, false)
	marks = append(marks, Item{Row: 101, Subject: 0, Step: Done, Scored: true, Right: true}, Item{Row: 101, Subject: 1, Step: Waiting}) // does not count
	c := compare(marks, 0, 1, 1)
	got := c.Sentence("v3", "v4")
	if c.Rows != 100 || c.Verdict != "open" || !strings.HasPrefix(got, "v4 answers 92 of 100 right, v3 answers 88. The difference may be chance: with 95 % the difference is between −") {
		t.Errorf("%+v\n%s", c, got)
	}
	// By hand: b = 7.5, c = 3.5, n = 102: 4/102 ± 1.96·√(11 − 16/102)/102 = 0.0392 ± 0.0633.
	if math.Abs(c.Difference.Low+0.0241) > 0.0005 || math.Abs(c.Difference.High-0.1025) > 0.0005 {
		t.Errorf("the interval is %+v", c.Difference)
	}
	if few := compare(marks[:10], 0, 1, 1); few.Verdict != "few" || !strings.Contains(few.Sentence("a", "b"), "too few rows") {
		t.Errorf("five rows: %+v", few)
	}
	if none := compare(nil, 0, 1, 1); !strings.Contains(none.Sentence("a", "b"), "No row") {
		t.Errorf("no rows: %+v", none)
	}
}

func TestAShareHasItsWilsonInterval(t *testing.T) {
	t.Parallel()
	got := Wilson(92, 100) // 0.850 to 0.959 by the formula
	if math.Abs(got.Low-0.850) > 0.001 || math.Abs(got.High-0.959) > 0.001 {
		t.Errorf("92 of 100: %+v", got)
	}
	if all := Wilson(10, 10); all.High < 0.999 || all.Low > 0.75 {
		t.Errorf("10 of 10: %+v", all)
	}
}
