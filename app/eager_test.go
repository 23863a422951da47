package app

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync/atomic"
	"testing"
	"time"
)

// frozen is a listener whose connections have no time left once a read has given something, until they get more.
type frozen struct{ net.Listener }

func (l frozen) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &frozenConn{Conn: c}, err
}

type frozenConn struct {
	net.Conn
	once atomic.Bool
}

func (c *frozenConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if n > 0 && !c.once.Swap(true) {
		_ = c.Conn.SetReadDeadline(time.Unix(1, 0))
	}
	return n, err
}

// late gives a last look all the time of a slow machine.
type late struct{ net.Conn }

func (c late) SetReadDeadline(time.Time) error { return c.Conn.SetReadDeadline(time.Time{}) }

// A request that arrived whole is answered although the time for its head is over, and HTTP/2 is still told from HTTP/1.1.
func TestARequestThatIsThereIsAnsweredHoweverLateItIsRead(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name   string
		over   func(net.Listener) net.Listener
		status string
	}{
		{"as net/http does it", func(l net.Listener) net.Listener { return l }, "HTTP/1.1 400 Bad Request\r\n"},
		{"as we do it", func(l net.Listener) net.Listener { return eager{l} }, "HTTP/1.1 200 OK\r\n"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			s := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.Copy(w, r.Body)
			}), slog.New(slog.DiscardHandler))
			t.Cleanup(func() { _ = s.Close() })
			go func() { _ = s.Serve(x.over(frozen{l})) }()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = c.Close() }()
			_, _ = io.WriteString(c, "POST /v1/chat/completions HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi")
			if line, err := bufio.NewReader(c).ReadString('\n'); err != nil || line != x.status {
				t.Errorf("%q, %v; want %q", line, err, x.status)
			}
		})
	}
	t.Run("after its time, as we do it", func(t *testing.T) {
		t.Parallel()
		there, here := net.Pipe()
		defer func() { _, _ = there.Close(), here.Close() }()
		go func() { _, _ = io.WriteString(there, "hello") }()
		_ = here.SetReadDeadline(time.Unix(1, 0))
		p := make([]byte, 3)
		c := &eagerConn{Conn: late{here}}
		if n, err := c.Read(p); n != 3 || err != nil {
			t.Errorf("%d bytes, %v", n, err)
		}
		if n, err := c.Read(p); string(p[:n]) != "lo" || err != nil {
			t.Errorf("%q, %v", p[:n], err)
		}
		_ = here.SetReadDeadline(time.Unix(1, 0))
		if n, err := (&eagerConn{Conn: here}).Read(p); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("nothing is there: %d bytes, %v", n, err)
		}
	})
	t.Run("HTTP/2 without TLS", func(t *testing.T) {
		t.Parallel()
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		s := newServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }), slog.New(slog.DiscardHandler))
		t.Cleanup(func() { _ = s.Close() })
		go func() { _ = s.Serve(eager{l}) }()
		two := &http.Transport{Protocols: new(http.Protocols)}
		two.Protocols.SetUnencryptedHTTP2(true)
		t.Cleanup(two.CloseIdleConnections)
		for range 2 {
			r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String(), nil)
			resp, err := two.RoundTrip(r)
			if err != nil {
				t.Fatal(err)
			}
			body, _ := io.ReadAll(resp.Body)
			_ = resp.Body.Close()
			if string(body) != "HTTP/2.0" {
				t.Errorf("spoke %q", body)
			}
		}
	})
}
