package app

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

func TestMetricsShowRequestsAndTheTreasury(t *testing.T) {
	t.Parallel()
	m := newMeter("v1", func() budget.Stats { return budget.Stats{Held: 2_500_000_000, Overruns: 3} })
	m.turnstile(func() turnstile.Stats { return turnstile.Stats{InFlight: 4, Refused: 7, Wait: 1500 * time.Microsecond} })
	m.cache(func() cache.Stats {
		return cache.Stats{Bytes: 1200, MemoryHits: 5, StoreHits: 6, LastResorts: 1, Misses: [6]int64{7, 8}, OwnEvictions: 2, NodeWaits: 3, Errors: [5]int64{0, 4}, LikeFound: 9, LikeServed: 6, LikeRefused: [6]int64{0, 2}, JudgeNo: 1, LikeBytes: 77}
	})
	m.Observe(&ledger.Request{Endpoint: "chat", Status: 402, Code: "budget_exhausted"}, "")
	w := httptest.NewRecorder()
	m.handler().ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	for _, line := range []string{
		`bodhi_requests_total{code="budget_exhausted",endpoint="chat",status="402"} 1`,
		"bodhi_held_usd 2.5", "bodhi_requests_in_flight 4", "bodhi_overload_refused_total 7", "bodhi_scheduling_wait_seconds 0.0015", "bodhi_reserve_exceeded_total 3", `bodhi_cache_hits_total{from="memory"} 5`, `bodhi_cache_hits_total{from="last_resort"} 1`, `bodhi_cache_misses_total{reason="old"} 8`, `bodhi_cache_misses_total{reason="refresh"} 0`,
		"bodhi_cache_bytes 1200", `bodhi_cache_evictions_total{reason="share"} 2`, `bodhi_cache_waits_total{for="node"} 3`, `bodhi_cache_store_errors_total{do="put"} 4`,
		"bodhi_cache_like_found_total 9", "bodhi_cache_like_served_total 6", `bodhi_cache_like_refused_total{reason="threshold"} 2`, `bodhi_cache_like_judged_total{said="no"} 1`, "bodhi_cache_like_bytes 77", `bodhi_build_info{version="v1"} 1`,
	} {
		if !strings.Contains(w.Body.String(), line+"\n") {
			t.Errorf("no line %q", line)
		}
	}
}
