package harness

import (
	"io"
	"net"
	"sync"
	"testing"
)

// Cable is a TCP connection to a server that can be cut and mended, so that a test can take a server away from a gateway
// which others use at the same time.
type Cable struct {
	Addr string // where to connect to

	to    string
	mu    sync.Mutex
	cut   bool
	conns map[net.Conn]bool
}

// NewCable lays a cable to a server's address. It ends with the test.
func NewCable(t testing.TB, to string) *Cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &Cable{Addr: l.Addr().String(), to: to, conns: map[net.Conn]bool{}}
	t.Cleanup(func() { _ = l.Close(); c.Cut() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go c.carry(conn)
		}
	}()
	return c
}

// Cut drops every connection, and each new one at once, as a server does that was killed.
func (c *Cable) Cut() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = true
	for conn := range c.conns {
		_ = conn.Close()
	}
}

// Mend lets connections through again.
func (c *Cable) Mend() { c.mu.Lock(); defer c.mu.Unlock(); c.cut = false }

// hold notes a connection; false while the cable is cut.
func (c *Cable) hold(conn net.Conn) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.cut {
		return false
	}
	c.conns[conn] = true
	return true
}

func (c *Cable) carry(in net.Conn) {
	defer c.drop(in)
	if !c.hold(in) {
		return
	}
	out, err := net.Dial("tcp", c.to)
	if err != nil {
		return
	}
	defer c.drop(out)
	if !c.hold(out) {
		return
	}
	go func() { _, _ = io.Copy(out, in); _ = out.Close(); _ = in.Close() }()
	_, _ = io.Copy(in, out)
}

func (c *Cable) drop(conn net.Conn) {
	_ = conn.Close()
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.conns, conn)
}
