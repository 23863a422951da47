package catalog

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// TestRecostingIsBillingEachRequest sums random traffic as a store does, by tier bounds, and compares with one bill each.
func TestRecostingIsBillingEachRequest(t *testing.T) {
	t.Parallel()
	c, at := BuiltIn(), time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC)
	random := rand.New(rand.NewPCG(3, 4))
	for _, m := range [][2]string{{"openai", "gpt-5.5"}, {"anthropic", "claude-sonnet-4-5"}, {"gemini", "gemini-2.5-pro"}, {"sandbox", "sandbox-chat"}, {"perplexity", "sonar-deep-research"}} {
		q, ok := c.Quote(m[0], m[1], at)
		if !ok {
			t.Fatalf("%v has no price", m)
		}
		bounds := Bounds(q)
		loads := make([]Workload, len(bounds)+1)
		var want money.USD
		const requests = 500
		for range requests {
			u := llm.Usage{Input: random.Int64N(500_000), Output: random.Int64N(5000)}
			u.CacheRead, u.Reasoning = u.Input/3, u.Output/2
			if m[0] == "anthropic" {
				u.CacheWrite5m, u.CacheWrite1h, u.WebSearches = u.Input/5, u.Input/7, random.Int64N(3)
			}
			b, err := q.Bill(u)
			if err != nil {
				t.Fatal(err)
			}
			want += b.Total
			i := 0
			for i < len(bounds) && u.Input > bounds[i] {
				i++
			}
			l := &loads[i]
			if l.Requests++; l.Requests == 1 || u.Input < l.Input {
				l.Input = u.Input
			}
			l.Usage.Input += u.Input
			l.Usage.Output += u.Output
			l.Usage.CacheRead += u.CacheRead
			l.Usage.Reasoning += u.Reasoning
			l.Usage.CacheWrite5m += u.CacheWrite5m
			l.Usage.CacheWrite1h += u.CacheWrite1h
			l.Usage.WebSearches += u.WebSearches
		}
		got, err := Recost(q, loads)
		if err != nil || got > want || want-got > requests {
			t.Errorf("%v: %s, billed one by one %s, %v (bounds %v)", m, got, want, err, bounds)
		}
	}
	if q, _ := c.Quote("openai", "text-embedding-3-small", at); q != nil {
		if _, err := Recost(q, []Workload{{Requests: 1, Usage: llm.Usage{Input: 1, Output: 1}}}); err == nil {
			t.Error("output was priced by a model that has none")
		}
	}
}
