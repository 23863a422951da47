package wire

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// outage is how long PostgreSQL is away under load.
const outage = 20 * time.Second

// tally counts answers by what they were.
type tally struct {
	mu sync.Mutex
	n  map[string]int
}

func (c *tally) add(what string) { c.mu.Lock(); c.n[what]++; c.mu.Unlock() }

func (c *tally) count(what string) int { c.mu.Lock(); defer c.mu.Unlock(); return c.n[what] }

// take gives the counts so far and starts again.
func (c *tally) take() map[string]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = map[string]int{}
	return n
}

// load asks without pause, half of it streamed, until ctx ends.
func (w *world) load(ctx context.Context, workers int, answers *tally) (wait func()) {
	var wg sync.WaitGroup
	for i := range workers {
		wg.Go(func() {
			c := w.client()
			for n := 0; ctx.Err() == nil; n++ {
				// A context of its own: load ends between requests, never inside one.
				p, one := ask("smart", fmt.Sprintf("worker %d, question %d", i, n)), context.WithoutCancel(ctx)
				var err error
				if n%2 == 0 {
					_, err = c.Chat.Completions.New(one, p)
				} else {
					err = finish(one, w, p, false)
				}
				answers.add(verdict(err))
				if err != nil { // as a client would, though sooner
					select {
					case <-ctx.Done():
					case <-time.After(20 * time.Millisecond):
					}
				}
			}
		})
	}
	return wg.Wait
}

func verdict(err error) string {
	var e *openai.Error
	switch {
	case err == nil:
		return "answered"
	case errors.As(err, &e):
		return fmt.Sprintf("%d %s", e.StatusCode, e.Code)
	}
	return err.Error()
}

// TestTheProxyOutlivesADatabaseOutage stops PostgreSQL under load. Keys keep working and requests inside the lease are
// answered; when that is used up they are refused with budget_unavailable and nothing else. When the server is back
// everything works again without a restart, and what was served meanwhile is in the books to the nano-dollar.
func TestTheProxyOutlivesADatabaseOutage(t *testing.T) {
	t.Parallel()
	pg := pgtest.Start(t)
	w := beginOn(t, harness.OnPostgres(pg.URL()), "0.50/monthly/hard")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := &tally{n: map[string]int{}}
	wait := w.load(ctx, 4, answers)
	harness.Wait(t, "some load", func() bool { return w.sandbox.Bill(t).Calls > 100 })
	if n := answers.take(); len(n) != 1 || n["answered"] == 0 {
		t.Fatalf("before the outage: %v", n)
	}

	pg.Stop()
	over := time.After(outage)
	tick := time.NewTicker(500 * time.Millisecond)
	defer tick.Stop()
	for away := true; away; {
		select {
		case <-over:
			away = false
		case <-tick.C:
			for _, path := range []string{"/key", "/models"} {
				if resp, body := w.raw(t, http.MethodGet, path, ""); resp.StatusCode != http.StatusOK {
					t.Errorf("GET %s during the outage: %d %s", path, resp.StatusCode, body)
				}
			}
		}
	}
	during := answers.take()
	pg.Start()
	if during["answered"] == 0 || during["503 budget_unavailable"] == 0 || len(during) != 2 {
		t.Errorf("during the outage: %v", during)
	}

	answers.take()
	harness.Wait(t, "answers after the outage", func() bool { return answers.take()["answered"] > 0 })
	cancel()
	wait()
	w.balanced(t)
	w.Run(t, "verify", "--json")
}

// TestTheProxyBootsWithoutItsDatabase kills the server during an outage and starts it again while PostgreSQL is still
// away. It knows its keys from the last snapshot; what it had promised and spent comes from its journal. When PostgreSQL
// is back the books hold at least what the provider charges, and agree with themselves.
func TestTheProxyBootsWithoutItsDatabase(t *testing.T) {
	t.Parallel()
	pg := pgtest.Start(t)
	w := beginOn(t, harness.OnPostgres(pg.URL()), "")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	answers := &tally{n: map[string]int{}}
	wait := w.load(ctx, 4, answers)
	harness.Wait(t, "some load", func() bool { return w.sandbox.Bill(t).Calls > 100 })
	pg.Stop()
	before := w.sandbox.Bill(t).Calls
	harness.Wait(t, "load during the outage", func() bool { return w.sandbox.Bill(t).Calls > before+20 })
	w.Kill(t)
	w.Serve(t)
	if resp, body := w.raw(t, http.MethodGet, "/models", ""); resp.StatusCode != http.StatusOK {
		t.Errorf("GET /models after a boot without the database: %d %s", resp.StatusCode, body)
	}
	pg.Start()
	answers.take()
	harness.Wait(t, "answers after the outage", func() bool { return answers.take()["answered"] > 0 })
	cancel()
	wait()
	bill := w.sandbox.Bill(t)
	harness.Wait(t, fmt.Sprintf("at least %s USD in the books", money.USD(bill.Total)), func() bool {
		spent, held := w.standing(t)
		return held == 0 && int64(spent) >= bill.Total
	})
	w.Run(t, "verify", "--json")
}
