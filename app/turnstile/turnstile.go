package turnstile

import (
	"context"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// Turnstile decides who comes in. While nothing is wrong a request costs it four atomic operations; Run must run, or
// nobody is ever refused. Safe for concurrent use.
type Turnstile struct {
	clock clock.Clock
	log   *slog.Logger
	began time.Time
	read  func() Sample

	tick    atomic.Uint32 // never 0
	pressed atomic.Bool
	full    atomic.Bool  // of memory
	_       [48]byte     // what all read, apart from what all write
	busy    atomic.Int64 // requests in hand in this tick
	flying  atomic.Int64
	_       [48]byte

	resting       resting      // streams
	stood, turned atomic.Int64 // how long they waited for a turn in this tick, and how many got one

	refused, waited, times atomic.Int64
	limit, wait, memory    atomic.Int64 // for Stats
	crowd                  crowd
	governor               governor
	wants                  []float64 // scratch of Run
	last                   time.Time
	before                 int64 // refused, when the tick began
	brim                   int   // ticks without memory
	percent                int   // the collector's, without pressure
}

// Visit is one request's passage. The zero value has not entered; it belongs to one goroutine.
type Visit struct {
	org     id.Org
	share   *share        // nil until the gateway was pressed while it was in
	claimed bool          // it has a turn, and has not entered
	wait    time.Duration // until that turn
	tick    uint32        // the last in which it was in hand; 0 = outside
	rest
}

// Refuses reports whether somebody might be refused, so that it is worth to Claim before anything is made for a request.
func (t *Turnstile) Refuses() bool { return t.pressed.Load() || t.full.Load() }

// Claim takes a turn for a request. If there is none it gives the time after which the client may come again, one of Delays; 0 = it
// may Enter.
func (t *Turnstile) Claim(v *Visit, o id.Org) (after time.Duration) {
	if t.full.Load() {
		t.refused.Add(1)
		return Delays[1]
	}
	if t.pressed.Load() {
		v.share = t.crowd.of(o)
		var ok bool
		if v.wait, ok = t.claim(v.share); !ok {
			return time.Duration(v.share.retry.Load())
		}
	}
	v.claimed = true
	return 0
}

// Enter lets a request in, at once or after at most 100 ms, or refuses it with overloaded unless it has a claim. Whoever was let in must
// Leave.
func (t *Turnstile) Enter(ctx context.Context, v *Visit, o id.Org) error {
	if !v.claimed {
		if after := t.Claim(v, o); after > 0 {
			return Overloaded(after)
		}
	}
	if err := v.await(ctx); err != nil {
		return err
	}
	v.org, v.claimed = o, false
	t.flying.Add(1)
	t.Stir(v)
	return nil
}

// Stir says that the process does something for a request. It costs next to nothing, so it may be called for each event
// of a stream.
func (t *Turnstile) Stir(v *Visit) {
	now := t.tick.Load()
	if v.tick == now {
		return
	}
	v.tick = now
	t.busy.Add(1)
	if t.pressed.Load() {
		if v.share == nil {
			v.share = t.crowd.of(v.org)
		}
		v.share.busy.Add(1)
	}
}

// Leave ends a visit; of one that never entered, or has left, nothing happens.
func (t *Turnstile) Leave(v *Visit) {
	if v.tick == 0 {
		return
	}
	t.Stir(v)
	t.flying.Add(-1)
	if v.share != nil {
		v.share.done.Add(1)
	}
	*v = Visit{}
}

// Delays are what a refusal may tell a client to wait, so that answers can be written beforehand.
var Delays = [...]time.Duration{time.Second, 2 * time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second}

// delay is the one for an organization that asks for so many times its part.
func delay(times float64) time.Duration {
	for _, d := range Delays {
		if times <= d.Seconds() {
			return d
		}
	}
	return Delays[len(Delays)-1]
}

// Overloaded is the refusal; after is how long a client should wait.
func Overloaded(after time.Duration) *fault.Error {
	f := fault.New(fault.Unavailable, "overloaded", "More is asked of this gateway than it can do at the moment, and your organization has its share of it. Send the request again after the time in retry-after.")
	f.RetryAfter = after
	return f
}

// claim takes the share's next turn and says how long it is until then; false = too long.
func (t *Turnstile) claim(s *share) (wait time.Duration, ok bool) {
	s.came.Add(1)
	if wait, ok = s.turn(int64(t.clock.Now().Sub(t.began))); !ok {
		s.short.Add(1)
		t.refused.Add(1)
	} else if wait > 0 {
		s.short.Add(1)
		t.waited.Add(1)
	}
	return wait, ok
}

// await waits for the turn that was claimed.
func (v *Visit) await(ctx context.Context) error {
	if v.wait == 0 {
		return nil
	}
	timer := time.NewTimer(v.wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
