package gateway

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// talk is a provider that says something every pause. What nobody has fetched yet waits, as in a socket's buffer; one reading takes up
// to burst of it.
type talk struct {
	began        time.Time
	pause        time.Duration
	events, next int
	burst, here  int
	woken        int // how often a reading had to wait
}

func (s *talk) Next() (llm.Event, error) {
	if s.next == s.events {
		return llm.Event{}, io.EOF
	}
	s.next++
	if s.here > 0 {
		s.here--
		return llm.Event{}, nil
	}
	due := s.began.Add(time.Duration(s.next) * s.pause)
	if d := due.Sub(clock.System{}.Now()); d > 0 {
		s.woken++
		time.Sleep(d)
	}
	s.here = min(int(clock.Since(due)/s.pause), s.burst-1, s.events-s.next)
	return llm.Event{}, nil
}

func (s *talk) Ready() bool  { return s.here > 0 }
func (s *talk) Close() error { return nil }

// pressedFor runs f beside a turnstile that lets nearly nobody in, or everybody.
func pressedFor(t *testing.T, pressed bool, f func(g *Gateway)) {
	synctest.Test(t, func(t *testing.T) {
		var full atomic.Bool
		full.Store(pressed)
		gate := turnstile.New(clock.System{}, slog.New(slog.DiscardHandler), func() turnstile.Sample {
			if full.Load() {
				return turnstile.Sample{Wait: time.Second, Queue: 1000}
			}
			return turnstile.Sample{}
		})
		ctx, cancel := context.WithCancel(t.Context())
		var watch sync.WaitGroup
		watch.Go(func() { _ = gate.Run(ctx) })
		time.Sleep(time.Second)
		f(&Gateway{Ports: Ports{Turnstile: gate}, clock: clock.System{}})
		cancel()
		watch.Wait()
	})
}

func TestStreamsGatherUnderPressureAndKeepUp(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		pressed bool
		pause   time.Duration
		burst   int
		least   int // how often the stream is woken, at least and at most
		most    int
	}{
		"nothing is wrong":                       {false, 25 * time.Millisecond, 16, 200, 200},
		"chats":                                  {true, 25 * time.Millisecond, 16, 30, 50},
		"a reading takes one event, as with TLS": {true, 25 * time.Millisecond, 1, 30, 50},
		"as fast as it comes":                    {true, 5 * time.Millisecond, 1, 8, 25},
		"slower than a breath":                   {true, 300 * time.Millisecond, 16, 200, 200},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			pressedFor(t, c.pressed, func(g *Gateway) {
				s := &talk{began: clock.System{}.Now(), pause: c.pause, events: 200, burst: c.burst}
				x := Exchange{R: httptest.NewRequest(http.MethodPost, "/", nil)}
				for i := 1; ; i++ {
					if _, err := g.next(&x, s); err != nil {
						break
					}
					if late := clock.Since(s.began.Add(time.Duration(i) * c.pause)); late > 104*time.Millisecond {
						t.Fatalf("event %d came %v late", i, late)
					}
				}
				if s.next != 200 || s.woken < c.least || s.woken > c.most {
					t.Errorf("%d events, woken %d times, want %d to %d", s.next, s.woken, c.least, c.most)
				}
			})
		})
	}
}
