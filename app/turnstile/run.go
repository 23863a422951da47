package turnstile

import (
	"context"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// New makes a turnstile that lets everybody in until Run says otherwise. read gives samples; nil = the runtime's.
func New(c clock.Clock, log *slog.Logger, read func() Sample) *Turnstile {
	if read == nil {
		read = newScheduler().sample
	}
	t := &Turnstile{clock: c, log: log, read: read, began: c.Now(), governor: governor{processors: runtime.GOMAXPROCS(0)}}
	t.tick.Store(1)
	t.last = t.began
	return t
}

// Run watches until ctx ends.
func (t *Turnstile) Run(ctx context.Context) error {
	ticker := time.NewTicker(tick)
	defer ticker.Stop()
	var turns sync.WaitGroup
	defer turns.Wait()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
			if t.turn(t.clock.Now()) && t.resting.start() {
				turns.Go(func() { t.give(ctx) })
			}
		}
	}
}

// turn ends a tick and begins the next. It reports whether pressure began.
func (t *Turnstile) turn(now time.Time) (began bool) {
	ticks := max(float64(now.Sub(t.last))/float64(tick), 0.1)
	t.last = now
	if t.tick.Add(1) == 0 {
		t.tick.Store(1)
	}
	refused := t.refused.Load()
	s := seen{Sample: t.read(), busy: float64(t.busy.Swap(0)) / ticks, refused: float64(refused-t.before) / ticks}
	t.before = refused
	if n := t.turned.Swap(0); n > 0 {
		s.late = time.Duration(t.stood.Swap(0) / n)
	}
	shares := t.crowd.shares()
	for _, one := range shares {
		s.short = s.short || one.short.Load() > 0
	}
	was := t.governor.limit > 0
	pressed := t.governor.step(s)
	t.wait.Store(int64(s.Wait))
	t.remember(s.Memory)
	t.limit.Store(int64(t.governor.limit))
	if pressed {
		t.divide(shares, ticks)
	}
	if pressed == was {
		return false
	}
	for _, one := range shares { // each pressure begins anew
		if !pressed {
			one.pace.Store(0)
		}
	}
	t.pressed.Store(pressed)
	t.collect(pressed)
	if pressed {
		t.times.Add(1)
		t.log.Warn("overloaded: requests are being refused", "scheduling_wait", s.Wait, "runnable_per_cpu", s.Queue, "requests_in_hand", int(s.busy))
	} else {
		t.log.Info("no longer overloaded", "refused", t.refused.Load())
	}
	return pressed
}

// seldom is the collector's percentage under pressure. A collection takes a quarter of the processors, or half of a single one, and
// whoever waits to be refused waits for it; at this one comes a third as often. What lives is small then, as most is refused, and a
// memory limit has the last word.
const seldom = 400

// collect lets the collector come less often while the gateway is pressed.
func (t *Turnstile) collect(pressed bool) {
	if pressed {
		t.percent = debug.SetGCPercent(seldom)
	} else {
		debug.SetGCPercent(t.percent)
	}
}

// Memory is refused before it is gone. From brimful on the collector would run all the time to stay below the limit, and a
// container is killed at it; what is let in again below roomy has space.
const brimful, roomy = 0.80, 0.70

// remember looks at the memory.
func (t *Turnstile) remember(part float64) {
	t.memory.Store(int64(1000 * part))
	switch full := t.full.Load(); {
	case !full && part > brimful:
		t.full.Store(true)
		t.times.Add(1)
		t.log.Warn("overloaded: nearly out of memory, requests are being refused", "percent_of_limit", int(100*part))
	case full && part < roomy:
		t.full.Store(false)
		t.log.Info("no longer out of memory", "percent_of_limit", int(100*part))
	case full:
		// What is in use is known when the collector has been there, and who refuses everybody gives it no reason to go.
		if t.brim++; t.brim%calm == 0 {
			runtime.GC()
		}
	}
}

// divide gives each organization its part of the next tick.
func (t *Turnstile) divide(shares []*share, ticks float64) {
	t.wants = t.wants[:0]
	type claim struct{ carried, came float64 }
	claims := make([]claim, len(shares))
	for i, s := range shares {
		c := &claims[i]
		c.came = float64(s.came.Swap(0)) / ticks
		c.carried = max(0, float64(s.busy.Swap(0)-s.done.Swap(0))) / ticks
		if c.came+c.carried > 0 {
			t.wants = append(t.wants, c.came+c.carried)
		}
	}
	most := level(t.wants, t.governor.limit*t.governor.brake)
	t.crowd.pace.Store(int64(float64(tick) / most))
	for i, s := range shares {
		c := &claims[i]
		part := max(most-c.carried, least/100.0)
		s.quicken(int64(float64(tick)/part), int64(t.last.Sub(t.began)))
		horizon := patience
		if s.short.Swap(0) > 0 && c.came > part {
			horizon = hurry
		}
		s.horizon.Store(int64(horizon))
		s.retry.Store(int64(delay(c.came / part)))
	}
}

// Stats are what the turnstile has seen.
type Stats struct {
	InFlight int64         // requests inside
	Limit    int64         // of requests in hand in a tick; 0 = none
	Wait     time.Duration // of goroutines for a processor, in the last tick
	Memory   float64       // part of the memory limit in use for good; 0 without a limit
	Refused  int64
	Waited   int64
	Times    int64 // how often it began to refuse
}

// Stats reads the figures.
func (t *Turnstile) Stats() Stats {
	return Stats{InFlight: t.flying.Load(), Limit: t.limit.Load(), Wait: time.Duration(t.wait.Load()), Memory: float64(t.memory.Load()) / 1000, Refused: t.refused.Load(), Waited: t.waited.Load(), Times: t.times.Load()}
}
