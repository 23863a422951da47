package usage

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Quantiles read off the classes are within 12 % of the true ones, of parts added up as of the whole.
func TestQuantilesAreWithinTheirError(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(7, 7))
	for round := range 200 {
		var whole, sum, part Hist
		all := make([]time.Duration, 1+r.IntN(3000))
		for i := range all {
			all[i] = time.Duration((0.011 + r.ExpFloat64()*float64(1+round)/10) * float64(time.Second))
			bin := binned(all[i])
			whole[bin]++
			if part[bin]++; r.IntN(10) == 0 {
				sum.Add(&part)
				part = Hist{}
			}
		}
		if sum.Add(&part); sum != whole {
			t.Fatal("parts do not add up to the whole")
		}
		slices.Sort(all)
		for _, p := range []int64{1, 50, 95, 99, 100} {
			want := all[max(0, (int64(len(all))*p+99)/100-1)]
			if got := whole.Quantile(p); got < want*88/100 || got > want*112/100 {
				t.Errorf("p%d of %d is %s, true is %s", p, len(all), got, want)
			}
		}
	}
	if new(Hist).Quantile(50) != 0 {
		t.Error("nothing has a median")
	}
	for i := 2; i < Bins; i++ {
		if Edge(i) <= Edge(i-1) || Edge(i)*100 > Edge(i-1)*125 {
			t.Errorf("edges %s and %s", Edge(i-1), Edge(i))
		}
	}
}

func binned(d time.Duration) int {
	for i := 1; i < Bins; i++ {
		if d <= Edge(i) {
			return i - 1
		}
	}
	return Bins - 1
}
