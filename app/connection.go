package app

import (
	"net"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// bounded is a listener that holds at most so many connections, and says so to those above. Waiting instead would let idle
// ones keep everybody else out; without a bound the process runs out of descriptors, and its database with it.
type bounded struct {
	net.Listener
	most    int64
	open    atomic.Int64
	refused atomic.Int64
	words   refusals
	heard   atomic.Int64 // of those above, how many are being listened to
}

// spare descriptors are for the database, the journal, files and providers that are not asked for a client.
const spare = 256

// bound limits a listener to what the process may open: each client's connection may need another to a provider. Go has raised
// the soft limit to the hard one at the start.
func bound(l net.Listener, words refusals) *bounded {
	most := int64(1 << 20)
	var r syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &r) == nil && r.Cur < 1<<21 {
		most = max((int64(r.Cur)-spare)/2, 64)
	}
	return &bounded{Listener: l, most: most, words: words}
}

// tooMany is said to who has not said what they want.
const tooMany = "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 2\r\nConnection: close\r\nContent-Length: 154\r\n\r\n" +
	`{"error":{"message":"This gateway has as many connections as it can hold. Try again in a moment.","type":"server_error","param":null,"code":"overloaded"}}`

// Accept implements net.Listener.
func (b *bounded) Accept() (net.Conn, error) {
	for {
		c, err := b.Listener.Accept()
		if err != nil {
			return nil, err
		}
		t, ok := c.(*net.TCPConn)
		if !ok {
			return c, nil
		}
		if b.open.Add(1) <= b.most {
			return &counted{TCPConn: t, from: b}, nil
		}
		b.open.Add(-1)
		b.refused.Add(1)
		if b.heard.Add(1) <= mostHeard {
			go b.hear(t)
			continue
		}
		b.heard.Add(-1)
		_ = t.SetWriteDeadline(clock.System{}.Now().Add(time.Second)) // a new connection's buffer is empty, so this never waits
		_, _ = t.Write([]byte(tooMany))
		_ = t.Close()
	}
}

// counted is a connection that is counted out when it closes.
type counted struct {
	*net.TCPConn
	from *bounded
	once sync.Once
}

// Close implements net.Conn.
func (c *counted) Close() error {
	c.once.Do(func() { c.from.open.Add(-1) })
	return c.TCPConn.Close()
}
