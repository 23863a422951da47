package app

import (
	"errors"
	"io"
	"net"
	"os"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// eager is a listener whose connections take in their first read what is there.
//
// net/http looks at the first bytes of a connection to see whether they begin HTTP/2, and reads no more than those. If the time
// for a request's head is over before it reads on, as on a node that was frozen or has too much to do, it takes the 14 bytes
// for the whole request line and answers a bare "400 Bad Request" to a request that arrived whole and right; or it gives up what
// came while it was frozen without a look.
type eager struct{ net.Listener }

// Accept implements net.Listener.
func (l eager) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &eagerConn{Conn: c}, nil
}

// firstRead is more than the head of most requests.
const firstRead = 4 << 10

// lastLook is how long the last look at a connection without a request takes: enough to find what is there.
const lastLook = 5 * time.Millisecond

// eagerConn is one of them. Reads come from one goroutine at a time, as net/http's do.
type eagerConn struct {
	net.Conn
	begun bool
	ahead []byte // read, and not asked for yet
}

// Read implements net.Conn.
func (c *eagerConn) Read(p []byte) (n int, err error) {
	if !c.begun && len(p) < firstRead {
		all := make([]byte, firstRead)
		if n, err = c.Conn.Read(all); n == 0 && errors.Is(err, os.ErrDeadlineExceeded) {
			// Time is over; but a frozen node hears of that before it hears of what came meanwhile.
			_ = c.Conn.SetReadDeadline(clock.System{}.Now().Add(lastLook))
			n, err = c.Conn.Read(all)
		}
		c.ahead, c.begun = all[:n], n > 0
	}
	if len(c.ahead) > 0 {
		n = copy(p, c.ahead)
		if c.ahead = c.ahead[n:]; len(c.ahead) == 0 {
			c.ahead = nil
		}
		return n, err
	}
	if err != nil {
		return 0, err
	}
	c.begun = true
	return c.Conn.Read(p)
}

// ReadFrom implements io.ReaderFrom: files go out without a copy.
func (c *eagerConn) ReadFrom(r io.Reader) (int64, error) { return io.Copy(c.Conn, r) }

// CloseWrite ends our half, as net/http does so that a client which still sends reads why it was refused.
func (c *eagerConn) CloseWrite() error {
	if half, ok := c.Conn.(interface{ CloseWrite() error }); ok {
		return half.CloseWrite()
	}
	return nil
}
