package limit

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/org"
)

// The claim of the package's comment, checked against a log of every take: at no moment does any window hold more than
// the limit, whatever the traffic is like.
func TestNoWindowEverHoldsMoreThanTheLimit(t *testing.T) {
	t.Parallel()
	for name, window := range map[string]time.Duration{"a second": time.Second, "an odd window": 1501 * time.Millisecond, "a minute": time.Minute,
		"an hour": time.Hour, "a day": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			type take struct{ at, n int64 }
			rnd := rand.New(rand.NewPCG(1, uint64(window)))
			const most = 100
			width, now := slotWidth(window), noon.UnixMicro()
			var c counter
			var log []take
			admitted := int64(0)
			for range 20_000 {
				now += rnd.Int64N(window.Microseconds() / 40)
				if rnd.IntN(50) == 0 {
					now += window.Microseconds() / 2
				}
				n := rnd.Int64N(9) + 1
				c.advance(now / width)
				if c.wait(now, width, n, most) == 0 {
					c.add(n)
					log = append(log, take{now, n})
					admitted += n
				}
				for len(log) > 0 && log[0].at <= now-window.Microseconds() {
					log = log[1:]
				}
				sum := int64(0)
				for _, l := range log {
					sum += l.n
				}
				if sum > most {
					t.Fatalf("%d in one window, the limit is %d", sum, most)
				}
			}
			if admitted < 20_000 {
				t.Errorf("only %d were admitted: the limit is much stricter than it says", admitted)
			}
		})
	}
}

func TestWaitsAreTrue(t *testing.T) {
	t.Parallel()
	for name, x := range map[string]struct {
		window time.Duration
		take   []time.Duration // when one is taken
		then   time.Duration   // when it is asked
		n      int64
	}{
		"for one place":               {time.Minute, []time.Duration{0, 20 * time.Second}, 30 * time.Second, 1},
		"for two places":              {time.Minute, []time.Duration{0, 20 * time.Second}, 30 * time.Second, 2},
		"of a second":                 {time.Second, []time.Duration{0, 0}, 0, 1},
		"of a day":                    {24 * time.Hour, []time.Duration{0, time.Hour}, 2 * time.Hour, 2},
		"of an odd window":            {1501 * time.Millisecond, []time.Duration{0, 700 * time.Millisecond}, time.Second, 1},
		"at the very end of a window": {time.Minute, []time.Duration{0, 1}, 59 * time.Second, 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var c counter
			width, start := slotWidth(x.window), noon.UnixMicro()
			for _, d := range x.take {
				c.advance((start + d.Microseconds()) / width)
				c.add(1)
			}
			now := start + x.then.Microseconds()
			c.advance(now / width)
			wait := c.wait(now, width, x.n, 2)
			if wait <= 0 {
				t.Fatalf("wait %d", wait)
			}
			early, late := c, c
			early.advance((now + wait - 1) / width)
			late.advance((now + wait) / width)
			if early.wait(now+wait-1, width, x.n, 2) == 0 || late.wait(now+wait, width, x.n, 2) != 0 {
				t.Errorf("a wait of %d µs: a microsecond before it fits %v, after it %v", wait, early.wait(now+wait-1, width, x.n, 2) == 0, late.wait(now+wait, width, x.n, 2) == 0)
			}
			if most := x.window.Microseconds() + width; wait > most {
				t.Errorf("a wait of %d µs is longer than a window and a slot", wait)
			}
		})
	}
}

func TestWindowsFillAndSlideOut(t *testing.T) {
	t.Parallel()
	for name, window := range map[string]time.Duration{"a second": time.Second, "a minute": time.Minute, "ninety seconds": 90 * time.Second,
		"an hour": time.Hour, "a day": 24 * time.Hour} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t)
			h.set(on(h.chain, org.KeyScope, Requests, 10, window))
			if n := h.passes(15); n != 10 {
				t.Errorf("%d passed at once", n)
			}
			h.clock.Advance(window - time.Millisecond)
			if n := h.passes(5); n != 0 {
				t.Errorf("%d passed within the window", n)
			}
			h.clock.Advance(window/slots + 2*time.Millisecond)
			if n := h.passes(15); n != 10 {
				t.Errorf("%d passed in the next window", n)
			}
		})
	}
}

func TestAClockThatGoesBackForgetsNothingWithinTheWindowAndRecovers(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Requests, 10, time.Minute))
	h.passes(10)
	h.clock.Advance(-30 * time.Second)
	if n := h.passes(1); n != 0 {
		t.Error("a clock that went back opened the limit")
	}
	h.clock.Advance(24 * time.Hour)
	h.passes(10)
	h.clock.Advance(-24 * time.Hour)
	if n := h.passes(20); n != 10 {
		t.Errorf("after a day that never was, %d passed", n)
	}
}

func TestSixteenSlotsCoverAWindow(t *testing.T) {
	t.Parallel()
	for window := minWindow; window < 2*minWindow; window += time.Millisecond {
		if slotWidth(window)*slots < window.Microseconds() {
			t.Fatalf("16 slots of %d µs are shorter than %s", slotWidth(window), window)
		}
	}
}

// A long request may end when its slot's place is another's.
func TestWhatFellOutOfTheWindowIsNotGivenBackFromAnotherSlot(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.set(on(h.chain, org.KeyScope, Tokens, 1000, 16*time.Second))
	a := h.ask()
	a.Tokens, a.Least = 800, 800
	long := h.take(a)
	h.clock.Advance((slots + 1) * time.Second)
	a.Tokens, a.Least = 700, 700
	h.take(a)
	h.Settle(long, Used{Tokens: 1})
	if n := h.used(0); n != 700 {
		t.Errorf("%d count, want the 700 of the request that runs now", n)
	}
}
