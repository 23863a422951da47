package egress

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"
)

// conn is one connection of direct. It serves one request at a time, on the goroutine of whoever asks.
type conn struct {
	nc      net.Conn
	raw     syscall.RawConn // nil where there is none: then it serves one request
	in      *bufio.Reader   // of the conn itself, which bounds an answer's head
	left    int64           // bytes that may still be read
	sent    atomic.Int64    // bytes of the present request that the kernel took
	address string
	home    *idle
	turn    uint64 // of idle's sweep when it was put there

	cut   func() // ends whatever waits for the connection
	peek  func(fd uintptr) bool
	still bool // peek found nothing to read, and the connection open
}

func newConn(nc net.Conn, address string, home *idle) *conn {
	c := &conn{nc: nc, address: address, home: home}
	c.in = bufio.NewReader(c)
	c.cut = func() { _ = nc.SetDeadline(time.Unix(1, 0)) }
	if s, ok := nc.(syscall.Conn); ok {
		c.raw, _ = s.SyscallConn()
	}
	c.peek = c.look
	return c
}

func (c *conn) close() { _ = c.nc.Close() }

// quiet reports whether an idle connection is open and has nothing to say.
func (c *conn) quiet() bool {
	c.still = false
	return c.raw != nil && c.raw.Read(c.peek) == nil && c.still
}

var errLongHead = errors.New("egress: the answer's head is too long")

// Read implements io.Reader.
func (c *conn) Read(p []byte) (int, error) {
	if c.left <= 0 {
		return 0, errLongHead
	}
	n, err := c.nc.Read(p[:min(int64(len(p)), c.left)])
	c.left -= int64(n)
	return n, err
}

// Write implements io.Writer.
func (c *conn) Write(p []byte) (int, error) {
	n, err := c.nc.Write(p)
	c.sent.Add(int64(n))
	return n, err
}

// writeAll writes parts with as few system calls as it takes.
func (c *conn) writeAll(parts net.Buffers) error {
	n, err := parts.WriteTo(c.nc)
	c.sent.Add(n)
	return err
}

// exchange sends a request and reads the head of its answer. The connection then belongs to the answer's body. An error
// has closed it.
func (c *conn) exchange(r *http.Request, h *head) (*http.Response, error) {
	ctx := r.Context()
	c.sent.Store(0)
	a := &answer{c: c, ctx: ctx, stop: context.AfterFunc(ctx, c.cut)}
	var failed error
	if r.ContentLength > alone {
		a.writing = make(chan error, 1)
		go func() { a.writing <- h.send(c, r) }()
	} else {
		failed = h.send(c, r)
	}
	var resp *http.Response
	err := failed
	// A server that refuses a request early answers, and closes: the answer is there although the request is not through.
	if failed == nil || c.sent.Load() > 0 {
		resp, err = c.receive(r)
	}
	if err != nil {
		a.stop()
		c.close()
		if a.writing != nil {
			failed = <-a.writing // the closed connection ends it
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, cmp.Or(failed, err)
	}
	a.src, a.last = resp.Body, failed != nil || resp.Close || r.Close
	if resp.Body == http.NoBody {
		a.end(true)
		return resp, nil
	}
	resp.Body = a
	return resp, nil
}

// alone is how long a body must be to be written beside the reading of the answer. A shorter one fits into the buffers
// between us and the server, so that writing it does not wait for anybody.
const alone = 128 << 10

// hints is how many interim answers may come before the answer.
const hints = 5

func (c *conn) receive(r *http.Request) (*http.Response, error) {
	c.left = c.home.head
	if resp := plain(c.in, r); resp != nil {
		c.left = math.MaxInt64
		return resp, nil
	}
	for range hints {
		resp, err := http.ReadResponse(c.in, r)
		switch {
		case err != nil:
			return nil, fmt.Errorf("egress: no answer: %w", err)
		case resp.StatusCode >= 200:
			c.left = math.MaxInt64
			return resp, nil
		case resp.StatusCode == http.StatusSwitchingProtocols:
			return nil, errors.New("egress: the server changes the protocol, which nobody asked for")
		}
	}
	return nil, errors.New("egress: the server hints and does not answer")
}

// answer is the body of an answer. At its end it gives the connection back; given up before, it closes it. Close may come
// from another goroutine, and ends a Read that waits.
type answer struct {
	src     io.Reader
	c       *conn
	ctx     context.Context
	stop    func() bool
	writing chan error // of a request that is written beside it
	last    bool       // the connection ends with this answer
	over    atomic.Bool
}

// Read implements io.Reader.
func (a *answer) Read(p []byte) (int, error) {
	n, err := a.src.Read(p)
	if err != nil {
		whole := err == io.EOF
		a.end(whole)
		if !whole && a.ctx.Err() != nil {
			err = a.ctx.Err()
		}
	}
	return n, err
}

// Close implements io.Closer.
func (a *answer) Close() error {
	a.end(false)
	return nil
}

func (a *answer) end(whole bool) {
	if a.over.Swap(true) {
		return
	}
	untouched := a.stop()
	if a.writing != nil {
		select {
		case err := <-a.writing:
			whole = whole && err == nil
		default:
			whole = false
		}
	}
	if whole && untouched && !a.last && a.c.in.Buffered() == 0 {
		a.c.home.put(a.c)
	} else {
		a.c.close()
	}
}
