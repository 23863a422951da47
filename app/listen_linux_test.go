package app

import (
	"net"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// A client that does not read makes the kernel keep at most 64 KiB for it, beside what its own side took.
func TestNobodyMakesTheKernelKeepMoreThan64KiB(t *testing.T) {
	t.Parallel()
	ours, err := listen("BODHI_ADDR", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	usual, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	kept, otherwise := absorbed(t, ours), absorbed(t, usual)
	t.Logf("%d bytes were written before the writer had to wait; %d without the option", kept, otherwise)
	if kept > otherwise/2 || kept > 4*mostUnsent {
		t.Errorf("%d bytes were written for a client that reads nothing", kept)
	}
}

// absorbed is how much a listener's connection takes for a client with a small buffer of its own that does not read.
func absorbed(t *testing.T, l net.Listener) (n int) {
	t.Helper()
	defer func() { _ = l.Close() }()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.(*net.TCPConn).SetReadBuffer(16 << 10)
	s, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	for block := make([]byte, 16<<10); ; {
		_ = s.SetWriteDeadline(clock.System{}.Now().Add(time.Second))
		m, err := s.Write(block)
		if n += m; err != nil {
			return n
		}
	}
}
