package gateway

import (
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// pump writes a stream to the client and watches over its silences: it sends a comment after Waits.Ping without a byte
// to the client, and gives the provider up after Waits.Gap without an event. One timer does both, re-armed only when it
// fires, so an event costs one atomic store.
type pump struct {
	w     io.Writer
	flush func() error
	src   io.Closer
	waits Waits
	ping  []byte

	mu sync.Mutex // guards w: the timer writes pings

	idle  atomic.Int64 // timer periods since the last event
	quiet atomic.Bool  // the provider was given up
	done  bool
	timer *time.Timer
	size  int
}

// ready is what a stream may offer: whether the next event is already here, so that one flush serves several.
type ready interface{ Ready() bool }

func newPump(w http.ResponseWriter, src interface{ Close() error }, waits Waits, ping []byte) *pump {
	p := &pump{w: w, src: src, waits: waits, ping: ping, flush: http.NewResponseController(w).Flush}
	p.timer = time.AfterFunc(waits.Ping, p.watch)
	return p
}

// watch runs on the timer, once per Waits.Ping; a silence is counted in whole periods, which is as exact as it needs to be.
func (p *pump) watch() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.done {
		return
	}
	silent := p.idle.Add(1)
	if silent > 1 && time.Duration(silent)*p.waits.Ping > p.waits.Gap {
		p.quiet.Store(true)
		_ = p.src.Close()
		return
	}
	if len(p.ping) > 0 && (silent > 1 || p.size == 0) {
		if _, err := p.w.Write(p.ping); err == nil {
			_ = p.flush()
		}
	}
	p.timer.Reset(p.waits.Ping)
}

// send writes one event. hidden events only count as life.
func (p *pump) send(raw []byte, hidden bool) error {
	p.idle.Store(0)
	if hidden {
		return nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.size += len(raw)
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
