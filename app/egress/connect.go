package egress

import (
	"context"
	"net"
	"time"
)

// connectKey carries how long a request may take to be connected.
type connectKey struct{}

// WithConnect gives requests of this context their own bound for name look-up and TCP connect, which may be shorter or
// longer than the configured one. A connection that is there already costs no time.
func WithConnect(ctx context.Context, d time.Duration) context.Context {
	return context.WithValue(ctx, connectKey{}, d)
}

// within bounds a dial by what its context says, if it does.
func within(usual *net.Dialer) func(ctx context.Context, network, address string) (net.Conn, error) {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		wait, ok := ctx.Value(connectKey{}).(time.Duration)
		if !ok {
			return usual.DialContext(ctx, network, address)
		}
		own := *usual
		own.Timeout = wait
		return own.DialContext(ctx, network, address)
	}
}
