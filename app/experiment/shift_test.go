package experiment

import (
	"math"
	"math/rand/v2"
	"testing"
)

// daysOf are days of requests whose cost is what it is, but for weekends, for days that are dearer as a whole, and for single requests.
func daysOf(r *rand.Rand, n int, each, cost float64) []Day {
	out := make([]Day, n)
	for i := range out {
		d := &out[i]
		d.N = each
		if i%7 > 4 {
			d.N /= 5
		}
		whole := math.Exp(r.NormFloat64()*0.08 - 0.0032)
		for range int(d.N) {
			d.Sum += cost * whole * math.Exp(r.NormFloat64()-0.5)
		}
	}
	return out
}

// TestAChangeOfNothingIsSeldomTold looks every week, from one week on each side to four, and counts how often anything is called certain
// although nothing changed; and how often a fifth is found.
func TestAChangeOfNothingIsSeldomTold(t *testing.T) {
	t.Parallel()
	r, _ := chance("shift")
	const runs = 400
	wrong, found := 0, 0
	for range runs {
		before, after, cheaper := daysOf(r, 28, 200, 1), daysOf(r, 28, 200, 1), daysOf(r, 28, 200, 0.8)
		said, right := false, false
		for weeks := 7; weeks <= 28; weeks += 7 {
			past := before[28-weeks:]
			said = said || Shift(Cost, past, after[:weeks]).Side != 0
			right = right || Shift(Cost, past, cheaper[:weeks]).Side > 0
		}
		if said {
			wrong++
		}
		if right {
			found++
		}
	}
	t.Logf("of %d changes of nothing %d were told; a fifth was found in %d", runs, wrong, found)
	if wrong > runs/20 || found < runs*95/100 {
		t.Errorf("of %d changes of nothing %d were told; a fifth was found in %d", runs, wrong, found)
	}
}

func TestTooFewDaysOrRequestsSayNothing(t *testing.T) {
	t.Parallel()
	r, _ := chance("few")
	long := daysOf(r, 14, 200, 1)
	for name, c := range map[string][]Day{"six days": daysOf(r, 6, 200, 9), "seven of which one is empty": append(daysOf(r, 6, 200, 9), Day{}), "ten requests a day": daysOf(r, 7, 10, 9)} {
		if x := Shift(Cost, long, c); x.Ready || x.Side != 0 {
			t.Errorf("%s: %+v", name, x)
		}
	}
	if x := Shift(Errors, make([]Day, 7), make([]Day, 7)); x.Ready {
		t.Errorf("nothing: %+v", x)
	}
}
