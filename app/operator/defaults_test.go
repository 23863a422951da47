package operator

import (
	"strings"
	"testing"
)

func TestAChangeOfDefaultsCountsOneAsOne(t *testing.T) {
	t.Parallel()
	for want, to := range map[string]Defaults{
		"trials of 1 day (was 14)":                                  {TrialDays: 1},
		"trials for 1 person (was 25)":                              {TrialSeats: 1},
		"trials of 21 days (was 14); trials for 31 people (was 25)": {TrialDays: 21, TrialSeats: 31},
	} {
		if got := strings.Join((Defaults{}).changed(to), "; "); got != want {
			t.Errorf("got %q, not %q", got, want)
		}
	}
}
