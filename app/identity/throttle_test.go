package identity

import (
	"fmt"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

func TestTheThrottleForgetsInTheEnd(t *testing.T) {
	t.Parallel()
	c := clock.NewFake(time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC))
	th := newThrottle(c)
	last := time.Duration(0)
	for range 12 { // each refusal waited out, the pause grows
		for th.try("192.0.2.1", "a@x.test") == 0 {
		}
		wait := th.try("192.0.2.1", "a@x.test")
		if wait < last || wait > longest {
			t.Fatalf("pause of %v after one of %v", wait, last)
		}
		last = wait
		c.Advance(wait)
	}
	if last != longest {
		t.Fatalf("the pause stops growing at %v", last)
	}
	c.Advance(forgetAfter + time.Second)
	for range freeTries {
		if wait := th.try("192.0.2.1", "a@x.test"); wait != 0 {
			t.Fatalf("after half an hour of peace: wait %v", wait)
		}
	}
}

func TestOnePasswordOnManyAddressesIsSlowedDown(t *testing.T) {
	t.Parallel()
	th := newThrottle(clock.NewFake(time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)))
	n := 0
	for ; n < 1000 && th.try(fmt.Sprintf("2001:db8::%x", n+1), fmt.Sprintf("%d@x.test", n)) == 0; n++ {
	}
	if n != freePerIP {
		t.Fatalf("a /64 got %d tries, want %d", n, freePerIP)
	}
	if wait := th.try("2001:db8:0:1::1", "1@x.test"); wait != 0 {
		t.Fatalf("another network waits %v", wait)
	}
}

func TestTheThrottlesMemoryIsBounded(t *testing.T) {
	t.Parallel()
	th := newThrottle(clock.NewFake(time.Date(2026, 11, 23, 6, 0, 0, 0, time.UTC)))
	for i := range maxTallies {
		th.try(fmt.Sprintf("10.%d.%d.%d", i>>16, i>>8&255, i&255), "a@x.test")
		if len(th.seen) > maxTallies+1 {
			t.Fatalf("%d tallies", len(th.seen))
		}
	}
}
