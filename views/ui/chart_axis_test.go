package ui

import (
	"strings"
	"testing"
	"time"
)

func TestTicksAreShortAndSayTheirUnit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ got, want string }{
		{MoneyTick(0), "$0"}, {MoneyTick(5), "$0.000000005"}, {MoneyTick(5_000_000), "$0.005"}, {MoneyTick(200_000_000), "$0.20"}, {MoneyTick(250_000_000), "$0.25"}, {MoneyTick(20 * nanos), "$20"},
		{MoneyTick(999_500_000_000), "$999.50"}, {MoneyTick(1500 * nanos), "$1.5k"}, {MoneyTick(2_000_000 * nanos), "$2M"}, {MoneyTick(-3 * nanos), "−$3"},
		{CountTick(0), "0"}, {CountTick(999), "999"}, {CountTick(1000), "1k"}, {CountTick(1250), "1.25k"}, {CountTick(12_000_000), "12M"}, {CountTick(-1500), "−1.5k"},
		{TimeTick(0), "0"}, {TimeTick(int64(40 * time.Microsecond)), "40 µs"}, {TimeTick(int64(250 * time.Millisecond)), "250 ms"},
		{TimeTick(int64(1500 * time.Millisecond)), "1.5 s"}, {TimeTick(int64(90 * time.Second)), "90 s"}, {TimeTick(int64(5 * time.Minute)), "5 min"},
	} {
		if tt.got != tt.want {
			t.Errorf("printed %q, want %q", tt.got, tt.want)
		}
	}
}

func TestAnAxisEndsAtItsTopAndPrintsNoHalfRequests(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		largest, top int64
		label        func(int64) string
		want         string
	}{
		{0, 1, CountTick, "0 "}, {1, 1, CountTick, "0  1"}, {7, 8, CountTick, "0 2 4 6 8"}, {58 * nanos, 60 * nanos, MoneyTick, "$0 $20 $40 $60"},
	} {
		a := AxisFor(tt.largest, tt.label)
		if got := strings.Join(a.Ticks, " "); a.Top != tt.top || got != tt.want {
			t.Errorf("AxisFor(%d) ends at %d with %q, want %d with %q", tt.largest, a.Top, got, tt.top, tt.want)
		}
	}
}

func TestMarksAreFewEvenlySpacedAndInside(t *testing.T) {
	t.Parallel()
	for n := 1; n <= 400; n++ {
		got := marks(make([]string, n))
		if len(got) == 0 || len(got) > most {
			t.Fatalf("%d columns have %d labels", n, len(got))
		}
		last := -1.0
		for _, m := range got {
			x := number(t, strings.TrimSuffix(m.x, "%"))
			if x <= last || x > 100 {
				t.Fatalf("%d columns: a label at %s after %v", n, m.x, last)
			}
			last = x
		}
	}
	if marks(nil) != nil {
		t.Error("no columns have labels")
	}
}
