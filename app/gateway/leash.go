package gateway

import (
	"context"
	"sync/atomic"
	"time"
)

// phase is what an attempt waits for.
type phase int32

// The phases. None that ended is 0.
const (
	untilHeaders phase = iota + 1
	untilFirst
	untilAnswer
	untilTotal
	untilNext
)

var phases = [...]string{"", "its headers", "its first event", "its answer", "the request's end", "its next event"}

// leash ends an attempt whose provider takes too long. One timer serves all its phases one after the other.
type leash struct {
	cancel context.CancelFunc
	timer  *time.Timer
	phase  atomic.Int32
	ended  atomic.Int32 // the phase in which time was up
	until  time.Time
}

// hold begins the first phase. The context that it gives ends with the phase, the request or cut.
func (l *leash) hold(ctx context.Context, now, until time.Time, p phase, wait time.Duration) context.Context {
	ctx, l.cancel = context.WithCancel(ctx)
	l.until = until
	l.timer = time.AfterFunc(l.bound(now, p, wait), func() {
		l.ended.Store(l.phase.Load())
		l.cancel()
	})
	return ctx
}

// next begins another phase; wait counts from now, and 0 leaves only the request's own end.
func (l *leash) next(now time.Time, p phase, wait time.Duration) {
	l.timer.Reset(l.bound(now, p, wait))
}

// bound is how long a phase may last, and notes whether it is the phase or the request that ends first.
func (l *leash) bound(now time.Time, p phase, wait time.Duration) time.Duration {
	left := l.until.Sub(now)
	if wait <= 0 || wait > left {
		p, wait = untilTotal, left
	}
	l.phase.Store(int32(p))
	return wait
}

// over is the phase in which time was up, 0 if none.
func (l *leash) over() phase { return phase(l.ended.Load()) }

// cut ends the attempt's context. It may be called more than once, and on a leash that never held.
func (l *leash) cut() {
	if l.cancel != nil {
		l.timer.Stop()
		l.cancel()
	}
}
