package turnstile

import (
	"context"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// pressed runs f beside a turnstile under pressure, on one processor.
func pressed(t *testing.T, f func(gate *Turnstile)) {
	synctest.Test(t, func(t *testing.T) {
		gate := New(clock.System{}, slog.New(slog.DiscardHandler), func() Sample { return Sample{Wait: time.Second, Queue: 1000} })
		gate.governor.processors = 1
		ctx, cancel := context.WithCancel(t.Context())
		var watch sync.WaitGroup
		watch.Go(func() { _ = gate.Run(ctx) })
		defer watch.Wait()
		defer cancel()
		time.Sleep(time.Second)
		if !gate.Pressed() {
			t.Fatal("not pressed")
		}
		f(gate)
	})
}

// stand lets so many streams wait for a turn, and says when each had it.
func stand(gate *Turnstile, streams int) []time.Duration {
	began := clock.System{}.Now()
	got := make([]time.Duration, streams)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { gate.Turn(context.Background(), &Visit{}); got[i] = clock.Since(began) })
	}
	all.Wait()
	return got
}

func TestAFewStreamsTakeTheirTurnAtATime(t *testing.T) {
	t.Parallel()
	pressed(t, func(gate *Turnstile) {
		at := map[time.Duration]int{}
		for _, d := range stand(gate, 50*turns) {
			at[d.Truncate(beat)]++
		}
		for d, n := range at {
			if n > turns {
				t.Errorf("%d had their turn after %v, all at once", n, d)
			}
		}
		if len(at) > 52 {
			t.Errorf("%d beats for %d turns", len(at), 50*turns)
		}
	})
}

func TestNoStreamWaitsForLong(t *testing.T) {
	t.Parallel()
	pressed(t, func(gate *Turnstile) {
		for _, d := range stand(gate, 300*turns) {
			if d > longest {
				t.Fatalf("one waited %v", d)
			}
		}
		left, leave := context.WithCancel(context.Background())
		leave()
		began := clock.System{}.Now()
		gate.Breathe(left, &Visit{})
		if d := clock.Since(began); d > 0 {
			t.Errorf("whose client has left waited %v", d)
		}
		time.AfterFunc(10*beat, func() { gate.pressed.Store(false) })
		for _, d := range stand(gate, 50*turns) {
			if d > 11*beat {
				t.Fatalf("when the pressure had ended one waited for %v", d)
			}
		}
	})
}

// More streams than turns are an overload, whatever the scheduler's queue looks like.
func TestStreamsThatAreLateAreTooMany(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		late time.Duration
		less bool
	}{"in time": {late / 2, false}, "late": {2 * late, true}} {
		g := governor{processors: 1}
		for !g.step(seen{Sample: Sample{Wait: 30 * time.Millisecond, Queue: 500}, busy: 300}) {
		}
		begun := g.limit
		for range 20 {
			g.step(seen{Sample: Sample{Wait: target / 8}, late: c.late, busy: g.limit, short: true})
		}
		if less := g.limit < begun; less != c.less {
			t.Errorf("%s: of %.0f are let in %.0f", name, begun, g.limit)
		}
	}
}

// Who gives turns late gives fewer of them, and never none.
func TestWhoIsLateGivesFewerTurns(t *testing.T) {
	for late, want := range map[time.Duration]int{-beat: 100, 0: 100, beat: 100, 2 * beat: 25, 5 * beat: 4, 10 * beat: 1, time.Second: 1} {
		if n := fewer(100, late); n != want {
			t.Errorf("%v late: %d turns of 100, want %d", late, n, want)
		}
	}
}
