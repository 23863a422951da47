package batch_test

import (
	"flag"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

var longShare = flag.Bool("batch.share", false, "the long form of the tests of shares and cost limits: 10,000 lines")

// A node has two batches of two tenants: the small one that came later gets as many lines as the large one for as long as it lasts.
func TestALargeBatchDoesNotStarveASmallOneOfAnotherTenant(t *testing.T) {
	t.Parallel()
	large, small := 3_000, 100
	if *longShare {
		large = 10_000
	}
	s := newScene(t, dbtest.SQLite(t))
	rival := s.tenant("Rival")
	var theirs, since, first, last atomic.Int64
	s.plane.hold = func(r *http.Request, text string) {
		switch n, _ := strconv.Atoi(strings.TrimPrefix(text, "row-")); {
		case n <= large && first.Load() > 0 && last.Load() == 0:
			since.Add(1) // of the large one, while the small one is under way
		case n > large:
			first.CompareAndSwap(0, clock.System{}.Now().UnixNano())
			if theirs.Add(1) == int64(small) {
				last.Store(clock.System{}.Now().UnixNano())
			}
		}
	}
	first0 := s.create(s.caller, lines(large), batch.Terms{})
	s.node()
	s.until(s.caller, first0, "well under way", func(_ batch.Batch, tally batch.Tally) bool { return tally.Ended() > 200 })
	all := strings.SplitAfter(lines(large+small), "\n")
	b := s.create(rival, strings.Join(all[large:], ""), batch.Terms{})
	s.until(rival, b, "over", over)
	if got, _, err := s.desk.Batch(t.Context(), s.caller, batch.OpenAI, first0.ID.String()); err != nil || got.State.Over() {
		t.Fatalf("the large one was over first: %v", err)
	}
	took := time.Duration(last.Load() - first.Load()).Round(time.Millisecond)
	t.Logf("%d lines of the small batch in %s, in which %d of the large one were asked: %.2f for each", small, took, since.Load(), float64(since.Load())/float64(small))
	if n := since.Load(); n > 2*int64(small) || n < int64(small)/3 {
		t.Errorf("%d lines of the large batch were asked while %d of the small one were", n, small)
	}
}

// A batch stops at its cost limit within one line for each that is under way, however prices rise; with one price it never passes it.
func TestABatchStopsAtItsLimitWithinOneLineForEachUnderWay(t *testing.T) {
	t.Parallel()
	n := 600
	if *longShare {
		n = 10_000
	}
	for name, c := range map[string]struct {
		price func(n int) money.USD
		past  int // lines that may come on top, each as dear as the dearest
	}{
		"one price":       {func(int) money.USD { return each }, 0},
		"falling prices":  {func(i int) money.USD { return each * money.USD(1+(n-i)/10) }, 0},
		"changing prices": {func(i int) money.USD { return each * money.USD(1+i%7) }, 16},
		"rising prices":   {func(i int) money.USD { return each * money.USD(1+i/50) }, 16},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, dbtest.SQLite(t))
			var dearest atomic.Int64
			s.plane.price = func(text string) money.USD {
				i, _ := strconv.Atoi(strings.TrimPrefix(text, "row-"))
				p := c.price(i)
				for old := dearest.Load(); int64(p) > old && !dearest.CompareAndSwap(old, int64(p)); old = dearest.Load() {
				}
				return p
			}
			limit := each * money.USD(n/2)
			b := s.create(s.caller, lines(n), batch.Terms{Cap: &limit})
			s.node()
			_, tally := s.until(s.caller, b, "paused", func(b batch.Batch, _ batch.Tally) bool { return b.State == batch.Paused })
			most := limit + money.USD(int64(c.past)*dearest.Load())
			t.Logf("limit $%s, spent $%s: %.2f lines past it", limit, tally.Cost, float64(tally.Cost-limit)/float64(dearest.Load()))
			if tally.Cost > most || tally.Cost < limit/2 {
				t.Errorf("it spent $%s of $%s, and stops at $%s at most", tally.Cost, limit, most)
			}
		})
	}
}
