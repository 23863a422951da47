package limit

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// A request under five limits, taken and settled. The goal is 1 µs and one allocation.
func BenchmarkTakeAndSettleUnderFiveLimits(b *testing.B) {
	l := NewLimiter(Config{Clock: clock.System{}, Log: slog.New(slog.DiscardHandler)})
	c := someone()
	var rules []Rule
	for _, kind := range []org.ScopeKind{org.OrgScope, org.DepartmentScope, org.TeamScope, org.MemberScope, org.KeyScope} {
		rules = append(rules, on(c, kind, []Unit{Requests, Tokens, Requests, Cost, Tokens}[len(rules)], maxCount, time.Minute))
	}
	if err := l.Load(rules); err != nil {
		b.Fatal(err)
	}
	a := Ask{Chain: c, Model: "smart", Operation: "chat", Tokens: 100, Least: 100, Tags: "client=acme,project=apollo"}
	b.Run("alone", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			p, err := l.Take(b.Context(), a)
			if err != nil {
				b.Fatal(err)
			}
			l.Settle(p, Used{Tokens: 50, Cost: 10})
		}
	})
	b.Run("in parallel", func(b *testing.B) {
		b.ReportAllocs()
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				p, _ := l.Take(b.Context(), a)
				l.Settle(p, Used{Tokens: 50, Cost: 10})
			}
		})
	})
}
