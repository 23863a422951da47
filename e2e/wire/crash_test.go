package wire

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestNothingIsLostWhenTheGatewayDies kills the server under load, three times. Whatever the provider charged is booked
// after the restart: exactly where the answer was complete, at its hold where we died with it in flight.
func TestNothingIsLostWhenTheGatewayDies(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	for round := range 3 {
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		before := w.sandbox.Bill(t).Calls
		for i := range 8 {
			wg.Go(func() {
				c := w.client()
				for n := 0; ctx.Err() == nil; n++ {
					p := ask("smart", fmt.Sprintf("round %d, worker %d, question %d", round, i, n))
					if n%3 == 0 {
						_ = finish(ctx, w, p, false)
					} else {
						_, _ = c.Chat.Completions.New(ctx, p) // fails once the server is gone
					}
				}
			})
		}
		harness.Wait(t, "some load", func() bool { return w.sandbox.Bill(t).Calls > before+100 })
		w.Kill(t)
		cancel()
		wg.Wait()
		w.Run(t, "verify", "--json")
		w.Serve(t)
	}
	// The books are right once the journal is replayed, and shown once this node has asked for them. Lost money would
	// never show up.
	harness.Wait(t, "all that the provider charged to be booked, and nothing held", func() bool {
		spent, held := w.standing(t)
		return held == 0 && int64(spent) >= w.sandbox.Bill(t).Total
	})
	w.Run(t, "verify", "--json")
}
