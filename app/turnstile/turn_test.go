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
		time.Sleep(4 * tick) // it ends after a second in which nobody is short
		if !gate.Pressed() {
			t.Fatal("not pressed")
		}
		f(gate)
	})
}

// stand lets so many streams rest, and says how long after their breath each had its turn.
func stand(gate *Turnstile, streams int) []time.Duration {
	began := clock.System{}.Now()
	got := make([]time.Duration, streams)
	var all sync.WaitGroup
	for i := range got {
		all.Go(func() { gate.Rest(context.Background(), &Visit{}); got[i] = clock.Since(began) - breath })
	}
	all.Wait()
	return got
}

const streams = 50 * turns

func TestAFewStreamsTakeTheirTurnAtATime(t *testing.T) {
	t.Parallel()
	pressed(t, func(gate *Turnstile) {
		at := map[time.Duration]int{}
		for _, d := range stand(gate, streams) {
			if d < 0 {
				t.Fatalf("one had its turn %v before the end of its breath", -d)
			}
			at[d.Truncate(beat)]++
		}
		for d, n := range at {
			if n > turns {
				t.Errorf("%d had their turn after %v, all at once", n, d)
			}
		}
		if len(at) > 52 {
			t.Errorf("%d beats for %d turns", len(at), streams)
		}
		if n, late := gate.turned.Load(), time.Duration(gate.stood.Load()); n > streams || late > time.Duration(n)*50*beat {
			t.Errorf("%d turns, %v late together", n, late)
		}
	})
}

func TestNoStreamWaitsForLong(t *testing.T) {
	t.Parallel()
	pressed(t, func(gate *Turnstile) {
		for _, d := range stand(gate, 6*streams) {
			if d > longest+beat {
				t.Fatalf("one waited %v", d)
			}
		}
		time.AfterFunc(10*beat, func() { gate.pressed.Store(false) })
		for _, d := range stand(gate, streams) {
			if d < 0 || d > 2*beat {
				t.Fatalf("when the pressure had ended one had its turn %v after its breath", d)
			}
		}
		began := clock.System{}.Now()
		if gate.Rest(context.Background(), &Visit{}); clock.Since(began) > 0 {
			t.Error("one waited without pressure")
		}
	})
}

// Clients leave while their streams rest: those wait no longer, and the others have their turns.
func TestWhoLeavesStandsNowhere(t *testing.T) {
	t.Parallel()
	pressed(t, func(gate *Turnstile) {
		began := clock.System{}.Now()
		left, leave := context.WithCancel(context.Background())
		var all sync.WaitGroup
		for i := range 90 {
			all.Go(func() {
				ctx, most := context.Background(), breath+longest
				if i%3 != 1 {
					ctx, most = left, breath/2
				}
				v := &Visit{}
				gate.Rest(ctx, v)
				if d := clock.Since(began); d > most || len(v.turn) > 0 || v.prev != nil || v.next != nil {
					t.Errorf("stream %d was there for %v, %d turns are left over", i, d, len(v.turn))
				}
			})
		}
		time.Sleep(breath / 2)
		leave()
		all.Wait()
		if gate.resting.first != nil || gate.resting.last != nil {
			t.Error("somebody still stands there")
		}
	})
}

// A turn that is given in the moment in which the client leaves is taken back, or the visit's next rest would end at once.
func TestATurnThatCameTooLateIsTakenBack(t *testing.T) {
	var r resting
	r.start()
	v, now := &Visit{}, clock.System{}.Now()
	r.join(v, now)
	if n, _ := r.give(1, now); n != 1 {
		t.Fatalf("%d turns", n)
	}
	r.leave(v)
	if len(v.turn) != 0 || !v.due.IsZero() {
		t.Error("it kept its turn")
	}
	if r.close(); r.join(v, now) {
		t.Error("it stands there while nobody gives turns")
	}
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
