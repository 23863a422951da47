package ingress

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

const (
	// drainEvery is how often Shutdown looks at what is still open.
	drainEvery = 20 * time.Millisecond
	// lastCall is how long a connection without a request is kept when the server drains: a request may be on its way, which a
	// proxy must not send twice, and its answer says that the connection ends. Who asks steadily hears so in this time.
	lastCall = 2 * time.Second
	// early is the same for a connection that has not said anything yet, from when it was accepted.
	early = 5 * time.Second
	// lastLook is how long a connection that is about to be closed is read: enough to find what came already, while this
	// process was busy.
	lastLook = 5 * time.Millisecond
)

// Shutdown ends without losing a request. Each answer becomes the last of its connection; who keeps one open without a request
// has lastCall to send one, and if there are such, who comes new is served meanwhile. Then nothing more is accepted but what the
// listener has for us already, and when all connections have ended, rest is shut down. An error is ctx's: something was
// still open.
func (s *Server) Shutdown(ctx context.Context) error {
	s.closing.Store(true)
	begun := clock.System{}.Now()
	err := await(ctx, func() bool {
		return s.drain() == 0 && s.others.open.Load() == 0 || clock.Since(begun) > s.lastCall
	})
	s.shut()
	return errors.Join(err, await(ctx, s.ended), s.rest.Shutdown(ctx))
}

// await asks again until yes; ctx's error when it ends before.
func await(ctx context.Context, yes func() bool) error {
	tick := time.NewTicker(drainEvery)
	defer tick.Stop()
	for !yes() {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return nil
}

// shut closes the listener, which may take a moment to be empty.
func (s *Server) shut() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closing.Store(true)
	if s.door != nil {
		_ = s.door.Close()
	}
}

// ended reports whether no connection is left and none will be accepted.
func (s *Server) ended() bool {
	s.drain()
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.door == nil && len(s.conns) == 0
}

// drain lets the connections go that have had their time, and counts those on which another request may come.
func (s *Server) drain() (waiting int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := clock.System{}.Now()
	for c := range s.conns {
		switch c.state.Load() {
		case fresh:
			if now.Sub(c.since) > early {
				c.leave(fresh, now)
			}
		case idle:
			waiting++
			if c.rests.IsZero() {
				c.rests = now
			}
			if now.Sub(c.rests) > s.lastCall {
				c.leave(idle, now)
			}
		case answered:
			_ = c.nc.Close()
		}
	}
	return waiting
}

// Close closes every connection at once, rest's as well.
func (s *Server) Close() error {
	s.shut()
	s.mu.Lock()
	s.over = true
	for c := range s.conns {
		_ = c.nc.Close()
	}
	s.mu.Unlock()
	return s.rest.Close()
}

// forRest asks the handler for net/http, and has it end its connections when this server drains: one of HTTP/1 with this
// answer, one of HTTP/2 when all that is under way on it has ended. Its own Shutdown would close those without a request first.
func (s *Server) forRest(w http.ResponseWriter, r *http.Request) {
	if s.closing.Load() {
		w.Header().Set("Connection", "close")
	}
	s.handler.ServeHTTP(w, r)
}
