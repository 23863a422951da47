package gateway

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/route"
)

func TestARefusalCountsTheTargetsThatWereTried(t *testing.T) {
	t.Parallel()
	for want, n := range map[string]struct{ next, of, tries int }{
		"The only target was tried":                 {1, 1, 1},
		"The only target was tried, 3 times in all": {1, 1, 3},
		"1 of 3 targets was tried":                  {1, 3, 1},
		"2 of 3 targets were tried, 4 times in all": {2, 3, 4},
		"3 of 3 targets were tried, 3 times in all": {3, 3, 3},
		"1 of 2 targets was tried, 2 times in all":  {1, 2, 2},
	} {
		x := &Exchange{turn: turn{next: n.next}, tries: n.tries, Plan: route.Plan{Targets: make([]route.Target, n.of)}}
		if got := x.efforts(); got != want {
			t.Errorf("got %q, not %q", got, want)
		}
	}
}
