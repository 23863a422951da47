package live_test

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/bodhi-gateway/bodhi/app/live"
)

func TestACellIsSwappedWhole(t *testing.T) {
	t.Parallel()
	type pair struct{ a, b int }
	var c live.Cell[pair]
	if c.Get() != nil {
		t.Fatal("a new cell holds something")
	}
	c.Set(&pair{})
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for range 10_000 {
				if p := c.Get(); p.a != p.b {
					t.Errorf("saw half a change: %+v", *p)
					return
				}
			}
		})
	}
	for i := range 10_000 {
		c.Set(&pair{i, i})
	}
	wg.Wait()
}

func TestEverySubscriberHearsATopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b live.Local
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		one, two := b.Subscribe(ctx), b.Subscribe(ctx)
		_ = b.Publish(ctx, "keys")
		if got := <-one; got != "keys" {
			t.Errorf("the first heard %q", got)
		}
		if got := <-two; got != "keys" {
			t.Errorf("the second heard %q", got)
		}
	})
}

func TestASlowSubscriberBlocksNobodyAndLosesNoTopic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b live.Local
		ctx, cancel := context.WithCancel(t.Context())
		slow := b.Subscribe(ctx)
		for range 1000 { // nobody reads; Publish must return all the same
			_ = b.Publish(ctx, "keys")
			_ = b.Publish(ctx, "routes")
		}
		synctest.Wait()
		_ = b.Publish(ctx, "budgets") // while the delivery of the first ones is under way
		heard := map[live.Topic]int{}
		synctest.Wait()
		for len(heard) < 3 {
			heard[<-slow]++
		}
		if n := heard["keys"] + heard["routes"] + heard["budgets"]; n > 6 {
			t.Errorf("2,001 messages were not merged: %v", heard)
		}
		cancel()
		for range slow { // drains to the close
		}
	})
}

func TestATopicPublishedDuringDeliveryIsHeardAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b live.Local
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		c := b.Subscribe(ctx)
		_ = b.Publish(ctx, "keys")
		synctest.Wait()            // the delivery waits for the reader
		_ = b.Publish(ctx, "keys") // so this change came after the hint the reader is about to get
		<-c
		if got := <-c; got != "keys" {
			t.Errorf("heard %q", got)
		}
	})
}

func TestASubscriptionEndsWithItsContext(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b live.Local
		for _, pending := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			c := b.Subscribe(ctx)
			if pending {
				_ = b.Publish(ctx, "keys")
				synctest.Wait()
			}
			cancel()
			synctest.Wait()
			if _, open := <-c; open {
				t.Error("the channel is still open")
			}
		}
		// synctest fails the test if a delivering goroutine is left behind.
		_ = b.Publish(t.Context(), "keys")
	})
}
