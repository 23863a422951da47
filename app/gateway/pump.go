package gateway

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// pump writes a stream to the client and watches over its silences: it sends a comment before Waits.Ping has passed without
// a byte to the client, gives the provider up after Waits.Gap without an event, and the client after Waits.Write without a
// byte that it took. One timer does both, re-armed only when
// it fires, so an event costs two atomic stores; how long a silence is it knows to a third of Waits.Ping.
type pump struct {
	w     io.Writer
	flush func() error
	fail  func(time.Time) error // ends a write by a deadline
	src   io.Closer
	waits Waits
	ping  []byte

	mu sync.Mutex // guards w: the timer writes pings

	idle  atomic.Int64 // ticks since the last event
	mute  atomic.Int64 // ticks since the client last got something
	stuck atomic.Int64 // ticks that a write under way has waited for the client
	quiet atomic.Bool  // the provider was given up
	done  bool
	timer *time.Timer
}

// ready is what a stream may offer: whether the next event is already here, so that one flush serves several.
type ready interface{ Ready() bool }

func newPump(w http.ResponseWriter, src interface{ Close() error }, waits Waits, ping []byte) *pump {
	c := http.NewResponseController(w)
	p := &pump{w: w, src: src, waits: waits, ping: ping, flush: c.Flush, fail: c.SetWriteDeadline}
	p.timer = time.AfterFunc(p.tick(), p.watch)
	return p
}

// longAgo is a deadline that has passed.
var longAgo = time.Unix(1, 0)

// write is how long one write may wait for the client. It is as long as proxies wait; who reads slowly but reads is not
// concerned.
func (w Waits) write() time.Duration {
	if w.Write > 0 {
		return w.Write
	}
	return 30 * time.Second
}

// ticks is how often the timer fires in Waits.Ping.
const ticks = 3

func (p *pump) tick() time.Duration { return p.waits.Ping / ticks }

// watch runs on the timer. A silence of n ticks has lasted for n-1 to n of them.
func (p *pump) watch() {
	silent, mute := p.idle.Add(1), p.mute.Add(1)
	if !p.mu.TryLock() { // a write is under way, which waits for the client
		if time.Duration(p.stuck.Add(1)-1)*p.tick() > p.waits.write() {
			_ = p.fail(longAgo)
		}
		p.timer.Reset(p.tick())
		return
	}
	defer p.mu.Unlock()
	p.stuck.Store(0)
	if p.done {
		return
	}
	if time.Duration(silent-1)*p.tick() > p.waits.Gap {
		p.quiet.Store(true)
		_ = p.src.Close()
		return
	}
	p.timer.Reset(p.tick()) // before the ping, which may wait for the client like any write
	if len(p.ping) > 0 && mute%ticks == 0 {
		if _, err := p.w.Write(p.ping); err == nil {
			_ = p.flush()
		}
	}
}

// send writes one event. hidden events only count as life.
func (p *pump) send(raw []byte, hidden bool) error {
	p.idle.Store(0)
	if hidden {
		return nil
	}
	p.mute.Store(0)
	p.stuck.Store(0)
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, err := p.w.Write(raw); err != nil {
		return errClientGone
	}
	if r, ok := p.src.(ready); ok && r.Ready() {
		return nil
	}
	if err := p.flush(); err != nil {
		return errClientGone
	}
	return nil
}

// finish writes the end mark with a remark (what it cost) in front of it, in one piece.
func (p *pump) finish(remark, mark []byte) error {
	return p.send(append(remark, mark...), false)
}

// stalled reports whether the provider was given up for its silence.
func (p *pump) stalled() bool { return p.quiet.Load() }

// stop ends the watch; nothing is written afterwards.
func (p *pump) stop() {
	p.timer.Stop()
	p.mu.Lock()
	p.done = true
	p.mu.Unlock()
}
