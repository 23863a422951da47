package web

import "testing"

func TestGrowthIsInPercentAndThenInTimes(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		now, before int64
		want        string
	}{{5, 0, "new"}, {0, 5, "gone"}, {110, 100, "10 %"}, {90, 100, "10 %"}, {299, 100, "199 %"}, {340, 100, "3.4 ×"}, {1 << 50, 1, "over 10,000 ×"}} {
		if got := Growth(tt.now, tt.before); got != tt.want {
			t.Errorf("from %d to %d is %q, want %q", tt.before, tt.now, got, tt.want)
		}
	}
}

func TestTimesAreNotSaidToBeMore(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		now, before int64
		want        string
	}{{110, 100, "10 % more than"}, {90, 100, "10 % less than"}, {340, 100, "3.4 × as much as"}, {1 << 50, 1, "over 10,000 × as much as"}, {1004, 1000, "about as much as"}, {996, 1000, "about as much as"}} {
		if got := Than(tt.now, tt.before); got != tt.want {
			t.Errorf("from %d to %d is %q, want %q", tt.before, tt.now, got, tt.want)
		}
	}
}

func TestAShareIsNeverSaidToBeNothingOrAllWhenItIsNot(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		part, whole int64
		want        string
	}{{0, 0, "0 %"}, {0, 9, "0 %"}, {1, 100_000, "< 0.1 %"}, {4, 1000, "0.4 %"}, {1, 2, "50 %"}, {99_999, 100_000, "> 99.9 %"}, {7, 7, "100 %"}} {
		if got := Share(tt.part, tt.whole); got != tt.want {
			t.Errorf("%d of %d is %q, want %q", tt.part, tt.whole, got, tt.want)
		}
	}
}
