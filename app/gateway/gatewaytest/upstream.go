// Package gatewaytest is a provider that goes wrong on purpose: it speaks bytes on a raw TCP connection, so it can do
// what no HTTP server would. Faults is the list of ways, with what the gateway must make of each; tests walk it.
package gatewaytest

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// Upstream is a scripted provider on a loopback port. It ends with the test.
type Upstream struct {
	// URL is its base URL, as a connection has it.
	URL string

	listener net.Listener
	play     func(*Conn)
	wg       sync.WaitGroup

	mu       sync.Mutex
	requests []Request
	accepted int
	open     map[net.Conn]struct{}
}

// Request is what arrived, byte for byte.
type Request struct {
	Method, Path string
	Header       http.Header
	Body         []byte
}

// Listen starts an upstream that runs play on every connection it accepts.
func Listen(t testing.TB, play func(*Conn)) *Upstream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	u := &Upstream{URL: "http://" + l.Addr().String() + "/v1", listener: l, play: play, open: map[net.Conn]struct{}{}}
	t.Cleanup(u.stop)
	u.wg.Go(u.accept)
	return u
}

// Refusing gives the base URL of a port where nothing listens.
func Refusing(t testing.TB) string {
	t.Helper()
	u := Listen(t, func(*Conn) {})
	_ = u.listener.Close()
	return u.URL
}

// Requests are what arrived so far.
func (u *Upstream) Requests() []Request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]Request(nil), u.requests...)
}

// Open is how many connections are open now: after a test that ended cleanly, none but idle ones.
func (u *Upstream) Open() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return len(u.open)
}

// Accepted is how many connections there ever were.
func (u *Upstream) Accepted() int {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.accepted
}

func (u *Upstream) accept() {
	for {
		c, err := u.listener.Accept()
		if err != nil {
			return
		}
		u.mu.Lock()
		u.accepted++
		u.open[c] = struct{}{}
		u.mu.Unlock()
		u.wg.Go(func() {
			defer func() {
				_ = c.Close()
				u.mu.Lock()
				delete(u.open, c)
				u.mu.Unlock()
			}()
			u.play(&Conn{Conn: c, r: bufio.NewReader(c), u: u})
		})
	}
}

func (u *Upstream) stop() {
	_ = u.listener.Close()
	u.mu.Lock()
	for c := range u.open {
		_ = c.Close()
	}
	u.mu.Unlock()
	u.wg.Wait()
}

// Conn is one connection, from the provider's side. Errors of writing are ignored: the client may be gone, and what
// counts is what it makes of it.
type Conn struct {
	net.Conn
	r       *bufio.Reader
	u       *Upstream
	chunked bool
}

// Request reads the next request and records it; false means that the client closed the connection.
func (c *Conn) Request() (Request, bool) {
	r, err := http.ReadRequest(c.r)
	if err != nil {
		return Request{}, false
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return Request{}, false
	}
	q := Request{Method: r.Method, Path: r.URL.Path, Header: r.Header, Body: body}
	c.u.mu.Lock()
	c.u.requests = append(c.u.requests, q)
	c.u.mu.Unlock()
	return q, true
}

// Streams reports whether the request asked for a stream.
func (q Request) Streams() bool {
	return bytes.Contains(bytes.ReplaceAll(q.Body, []byte(" "), nil), []byte(`"stream":true`))
}

// Raw writes bytes as they are.
func (c *Conn) Raw(s string) bool {
	_, err := io.WriteString(c.Conn, s)
	return err == nil
}

// Head writes a status line and headers, "Name: value" each.
func (c *Conn) Head(status int, headers ...string) {
	c.Raw(fmt.Sprintf("HTTP/1.1 %d %s\r\n%s\r\n\r\n", status, http.StatusText(status), strings.Join(append(headers, "Date: Mon, 23 Nov 2026 08:00:00 GMT"), "\r\n")))
}

// Answer writes a whole answer with its length.
func (c *Conn) Answer(status int, contentType, body string, headers ...string) {
	c.Head(status, append(headers, "Content-Type: "+contentType, fmt.Sprintf("Content-Length: %d", len(body)))...)
	c.Raw(body)
}

// Stream begins a chunked event stream.
func (c *Conn) Stream(headers ...string) {
	c.chunked = true
	c.Head(200, append(headers, "Content-Type: text/event-stream", "Transfer-Encoding: chunked")...)
}

// Send writes bytes into the body of a stream.
func (c *Conn) Send(s string) bool {
	if !c.chunked {
		return c.Raw(s)
	}
	return c.Raw(fmt.Sprintf("%x\r\n%s\r\n", len(s), s))
}

// Event writes one server-sent event.
func (c *Conn) Event(data string) bool { return c.Send("data: " + data + "\n\n") }

// End ends a chunked body as HTTP wants it.
func (c *Conn) End() { c.Raw("0\r\n\r\n") }

// Reset closes the connection with a TCP reset, losing what was not read.
func (c *Conn) Reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// Gone waits until the client closes the connection, reading and dropping what it still sends.
func (c *Conn) Gone() { _, _ = io.Copy(io.Discard, c.r) }

// Serve runs a fault on every request of a connection until one of them closes it.
func (f Fault) Serve(c *Conn) {
	if f.Before != nil {
		f.Before(c)
		return
	}
	if q, ok := c.Request(); ok {
		f.Play(c, q)
	}
}
