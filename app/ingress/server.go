// Package ingress serves the data plane's requests over plain HTTP/1.1, on one goroutine for each connection. net/http
// starts another goroutine for every request, which reads to hear whether the client leaves, sets seven deadlines and sorts
// the answer's header: together that costs as much as everything that the gateway decides about a small request.
//
// It takes what nearly all clients send: a POST whose head is there in one piece and leaves nothing to interpretation, with
// a body of known length. Anything else, and be it odd white space, hands the connection to net/http before a byte of the
// request is consumed, and for good. So nothing here has to be lenient, and what is malformed is refused there.
package ingress

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Server is a listener's server. Make it with New.
type Server struct {
	rest   *http.Server
	takes  func(path string) bool
	others handover
	date   atomic.Pointer[stamp]

	mu      sync.Mutex
	door    net.Listener
	conns   map[*conn]struct{}
	closing atomic.Bool
}

// New makes a server that asks rest's handler. Connections with requests that takes refuses by their path, and those that
// this package does not speak to, are rest's.
func New(rest *http.Server, takes func(path string) bool) *Server {
	return &Server{rest: rest, takes: takes, conns: map[*conn]struct{}{}, others: handover{conns: make(chan net.Conn), closed: make(chan struct{})}}
}

// The longest and shortest pause after a connection could not be accepted, most likely for want of file descriptors.
const (
	longestPause  = time.Second
	shortestPause = 5 * time.Millisecond
)

// Serve accepts connections until Shutdown or Close, and then returns http.ErrServerClosed.
func (s *Server) Serve(l net.Listener) error {
	s.mu.Lock()
	s.door = l
	s.mu.Unlock()
	if s.closing.Load() {
		_ = l.Close()
	}
	s.others.addr = l.Addr()
	go func() { _ = s.rest.Serve(&s.others) }()
	for pause := shortestPause; ; {
		nc, err := l.Accept()
		switch {
		case err == nil:
			pause = shortestPause
			if c := s.admit(nc); c != nil {
				go c.serve()
			}
		case s.closing.Load():
			return http.ErrServerClosed
		case errors.Is(err, net.ErrClosed):
			return err
		default:
			s.log("ingress: accept: %v; again in %v", err, pause)
			<-time.After(pause)
			pause = min(2*pause, longestPause)
		}
	}
}

func (s *Server) log(format string, args ...any) {
	if s.rest.ErrorLog != nil {
		s.rest.ErrorLog.Printf(format, args...)
	}
}

// admit counts a connection in; nil when there are no more to be.
func (s *Server) admit(nc net.Conn) *conn {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing.Load() {
		_ = nc.Close()
		return nil
	}
	c := newConn(s, nc)
	s.conns[c] = struct{}{}
	return c
}

func (s *Server) forget(c *conn) {
	s.mu.Lock()
	delete(s.conns, c)
	s.mu.Unlock()
}

// drainEvery is how often Shutdown looks whether the last request is answered.
const drainEvery = 20 * time.Millisecond

// Shutdown accepts no more connections, closes those without a request, lets the others answer theirs, and returns when none
// is left or ctx ends. rest is shut down with it.
func (s *Server) Shutdown(ctx context.Context) error {
	s.shut()
	over := make(chan error, 1)
	go func() { over <- s.rest.Shutdown(ctx) }()
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for s.drain() > 0 {
		select {
		case <-ctx.Done():
			return errors.Join(ctx.Err(), <-over)
		case <-tick.C:
		}
	}
	return <-over
}

func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closing.Swap(true) && s.door != nil {
		_ = s.door.Close()
	}
}

// early is how long a connection that has not said anything is kept open by a server that drains: a request may be on its way.
const early = 5 * time.Second

// drain closes what has no request and counts the rest.
func (s *Server) drain() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		if c.state.CompareAndSwap(idle, shut) || clock.Since(c.since) > early && c.state.CompareAndSwap(fresh, shut) {
			_ = c.nc.Close()
		}
	}
	return len(s.conns)
}

// Close closes every connection at once, rest's as well.
func (s *Server) Close() error {
	s.shut()
	s.mu.Lock()
	for c := range s.conns {
		_ = c.nc.Close()
	}
	s.mu.Unlock()
	return s.rest.Close()
}

// handover is a listener for connections that net/http is to serve.
type handover struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
	addr   net.Addr
}

// Accept implements net.Listener.
func (h *handover) Accept() (net.Conn, error) {
	select {
	case c := <-h.conns:
		return c, nil
	case <-h.closed:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener.
func (h *handover) Close() error {
	h.once.Do(func() { close(h.closed) })
	return nil
}

// Addr implements net.Listener.
func (h *handover) Addr() net.Addr { return h.addr }

// give hands a connection over; false when nobody takes it any more.
func (h *handover) give(c net.Conn) bool {
	select {
	case h.conns <- c:
		return true
	case <-h.closed:
		return false
	}
}

// replayed is a connection of which some bytes were read already.
type replayed struct {
	net.Conn
	first []byte
}

// Read implements io.Reader.
func (r *replayed) Read(p []byte) (int, error) {
	if len(r.first) > 0 {
		n := copy(p, r.first)
		r.first = r.first[n:]
		return n, nil
	}
	return r.Conn.Read(p)
}
