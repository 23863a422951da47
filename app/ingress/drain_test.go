package ingress

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// held is a listener at which nobody is accepted before it is let go.
type held struct {
	net.Listener
	hold chan struct{}
}

func (l held) Accept() (net.Conn, error) {
	<-l.hold
	return l.Listener.Accept()
}

// shutting begins to shut a server down, waits until it has begun, and gives its end.
func shutting(t *testing.T, s *Server, begun func() bool) <-chan error {
	t.Helper()
	over := make(chan error, 1)
	go func() { over <- s.Shutdown(context.Background()) }()
	late, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := await(late, begun); err != nil {
		t.Fatal("the server never began to shut down")
	}
	return over
}

// idles waits until a connection of the server waits for its next request.
func (s *serving) idles(t *testing.T) {
	t.Helper()
	late, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := await(late, func() bool { return s.server.drain() > 0 }); err != nil {
		t.Fatal("no connection became idle")
	}
}

const others = "GET /page HTTP/1.1\r\nHost: gateway.example:8080\r\n\r\n"

// TestWhoWaitsAtTheDoorIsServed has the kernel complete connections, which clients write their requests to, while this process
// is too busy to accept any of them until it shuts down.
func TestWhoWaitsAtTheDoorIsServed(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at, hold := Lossless(l).(*door), make(chan struct{})
	s := New(plainServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) })), func(path string) bool { return strings.HasPrefix(path, "/v1/") })
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(held{at, hold}) }()
	var waiting []*bufio.Reader
	for i := range 20 {
		c, in := dial(t, l.Addr().String())
		_, _ = io.WriteString(c, []string{post("/v1/x", "go"), others}[i%2])
		waiting = append(waiting, in)
	}
	over := shutting(t, s, at.closing.Load)
	close(hold)
	for i, in := range waiting {
		if got := told(t, in); !strings.Contains(got, "200 OK") || !strings.Contains(got, "close true") {
			t.Fatalf("who came as number %d: %s", i+1, got)
		}
	}
	if err := errors.Join(<-over, s.Close()); err != nil {
		t.Errorf("shutdown: %v", err)
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("Serve ended with %v", err)
	}
	if _, err := net.Dial("tcp", l.Addr().String()); err == nil {
		t.Error("a server that is shut down accepts")
	}
}

// TestTheLastCall has clients send requests on connections that were idle when the server began to shut down, and on new ones.
func TestTheLastCall(t *testing.T) {
	t.Parallel()
	ours := post("/v1/x", "go")
	for name, c := range map[string][2]string{
		"ours, as before":               {ours, ours},
		"net/http's, as before":         {others, others},
		"net/http's, on one of ours":    {ours, others},
		"ours, on one of net/http's":    {others, ours},
		"ours, on a new connection":     {"", ours},
		"net/http's, on a new one":      {"", others},
		"with chunks, on a new one":     {"", "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n0\r\n\r\n"},
		"with chunks, on one of ours":   {ours, "POST /v1/x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ngo\r\n0\r\n\r\n"},
		"in two pieces, on one of ours": {ours, ours[:20] + "|" + ours[20:]},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
			s.server.lastCall = time.Minute
			quiet, quietIn := dial(t, s.addr) // keeps the last call going
			_, _ = io.WriteString(quiet, ours)
			told(t, quietIn)
			s.idles(t)
			var open []net.Conn
			var ins []*bufio.Reader
			more := func() {
				for range 5 {
					c, in := dial(t, s.addr)
					open, ins = append(open, c), append(ins, in)
				}
			}
			if c[0] != "" {
				more()
			}
			for i, in := range ins {
				_, _ = io.WriteString(open[i], c[0])
				if got := told(t, in); !strings.Contains(got, "200 OK") || !strings.Contains(got, "close false") {
					t.Fatal(got)
				}
			}
			over := shutting(t, s.server, s.server.closing.Load)
			if c[0] == "" {
				more()
			}
			for i, in := range ins {
				for part := range strings.SplitSeq(c[1], "|") {
					_, _ = io.WriteString(open[i], part)
				}
				if got := told(t, in); !strings.Contains(got, "200 OK") || !strings.Contains(got, "close true") {
					t.Fatalf("connection %d: %s", i+1, got)
				}
				if _, err := in.ReadByte(); !errors.Is(err, io.EOF) {
					t.Errorf("connection %d afterwards: %v", i+1, err)
				}
			}
			_ = quiet.Close()
			if err := <-over; err != nil {
				t.Errorf("shutdown: %v", err)
			}
		})
	}
}

// TestTheLastLook lets a connection go while a request has reached this machine, and not this process yet.
func TestTheLastLook(t *testing.T) {
	t.Parallel()
	for _, size := range []int{2, 100 << 10} {
		s := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { _, _ = io.Copy(io.Discard, r.Body) }))
		c, in := dial(t, s.addr)
		_, _ = io.WriteString(c, post("/v1/x", "go"))
		if got := told(t, in); !strings.Contains(got, "200 OK") {
			t.Fatal(got)
		}
		s.idles(t)
		s.server.closing.Store(true)
		s.server.mu.Lock()
		for c := range s.server.conns {
			c.leave(idle, clock.System{}.Now())
		}
		_, _ = io.WriteString(c, post("/v1/x", strings.Repeat("x", size)))
		s.server.mu.Unlock()
		if got := told(t, in); !strings.Contains(got, "200 OK") || !strings.Contains(got, "close true") {
			t.Errorf("a request of %d bytes that was there in time: %s", size, got)
		}
	}
}
