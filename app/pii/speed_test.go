package pii

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// TestScreeningIsFast holds the detectors to 20 ms for the worst text of 1 MiB and a request of 1 KiB of clean text to 30 µs, the best of
// some tries. The bounds are those of a machine that does nothing else, so it judges with TEST_SPEED=1 only and else looks at short texts.
func TestScreeningIsFast(t *testing.T) {
	judged, size := os.Getenv("TEST_SPEED") != "", 1<<14
	if judged {
		size = 1 << 20
	}
	best := func(times int, do func()) time.Duration {
		least := time.Hour
		for range times {
			began := clock.System{}.Now()
			do()
			least = min(least, clock.Since(began))
		}
		return least
	}
	longest, slowest := time.Duration(0), ""
	for name, text := range worst(size) {
		raw := []byte(text)
		var hits []Hit
		for _, want := range [...]Set{All, All | Guess} {
			if took := best(5, func() { hits = Find(hits[:0], raw, nil, want, maxHits) }); took > longest {
				longest, slowest = took, name
			}
		}
	}
	prose := strings.Repeat("The quick brown fox, born on 12 March 1984, jumps over well-known dogs; see chapter 3. ", 12)[:1024]
	body := fmt.Appendf(nil, `{"model":"smart","messages":[{"role":"user","content":"%s"}]}`, prose)
	b := bound(t, clock.System{}, everything(Block))
	clean := best(2000, func() {
		if r := b.Screen(t.Context(), body); r.Any() {
			t.Fatal("clean text is not clean")
		}
	})
	t.Logf("%d KiB of %q: %s; 1 KiB of clean text: %s", size>>10, slowest, longest, clean)
	if judged && longest > 20*time.Millisecond {
		t.Errorf("%q takes %s, at most 20 ms", slowest, longest)
	}
	if judged && clean > 30*time.Microsecond {
		t.Errorf("1 KiB of clean text takes %s, at most 30 µs", clean)
	}
}
