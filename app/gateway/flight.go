package gateway

import (
	"bytes"
	"context"
	"io"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// flight bounds how many bytes of request bodies are in memory at once, so that a few hundred requests with pictures do not
// take the process down with them. Small bodies are not worth counting.
type flight struct {
	most  int64
	bytes atomic.Int64
}

// weighty is what a body must have to be counted: more than a prompt without pictures or files mostly has.
const weighty = 64 << 10

// take counts bytes of a request's body in before they are read.
func (f *flight) take(x *Exchange, n int64) error {
	if f.bytes.Add(n) > f.most {
		f.bytes.Add(-n)
		e := fault.New(fault.Unavailable, "overloaded", "The gateway is busy with other large requests. Send this one again in a second.")
		e.RetryAfter = time.Second
		return e
	}
	x.aboard += n
	return nil
}

// keep counts a request's body as what it turned out to be.
func (f *flight) keep(x *Exchange, n int64) {
	f.bytes.Add(n - x.aboard)
	x.aboard = n
}

// weigh counts in a body that says how long it is. One that does not is counted as it is read: most such are small, and would keep room
// for the largest. The Finish counts it out.
func (g *Gateway) weigh(x *Exchange) (Finish, error) {
	n := min(x.R.ContentLength, g.limits.Body)
	if n >= 0 && n < weighty {
		return nil, nil
	}
	if n > 0 {
		if err := g.flight.take(x, n); err != nil {
			return nil, err
		}
	}
	return func(_ context.Context, x *Exchange) { g.flight.keep(x, 0) }, nil
}

// readUnsized reads a body that does not say how long it is. From where it is worth counting on it may be as long as is allowed.
func (g *Gateway) readUnsized(x *Exchange) ([]byte, error) {
	var b bytes.Buffer
	first := min(weighty, g.limits.Body+1)
	_, err := b.ReadFrom(io.LimitReader(x.R.Body, first))
	if err == nil && int64(b.Len()) == first && first <= g.limits.Body {
		if err := g.flight.take(x, g.limits.Body); err != nil {
			return nil, err
		}
		_, err = b.ReadFrom(io.LimitReader(x.R.Body, g.limits.Body+1-first))
		g.flight.keep(x, int64(b.Len()))
	}
	if err != nil {
		return nil, unreadable(err)
	}
	g.relax(x)
	if int64(b.Len()) > g.limits.Body {
		return nil, g.tooLarge()
	}
	return b.Bytes(), nil
}
