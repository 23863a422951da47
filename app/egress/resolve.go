package egress

import (
	"context"
	"net"
	"sync"
	"time"
)

// hurried is a resolver whose questions end when nobody waits for the answer any more. Go's own goes on waiting for five
// seconds, with a socket and a goroutine for each name.
func hurried(r *net.Resolver) *net.Resolver {
	if r == nil {
		r = net.DefaultResolver
	}
	dial := r.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return &net.Resolver{PreferGo: r.PreferGo, StrictErrors: r.StrictErrors, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dial(ctx, network, address)
		udp, ok := c.(*net.UDPConn)
		if err != nil || !ok {
			return c, err // TCP, for a long answer: its server has spoken already
		}
		q := &question{UDPConn: udp, ctx: ctx}
		q.stop = context.AfterFunc(ctx, func() { _ = q.SetDeadline(time.Time{}) })
		return q, nil
	}}
}

// question is a socket that waits no longer than its context. It stays a net.PacketConn, by which a resolver tells UDP from TCP.
type question struct {
	*net.UDPConn
	ctx  context.Context
	stop func() bool
	mu   sync.Mutex // of the deadline
}

// SetDeadline implements net.Conn.
func (q *question) SetDeadline(t time.Time) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.ctx.Err() != nil {
		t = time.Unix(1, 0)
	}
	return q.UDPConn.SetDeadline(t)
}

// Close implements net.Conn.
func (q *question) Close() error {
	q.stop()
	return q.UDPConn.Close()
}
