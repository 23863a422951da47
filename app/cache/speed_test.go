package cache_test

import (
	"fmt"
	"os"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/clock"
)

// TestHitsAreFast says what a hit adds to a request, from finding its slot to its answer's bytes, as the 99th of a hundred. Its bounds are
// those of a machine that does nothing else, so it judges with TEST_SPEED=1 only and else looks that all is found.
func TestHitsAreFast(t *testing.T) {
	judged := os.Getenv("TEST_SPEED") != ""
	sizes := map[int]time.Duration{1000: time.Second}
	if judged {
		sizes = map[int]time.Duration{10_000: 15 * time.Millisecond, 100_000: 40 * time.Millisecond}
	}
	me := someone()
	for _, n := range []int{1000, 10_000, 100_000} {
		most, wanted := sizes[n]
		if !wanted {
			continue
		}
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		x := newNode(t, func(p *cache.Parts) { p.Memory, p.Store = 1<<30, nil }, rule(me.Org, cache.Team, liking(cache.Relaxed)))
		verbs := []string{"open", "paint", "wash", "measure", "compare", "translate", "rename", "cook", "plan", "repair"}
		text := func(i int) string {
			return fmt.Sprintf("%s the thing%d for customer%d in city%d?", verbs[i%10], i%97, i/7, i%1009)
		}
		for i := range n {
			x.keep(t, ask(me, chat(t, "How do I "+text(i))), "so")
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		measure := func(what string, most time.Duration, times int, one func(i int)) {
			took := make([]time.Duration, times)
			for i := range took {
				began := clock.System{}.Now()
				one(n - 1 - i*37%min(n, 20_000)) // more answers of one organization are not in memory
				took[i] = clock.Since(began)
			}
			slices.Sort(took)
			p99 := took[times*99/100]
			t.Logf("%d entries: %s p50 %s, p99 %s", n, what, took[times/2], p99)
			if judged && p99 > most {
				t.Errorf("%d entries: %s p99 %s, at most %s", n, what, p99, most)
			}
		}
		measure("exact hit", time.Millisecond, 2000, func(i int) {
			if x.given(t, ask(me, chat(t, "How do I "+text(i)))) != "so" {
				t.Fatal("a miss")
			}
		})
		measure("semantic hit", most, 500, func(i int) {
			if x.alike(t, ask(me, chat(t, "how can I "+text(i)))) != "so" {
				t.Fatal("a miss")
			}
		})
		t.Logf("%d entries: %d bytes each, answer and question, of which the index counts %d", n, (after.HeapAlloc-before.HeapAlloc)/uint64(n), x.Liking()/int64(n))
		runtime.KeepAlive(x)
	}
}
