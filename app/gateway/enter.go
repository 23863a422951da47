package gateway

import (
	"context"
	"errors"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// enter keeps a request out where the process has more to do than it can: before its body is read and anything is asked
// for it. One that is sent away costs a twentieth of one that is served, so it leaves a count (bodhi_requests_total) and
// no record: writing thousands of refusals a second into the books would be the overload.
func (g *Gateway) enter(ctx context.Context, x *Exchange) (Finish, error) {
	if g.Turnstile == nil {
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

// stir tells the turnstile that a stream speaks.
func (g *Gateway) stir(x *Exchange) {
	if g.Turnstile != nil {
		g.Turnstile.Stir(&x.visit)
	}
}
