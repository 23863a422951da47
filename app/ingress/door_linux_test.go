package ingress

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/db/pgtest"
)

// TestAHandshakeUnderWayEnds closes a door between a client's first packet and the last of its handshake: with TCP_DEFER_ACCEPT, the
// kernel takes a connection for begun until its first data is there, though the client takes it for made. Nobody new is let in.
func TestAHandshakeUnderWayEnds(t *testing.T) {
	t.Parallel()
	set := net.ListenConfig{Control: func(_, _ string, c syscall.RawConn) error {
		return c.Control(func(fd uintptr) {
			_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_DEFER_ACCEPT, 30)
		})
	}}
	set.SetMultipathTCP(false)
	for _, network := range []string{"tcp4 127.0.0.1:0", "tcp6 [::1]:0"} {
		t.Run(network, func(t *testing.T) {
			l, err := set.Listen(t.Context(), network[:4], network[5:])
			if network[3] == '6' && errors.Is(err, syscall.EADDRNOTAVAIL) {
				pgtest.Missing(t, "this machine has no IPv6")
			}
			if err != nil {
				t.Fatal(err)
			}
			d := Lossless(l).(*door)
			d.pause = 5 * time.Second
			c, in := dial(t, l.Addr().String())
			_ = d.SetDeadline(clock.System{}.Now().Add(20 * time.Millisecond))
			if _, err := d.Accept(); !errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("the kernel has the connection: %v", err)
			}
			_ = d.Close()
			if late, err := net.DialTimeout("tcp", l.Addr().String(), 200*time.Millisecond); err == nil {
				_ = late.Close()
				t.Error("a door that closes lets somebody in")
			}
			_, _ = io.WriteString(c, "a")
			server, err := d.Accept()
			if err != nil {
				t.Fatalf("who had begun: %v", err)
			}
			if _, err = io.WriteString(server, "b"); err != nil {
				t.Error(err)
			}
			if b, err := in.ReadByte(); b != 'b' {
				t.Errorf("who had begun reads %q, %v", b, err)
			}
			_ = server.Close()
			d.pause = time.Millisecond
			d.wait()
			if _, err := d.Accept(); !errors.Is(err, net.ErrClosed) {
				t.Errorf("afterwards: %v", err)
			}
			if _, err := net.Dial("tcp", l.Addr().String()); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("afterwards: %v", err)
			}
		})
	}
}
