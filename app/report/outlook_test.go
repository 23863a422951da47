package report

import (
	"math"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
)

func TestAnOutlookIsTheAverageDayTimesTheDaysLeft(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for name, tt := range map[string]struct {
		soFar  money.USD
		recent []money.USD
		left   time.Duration
		want   money.USD
		known  bool
	}{
		"half of the month is left":     {100, []money.USD{10, 10, 10, 10, 10, 2, 4}, 14 * day, 212, true},
		"half a day is left":            {100, []money.USD{10, 10, 10}, day / 2, 105, true},
		"nothing is left":               {100, []money.USD{10, 10, 10}, 0, 100, true},
		"two days say nothing":          {100, []money.USD{0, 0, 10, 10}, 10 * day, 100, false},
		"no days say nothing":           {100, nil, 10 * day, 100, false},
		"it never wraps around":         {math.MaxInt64 - 5, []money.USD{10, 10, 10}, 30 * day, math.MaxInt64 - 5, false},
		"large amounts do not overflow": {0, []money.USD{1 << 60, 1 << 59, 1 << 59}, day, (1<<60 + 1<<60) / 3, true},
	} {
		got := Foresee(tt.soFar, tt.recent, tt.left)
		if got.Total != tt.want || got.Known != tt.known {
			t.Errorf("%s: %+v, want %d, %v", name, got, tt.want, tt.known)
		}
	}
}
