//go:build unix

package gatewaytest

import (
	"fmt"
	"net"
	"syscall"
	"testing"
	"time"
)

// hole is a port where a connect is neither accepted nor refused: the queue of those who wait for a listener that never
// looks is full, and the kernel drops who comes then.
func hole(t testing.TB, k *Kind, _ Fault) *Upstream {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM, 0)
	if err != nil {
		t.Fatal(err)
	}
	here := &syscall.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}
	if err := syscall.Bind(fd, here); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	name, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	at := fmt.Sprintf("127.0.0.1:%d", name.(*syscall.SockaddrInet4).Port)
	waiting := []net.Conn{}
	t.Cleanup(func() {
		for _, c := range waiting {
			_ = c.Close()
		}
		_ = syscall.Close(fd)
	})
	for {
		c, err := net.DialTimeout("tcp", at, 200*time.Millisecond)
		if err != nil {
			break // it is full
		}
		waiting = append(waiting, c)
	}
	u := refusing(t, k, Fault{})
	u.URL = "http://" + at + k.Path
	return u
}
