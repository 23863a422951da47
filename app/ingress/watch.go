package ingress

import (
	"context"
	"sync"
	"time"
)

// unwatched is how long a request may take before its connection is read to hear whether the client leaves. Whatever ends
// sooner is not worth being cancelled; what is flushed before its end does not end soon.
const unwatched = 20 * time.Millisecond

// watch tells a request that its client has left. It reads one byte of the connection: none should come before the answer,
// and if one does, it is the next request's and kept for it.
type watch struct {
	c     *conn
	timer *time.Timer

	mu      sync.Mutex
	ended   sync.Cond
	cancel  context.CancelFunc
	on      bool // a request is being answered
	ours    bool // its body is read, so that the connection may be
	due     bool // the time to begin has come
	reading bool
	stopped bool // by us, not by the client
	left    bool // the client has
	has     bool
	byte    [1]byte
}

func (w *watch) init(c *conn) {
	w.c = c
	w.ended.L = &w.mu
}

// begin is called with each request.
func (w *watch) begin(cancel context.CancelFunc, bodiless bool) {
	w.mu.Lock()
	w.cancel, w.on, w.ours, w.due, w.left = cancel, true, bodiless, false, false
	w.mu.Unlock()
	if w.timer == nil {
		w.timer = time.AfterFunc(unwatched, w.look)
	} else {
		w.timer.Reset(unwatched)
	}
}

// look says that the time to read has come, on the timer or because an answer is sent piece by piece. Coming late from the
// request before does no harm.
func (w *watch) look() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.due = w.on
	w.start()
}

// free says that the body is read.
func (w *watch) free() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ours = true
	w.start()
}

// start begins to read when it is time and nobody else reads. It is called with mu locked.
func (w *watch) start() {
	if w.on && w.due && w.ours && !w.reading && !w.has {
		w.reading, w.stopped = true, false
		w.c.forever()
		go w.read()
	}
}

func (w *watch) read() {
	n, err := w.c.nc.Read(w.byte[:])
	w.mu.Lock()
	defer w.mu.Unlock()
	w.reading, w.has = false, n == 1
	if err != nil && !w.stopped {
		w.left = true
		w.cancel()
	}
	w.ended.Broadcast()
}

// end stops reading and reports whether the client has left. Calling it twice does no harm.
func (w *watch) end() (left bool) {
	if w.timer != nil {
		w.timer.Stop()
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.on = false
	if w.reading {
		w.stopped = true
		w.c.limit = time.Unix(1, 0)
		_ = w.c.nc.SetReadDeadline(w.c.limit)
		for w.reading {
			w.ended.Wait()
		}
	}
	return w.left
}

// take puts the byte that was read into p. Only the connection's own goroutine calls it, while no request is watched or its
// body is not read.
func (w *watch) take(p []byte) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.has || len(p) == 0 {
		return false
	}
	w.has, p[0] = false, w.byte[0]
	return true
}
