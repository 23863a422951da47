// Package gatewaytest is a provider that goes wrong on purpose: it speaks bytes on a raw TCP connection, so it can do
// what no HTTP server would. Faults is the list of ways, with what the gateway must make of each; tests walk it.
package gatewaytest

import (
	"bufio"
	"bytes"
	"crypto/x509"
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
	// Roots are whom to trust, and Resolver whom to ask for its name, if it has one; nil is what the machine has.
	Roots    *x509.CertPool
	Resolver *net.Resolver

	kind     *Kind
	listener net.Listener
	play     func(*Conn)
	wg       sync.WaitGroup
	stops    []func() // before wg is waited for
	saw      chan struct{}
	once     sync.Once

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
func Listen(t testing.TB, k *Kind, play func(*Conn)) *Upstream {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return run(t, k, "http", l, play)
}

func run(t testing.TB, k *Kind, scheme string, l net.Listener, play func(*Conn)) *Upstream {
	u := &Upstream{URL: scheme + "://" + l.Addr().String() + k.Path, kind: k, listener: l, play: play, open: map[net.Conn]struct{}{}, saw: make(chan struct{})}
	t.Cleanup(u.stop)
	u.wg.Go(u.accept)
	return u
}

// Saw tells it that the client has read a piece of an answer.
func (u *Upstream) Saw() { u.once.Do(func() { close(u.saw) }) }

// Requests are what arrived so far.
func (u *Upstream) Requests() []Request {
	u.mu.Lock()
	defer u.mu.Unlock()
	return append([]Request(nil), u.requests...)
}

func (u *Upstream) record(q Request) {
	u.mu.Lock()
	u.requests = append(u.requests, q)
	u.mu.Unlock()
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
			u.play(&Conn{Conn: c, Says: u.kind, r: bufio.NewReader(c), u: u})
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
	for _, stop := range u.stops {
		stop()
	}
	u.wg.Wait()
}

// Conn is one connection, from the provider's side. Errors of writing are ignored: the client may be gone, and what
// counts is what it makes of it.
type Conn struct {
	net.Conn
	// Says is how the provider speaks.
	Says *Kind

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
	c.u.record(q)
	return q, true
}

// Streams reports whether the request asked for a stream, in its body or in its path.
func (q Request) Streams() bool {
	return bytes.Contains(bytes.ReplaceAll(q.Body, []byte(" "), nil), []byte(`"stream":true`)) ||
		strings.Contains(q.Path, ":streamGenerateContent") || strings.HasSuffix(q.Path, "/converse-stream")
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

// Stream begins a chunked stream.
func (c *Conn) Stream(headers ...string) {
	c.chunked = true
	c.Head(200, append(headers, "Content-Type: "+c.Says.StreamType, "Transfer-Encoding: chunked")...)
}

// Send writes bytes into the body of a stream.
func (c *Conn) Send(s string) bool {
	if !c.chunked {
		return c.Raw(s)
	}
	return c.Raw(fmt.Sprintf("%x\r\n%s\r\n", len(s), s))
}

// leaves is the header of a stream that ends as HTTP wants it, on a connection that is closed after it: without it the next
// request may be written to a connection that is about to close, which is another fault.
const leaves = "Connection: close"

// End ends a chunked body as HTTP wants it.
func (c *Conn) End() { c.Raw("0\r\n\r\n") }

// all sends pieces of a stream one by one and ends the body.
func (c *Conn) all(pieces []string) {
	for _, s := range pieces {
		c.Send(s)
	}
	c.End()
}

// begin starts a stream up to its second piece of text.
func (c *Conn) begin(headers ...string) {
	c.Stream(headers...)
	for _, s := range c.Says.begun() {
		c.Send(s)
	}
}

// Reset closes the connection with a TCP reset, losing what was not read.
func (c *Conn) Reset() {
	if tcp, ok := c.Conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = c.Close()
}

// Gone waits until the client closes the connection, reading and dropping what it still sends.
func (c *Conn) Gone() { _, _ = io.Copy(io.Discard, c.r) }

// Healthy answers every request on a connection as a provider should.
func Healthy(c *Conn) {
	for {
		q, ok := c.Request()
		if !ok {
			return
		}
		c.answer(q)
	}
}

func (c *Conn) answer(q Request) {
	if !q.Streams() {
		c.Answer(200, jsonType, c.Says.Document())
		return
	}
	c.Stream()
	c.all(c.Says.Events())
}
