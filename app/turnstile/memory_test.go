package turnstile

import (
	"log/slog"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestNobodyComesInWhileMemoryIsShort(t *testing.T) {
	t.Parallel()
	clock := &still{time.Unix(1_800_000_000, 0)}
	part := 0.0
	gate := New(clock, slog.New(slog.DiscardHandler), func() Sample { return Sample{Memory: part} })
	for _, c := range []struct {
		part float64
		in   bool
	}{{0, true}, {0.79, true}, {0.81, false}, {0.75, false}, {0.69, true}, {0.75, true}} {
		part = c.part
		clock.now = clock.now.Add(tick)
		gate.turn(clock.now)
		var v Visit
		err := gate.Enter(t.Context(), &v, id.Org{})
		if in := err == nil; in != c.in || err != nil && fault.From(err).Code != "overloaded" {
			t.Errorf("at %.2f of the memory: %v", c.part, err)
		}
		gate.Leave(&v)
	}
	if s := gate.Stats(); s.InFlight != 0 || s.Refused != 2 || s.Times != 1 || s.Memory != 0.75 {
		t.Errorf("%+v", s)
	}
}

func TestTheRuntimeSaysHowItIs(t *testing.T) {
	t.Parallel()
	s := newScheduler().sample()
	if s.Wait < 0 || s.Queue < 0 || s.Memory != 0 {
		t.Errorf("%+v", s)
	}
	edges := []float64{0, 0.001, 0.002, 0.004}
	if got := quantile(edges, []uint64{90, 15, 5}, []uint64{0, 5, 5}, 0.9); got != 0 {
		t.Errorf("nine of ten waited up to %v", got)
	}
	if got := quantile(edges, []uint64{80, 15, 5}, []uint64{0, 0, 0}, 0.9); got != time.Millisecond {
		t.Errorf("nine of ten waited up to %v", got)
	}
}
