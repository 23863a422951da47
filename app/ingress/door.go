package ingress

import (
	"errors"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

const (
	// pause is how long nobody may come before a door that closes is shut. It is passed twice: once for handshakes under
	// way, whose end a proxy nearby sends at once, and once to find what this process was too busy to notice.
	pause = 50 * time.Millisecond
	// longest is how long any are accepted where the kernel cannot be told to begin no more, and stillest where it says that it
	// can: that much work may be waiting.
	longest  = time.Second
	stillest = 10 * time.Second
)

// door is a listener that nobody is lost at when it closes. The kernel completes handshakes before anybody accepts; what it
// has by then, a plain Close resets, and a proxy that has sent its request may not send it again. So Close only stops new
// ones, Accept goes on, and shuts the listener when all were accepted.
type door struct {
	*net.TCPListener
	once    sync.Once
	closing atomic.Bool
	until   time.Time // when to shut though more come; set before closing
	pause   time.Duration
}

// Lossless makes a listener that is closed without losing whom the kernel let in. Somebody must call Accept until it says
// net.ErrClosed. Other listeners than those of TCP stay as they are.
func Lossless(l net.Listener) net.Listener {
	if t, ok := l.(*net.TCPListener); ok {
		return &door{TCPListener: t, pause: pause}
	}
	return l
}

// Close implements net.Listener.
func (d *door) Close() error {
	d.once.Do(func() {
		most := longest
		if still(d.TCPListener) {
			most = stillest
		}
		d.until = clock.System{}.Now().Add(most)
		d.closing.Store(true)
		d.wait()
	})
	return nil
}

func (d *door) wait() { _ = d.SetDeadline(clock.System{}.Now().Add(d.pause)) }

// Accept implements net.Listener.
func (d *door) Accept() (net.Conn, error) {
	for looks := 0; ; looks++ {
		if d.closing.Load() && (looks == 2 || clock.Since(d.until) > 0) {
			_ = d.TCPListener.Close()
			return nil, net.ErrClosed
		}
		c, err := d.TCPListener.Accept()
		if !d.closing.Load() || err != nil && !errors.Is(err, os.ErrDeadlineExceeded) {
			return c, err
		}
		if d.wait(); err == nil {
			return c, nil
		}
	}
}
