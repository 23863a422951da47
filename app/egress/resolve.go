package egress

import (
	"cmp"
	"context"
	"net"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// hurried is a resolver whose questions wait for an answer no longer than a connect may take. Go's own goes on waiting for five
// seconds after everybody who asked has left, with a socket and a goroutine for each name.
func hurried(r *net.Resolver, most time.Duration) *net.Resolver {
	if r == nil {
		r = net.DefaultResolver
	}
	dial := r.Dial
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	return &net.Resolver{PreferGo: r.PreferGo, StrictErrors: r.StrictErrors, Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		own, _ := ctx.Value(connectKey{}).(time.Duration)
		until := clock.System{}.Now().Add(min(cmp.Or(own, most), longestQuestion))
		c, err := dial(ctx, network, address)
		if udp, ok := c.(*net.UDPConn); ok && err == nil {
			return &question{udp, until}, nil
		}
		return c, err // a long answer over TCP; it has come so far at least
	}}
}

// longestQuestion leaves time in a connect of three seconds to ask again, since a datagram may be lost.
const longestQuestion = 2 * time.Second

// question is a socket that waits no longer than until. It stays a net.PacketConn, by which a resolver tells UDP from TCP.
type question struct {
	*net.UDPConn
	until time.Time
}

// SetDeadline implements net.Conn.
func (q *question) SetDeadline(t time.Time) error {
	if t.IsZero() || t.After(q.until) {
		t = q.until
	}
	return q.UDPConn.SetDeadline(t)
}
