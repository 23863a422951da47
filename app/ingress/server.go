// Package ingress serves the data plane's requests over plain HTTP/1.1, on one goroutine for each connection. net/http
// starts another goroutine for every request, which reads to hear whether the client leaves, sets seven deadlines and sorts
// the answer's header: together that costs as much as everything that the gateway decides about a small request.
//
// It takes what nearly all clients send: a POST whose head is there in one piece and leaves nothing to interpretation, with
// a body of known length. Anything else, and be it odd white space, hands the connection to net/http before a byte of the
// request is consumed, and for good. So nothing here has to be lenient, and what is malformed is refused there.
package ingress

import (
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Server is a listener's server. Make it with New.
type Server struct {
	rest     *http.Server
	handler  http.Handler
	takes    func(path string) bool
	others   handover
	date     atomic.Pointer[stamp]
	lastCall time.Duration

	closing atomic.Bool // each answer is the last of its connection

	mu    sync.Mutex
	door  net.Listener // while Serve accepts
	conns map[*conn]struct{}
	over  bool // Close was called
}

// New makes a server that asks rest's handler. Connections with requests that takes refuses by their path, and those that
// this package does not speak to, are rest's.
func New(rest *http.Server, takes func(path string) bool) *Server {
	s := &Server{rest: rest, handler: rest.Handler, takes: takes, lastCall: lastCall, conns: map[*conn]struct{}{},
		others: handover{conns: make(chan net.Conn), closed: make(chan struct{})}}
	rest.Handler = http.HandlerFunc(s.forRest)
	return s
}

// The longest and shortest pause after a connection could not be accepted, most likely for want of file descriptors.
const (
	longestPause  = time.Second
	shortestPause = 5 * time.Millisecond
)

// Serve accepts connections until the listener is closed by Shutdown or Close, and then returns http.ErrServerClosed. It is
// called once.
func (s *Server) Serve(l net.Listener) error {
	s.opens(l)
	defer s.opens(nil)
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
		case errors.Is(err, net.ErrClosed) && s.closing.Load():
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

func (s *Server) opens(l net.Listener) {
	s.mu.Lock()
	s.door = l
	s.mu.Unlock()
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
	if s.over {
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
