package route_test

import (
	"testing"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// The plans of an alias's own list and of its rules carry the strategy and the weights; only those that take turns count them.
func TestPlansCarryTheirStrategy(t *testing.T) {
	t.Parallel()
	for _, s := range route.Strategies {
		w := ruled()
		a := w.named("smart")
		a.Routing.Strategy = s
		a.Targets[0].Weight = 5
		w.rule(t, "smart", "large", "input_tokens > 1000", a.Targets...)
		a.Routing.Rules[0].Strategy = s
		w.compile(t)
		for _, bytes := range []int64{4, 40_000} {
			ask := w.ask("smart")
			ask.Call.Bound.TextBytes = bytes
			p, err := w.table.Choose(ask)
			if err != nil || p.Strategy != s || p.Targets[0].Weight != 5 || (p.Turn != nil) != (s == route.Strategy(balance.RoundRobin)) {
				t.Errorf("%s, %d bytes: %s %d %v (%v)", s, bytes, p.Strategy, p.Targets[0].Weight, p.Turn, err)
			}
		}
	}
}
