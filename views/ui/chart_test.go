package ui

import (
	"math"
	"strconv"
	"testing"
)

func TestScalesAreRoundAndHoldTheLargestValue(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		largest, top int64
		steps        int
	}{
		{0, 1, 1}, {-5, 1, 1}, {1, 1, 2}, {2, 2, 2}, {7, 8, 4}, {9, 10, 2}, {10, 10, 2}, {11, 20, 2}, {41, 50, 5}, {58, 60, 3}, {60, 60, 3}, {61, 80, 4}, {1_234_567, 2_000_000, 2},
	} {
		top, steps := Scale(tt.largest)
		if top != tt.top || steps != tt.steps {
			t.Errorf("Scale(%d) = %d in %d steps, want %d in %d", tt.largest, top, steps, tt.top, tt.steps)
		}
		if top < tt.largest {
			t.Errorf("Scale(%d) = %d does not hold it", tt.largest, top)
		}
	}
}

func TestSharesDoNotOverflow(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ value, max, want int64 }{
		{0, 10, 0}, {5, 10, 500}, {10, 10, 1000}, {11, 10, 1000}, {-1, 10, 0}, {1, 0, 0}, {0, 0, 0},
		{math.MaxInt64 / 2, math.MaxInt64, 499}, {math.MaxInt64, math.MaxInt64, 1000}, {math.MaxInt64 / 4, math.MaxInt64 / 2, 499},
	} {
		if got := permille(tt.value, tt.max); got < tt.want || got > tt.want+1 {
			t.Errorf("permille(%d, %d) = %d, want %d", tt.value, tt.max, got, tt.want)
		}
	}
}

func TestBarsStayInsideTheBoxAndSmallOnesAreSeen(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 400; n += 13 {
		for i := range n {
			r := bar(i, n, 1, 1_000_000_000)
			x, width, height := number(t, r.x), number(t, r.width), number(t, r.height)
			if x < 0 || width <= 0 || x+width > boxWidth+0.01 || height < 1 {
				t.Fatalf("bar %d of %d is %+v", i, n, r)
			}
		}
	}
	if r := bar(0, 1, 0, 100); r.height != "0" {
		t.Errorf("a bar of nothing has height %s", r.height)
	}
}

func number(t *testing.T, s string) float64 {
	t.Helper()
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}
