package ui

import "testing"

// The label of a mark is on its right, where there is room to the next mark and to the edge.
func TestLabelsOfQuantilesCrossNoOtherMark(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		at   []int64
		want []bool
	}{"far apart": {[]int64{100, 400, 700}, []bool{false, false, false}}, "the last two close": {[]int64{360, 640, 700}, []bool{false, true, false}},
		"at the right edge": {[]int64{460, 770, 940}, []bool{false, true, true}}, "at the left edge": {[]int64{20, 60, 300}, []bool{false, false, false}}} {
		var all []Quantile
		for _, at := range tt.at {
			all = append(all, Quantile{At: at})
		}
		for i, want := range tt.want {
			if got := left(all, i); got != want {
				t.Errorf("%s: mark %d's label on the left: %v, want %v", name, i, got, want)
			}
		}
	}
}

func TestEdgesHaveRoomForTheirLabels(t *testing.T) {
	t.Parallel()
	for n := 2; n <= 40; n++ {
		if got := edgeMarks(make([]string, n)); len(got) < 2 || len(got) > 7 {
			t.Errorf("%d edges have %d labels", n, len(got))
		}
	}
}
