package ingress

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"runtime/debug"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// The states of a connection.
const (
	fresh int32 = iota // nothing was heard yet
	idle               // between two requests
	busy
	answered // for the last time; the client may still be sending
	leaving  // had its time: looks once whether something came, and closes
)

// room is the size of a connection's read buffer. A head must fit into it.
const room = 4 << 10

// conn is one connection. All of it belongs to the goroutine of serve, but for what watch guards.
type conn struct {
	s      *Server
	nc     net.Conn
	in     *bufio.Reader // of the conn itself
	out    []byte        // what is to be sent next
	header http.Header   // of the answer, cleared for each: its map is the largest thing that a request would allocate here
	remote string
	state  atomic.Int32
	since  time.Time // when it was accepted
	rests  time.Time // since when it is known to be idle; drain's
	limit  time.Time // until when reads wait, as the socket knows it; zero = for ever
	watch
}

func newConn(s *Server, nc net.Conn) *conn {
	c := &conn{s: s, nc: nc, header: make(http.Header, headers), since: clock.System{}.Now()}
	c.in = bufio.NewReaderSize(c, room)
	c.watch.init(c)
	return c
}

// Read implements io.Reader, with the byte first that the watch may have read. What follows it comes along, so that a head
// is still in one piece.
func (c *conn) Read(p []byte) (int, error) {
	if !c.watch.take(p) {
		return c.nc.Read(p)
	}
	if len(p) == 1 {
		return 1, nil
	}
	n, _ := c.nc.Read(p[1:])
	return 1 + n, nil // an error comes again
}

// serve answers requests until the client leaves, the server closes, or something comes that net/http is to answer.
func (c *conn) serve() {
	given := false
	defer func() {
		c.s.forget(c)
		if p := recover(); p != nil && p != http.ErrAbortHandler {
			c.s.log("ingress: panic serving %s: %v\n%s", c.remote, p, debug.Stack())
		}
		c.watch.end()
		if !given {
			_ = c.nc.Close()
		}
	}()
	if addr := c.nc.RemoteAddr(); addr != nil {
		c.remote = addr.String()
	}
	before, wait := fresh, c.s.rest.ReadHeaderTimeout
	for {
		c.within(wait)
		err := c.next(before == idle)
		if !c.state.CompareAndSwap(before, busy) {
			err = c.look(before == idle)
		}
		if err != nil {
			return
		}
		r, size := c.request()
		if r == nil {
			c.forever()
			rest, _ := c.in.Peek(c.in.Buffered())
			given = c.s.others.give(c.nc, rest)
			return
		}
		_, _ = c.in.Discard(size)
		if !c.handle(r) {
			return
		}
		c.state.Store(idle)
		before, wait = idle, c.s.rest.IdleTimeout
	}
}

// leave lets a connection go that is still in a state. It is called with the server's mu locked.
func (c *conn) leave(state int32, now time.Time) {
	if c.state.CompareAndSwap(state, leaving) {
		_ = c.nc.SetReadDeadline(now)
	}
}

// look is for a connection that leaves. What comes now is in time: this process may have been too busy to see it.
func (c *conn) look(after bool) error {
	c.s.mu.Lock() // leave has set the deadline by now
	c.limit = time.Time{}
	c.s.mu.Unlock()
	c.within(lastLook)
	err := c.next(after)
	c.state.Store(busy)
	return err
}

// next waits for the first byte of a request. Old clients send a blank line after a body, which belongs to nothing.
func (c *conn) next(after bool) error {
	b, err := c.in.Peek(1)
	for n := 0; after && n < len("\r\n\r\n") && err == nil && (b[0] == '\r' || b[0] == '\n'); n++ {
		_, _ = c.in.Discard(1)
		b, err = c.in.Peek(1)
	}
	return err
}

// handle answers one request. False = the connection ends with it.
func (c *conn) handle(r *http.Request) bool {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	b := &body{c: c, left: r.ContentLength}
	clear(c.header)
	a := &answer{c: c, b: b, header: c.header, length: -1, cancel: cancel}
	r.Body = b
	r = r.WithContext(ctx)
	c.watch.begin(cancel, b.left == 0)
	c.s.handler.ServeHTTP(a, r)
	left := a.finish()
	if cap(c.out) > spare {
		c.out = nil
	}
	if a.late {
		_ = c.nc.SetWriteDeadline(time.Time{})
	}
	if a.last && a.failed == nil && b.left > 0 {
		c.linger(b.left)
	}
	return !left && !a.last && a.failed == nil
}

// headers is how many an answer has room for before its map grows; spare is the largest buffer that a connection keeps.
const (
	headers = 24
	spare   = 16 << 10
)

// within lets reads wait for about d. It moves the deadline only when it is off by a sixteenth, because that costs more than
// reading a small request's head.
func (c *conn) within(d time.Duration) {
	if d <= 0 {
		c.forever()
		return
	}
	now := clock.System{}.Now()
	if left := c.limit.Sub(now); left > d || left < d-d/16 {
		c.limit = now.Add(d)
		_ = c.nc.SetReadDeadline(c.limit)
	}
}

// forever lets reads wait for as long as it takes.
func (c *conn) forever() { c.wait(time.Time{}) }

// wait lets reads wait until a moment. The socket is told when it does not know yet: most bodies come with their head, and cost
// nothing here.
func (c *conn) wait(until time.Time) {
	if !c.limit.Equal(until) {
		c.limit = until
		_ = c.nc.SetReadDeadline(until)
	}
}

// lingering is how long a client that has not sent its whole request when its answer comes is read from: closing at once would take the
// answer from it, and many clients never read one as long as they have something to write. A server that drains does not
// wait for it.
const lingering = 10 * time.Second

// linger reads what is left of a request that was answered, and forgets it.
func (c *conn) linger(left int64) {
	half, ok := c.nc.(interface{ CloseWrite() error })
	if !ok || half.CloseWrite() != nil {
		return
	}
	c.state.Store(answered)
	_ = c.nc.SetReadDeadline(clock.System{}.Now().Add(lingering))
	_, _ = io.CopyN(io.Discard, c.nc, left-int64(c.in.Buffered()))
}

// body is a request's body: so many bytes of the connection.
type body struct {
	c      *conn
	left   int64
	until  time.Time // how long reads wait; zero = for ever
	closed bool
	failed error
}

// Read implements io.Reader.
func (b *body) Read(p []byte) (int, error) {
	switch {
	case b.closed:
		return 0, http.ErrBodyReadAfterClose
	case b.failed != nil:
		return 0, b.failed
	case b.left == 0:
		return 0, io.EOF
	case len(p) == 0:
		return 0, nil
	}
	if b.c.in.Buffered() == 0 {
		b.c.wait(b.until)
	}
	n, err := b.c.in.Read(p[:min(int64(len(p)), b.left)])
	if b.left -= int64(n); b.left == 0 {
		b.c.watch.free()
		return n, io.EOF
	}
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	b.failed = err
	return n, err
}

// Close implements io.Closer.
func (b *body) Close() error {
	b.closed = true
	return nil
}
