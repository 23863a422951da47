package wire

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/money"
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
	harness.Wait(t, "the journal to be replayed", func() bool { _, held := w.standing(t); return held == 0 })
	spent, _ := w.standing(t)
	bill := w.sandbox.Bill(t)
	if int64(spent) < bill.Total {
		t.Errorf("the provider charges %s USD for %d calls, only %s are booked", money.USD(bill.Total), bill.Calls, spent)
	}
	w.Run(t, "verify", "--json")
}
