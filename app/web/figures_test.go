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
