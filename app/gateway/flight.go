package gateway

import (
	"context"
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

// take counts a body in before it is read; the returned Finish counts it out.
func (f *flight) take(n int64) (Finish, error) {
	if n < weighty {
		return nil, nil
	}
	if f.bytes.Add(n) > f.most {
		f.bytes.Add(-n)
		e := fault.New(fault.Unavailable, "overloaded", "The gateway is busy with other large requests. Send this one again in a second.")
		e.RetryAfter = time.Second
		return nil, e
	}
	return func(context.Context, *Exchange) { f.bytes.Add(-n) }, nil
}
