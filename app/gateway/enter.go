package gateway

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// enter keeps a request out where the process has more to do than it can: before its body is read and anything is asked for it. Most
// were sent away before they came here (sendAway); what both refuse leaves a count and no record.
func (g *Gateway) enter(ctx context.Context, x *Exchange) (Finish, error) {
	if g.Turnstile == nil || x.inner || x.returned != nil {
		return nil, nil
	}
	if err := g.Turnstile.Enter(ctx, &x.visit, x.Grant.Chain.Org); err != nil {
		x.away = true
		if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
			x.clientOut = true
			err = fault.New(fault.Upstream, "client_closed", "The client closed the request.").Because(errClientGone)
		}
		return nil, err
	}
	return g.exit, nil
}

func (g *Gateway) exit(_ context.Context, x *Exchange) { g.Turnstile.Leave(&x.visit) }

// Full is the refusal of a request whose connection is one more than there is room for, in the words of the client's dialect. It may
// be called at any time, and says nothing to anybody else.
func (g *Gateway) Full(r *http.Request) (status int, header http.Header, body []byte) {
	m, _ := match(r)
	f := fault.New(fault.Unavailable, "overloaded", "This gateway has as many connections as it can hold. Try again in a moment.")
	f.RetryAfter = 2 * time.Second
	rid := id.NewRequest(g.ids).String()
	status, header, body = g.dialect(m.family).Refusal(f.With("request_id", rid), rid, isCodex(r.Header))
	header["X-Request-Id"], header["Request-Id"], header["X-Bodhi-Request-Id"] = []string{rid}, []string{rid}, []string{rid}
	return status, header, body
}

// stir tells the turnstile that a stream speaks.
func (g *Gateway) stir(x *Exchange) {
	if g.Turnstile != nil {
		g.Turnstile.Stir(&x.visit)
	}
}

// next reads a stream's next event. While there is more to do than time it lets events come together, so that one waking serves them
// all, but only after it had to wait for one: what is here already is never kept, and a stream keeps up at any speed.
func (g *Gateway) next(x *Exchange, src llm.Stream) (llm.Event, error) {
	if g.Turnstile == nil || !g.Turnstile.Pressed() {
		return src.Next()
	}
	if r, ok := src.(ready); ok && r.Ready() {
		return src.Next()
	}
	began := g.clock.Now()
	e, err := src.Next()
	if err == nil && g.clock.Now().Sub(began) > time.Millisecond {
		g.Turnstile.Rest(x.R.Context(), &x.visit) // when the client has left, writing tells
	}
	return e, err
}
