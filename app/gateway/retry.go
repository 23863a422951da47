package gateway

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// tries is how often the target under way may be asked in all.
func (g *Gateway) tries(x *Exchange) int {
	if x.leftFor(x.turn.cause) {
		return x.patience.TriesBeforeNext
	}
	return x.patience.Tries
}

// again decides whether the same target is asked once more, and after which pause; or says why not.
func (g *Gateway) again(x *Exchange, a *attempt, f *provider.Failure, r reaction) (wait time.Duration, why string) {
	switch {
	case r.again == 0:
		return 0, "it would not help"
	case r.unsure && !x.patience.RetryUnsure:
		return 0, "the provider may have done the work, and the policy is not to pay for it twice"
	case x.turn.forced:
		return 0, "it is known to fail"
	case x.turn.same >= g.tries(x) || x.turn.same > r.again:
		return 0, "it was tried often enough"
	}
	wait = backoff(x.patience, x.turn.same, f.RetryAfter, g.random)
	if f.RetryAfter > x.patience.MaxBackoff {
		return 0, "the provider asks for a pause of " + f.RetryAfter.Round(time.Second).String()
	}
	if !g.clock.Now().Add(wait).Before(x.until) {
		return 0, "the request's time would be over"
	}
	if g.Health != nil && !g.Health.Retry(targetOf(x, a.target), g.clock.Now()) {
		return 0, "its retries are used up for now, so that they do not add to its trouble"
	}
	return wait, ""
}

// backoff is the pause before a target is asked for the n-th time again, 1 being the first: a random part of a bound that
// doubles, so that callers who failed together do not return together. A pause that the provider asked for is kept to, with
// a little added at random for the same reason. random gives a number in [0, n).
func backoff(p *patience.Policy, n int, asked time.Duration, random func(int64) int64) time.Duration {
	bound := p.Backoff
	for range n - 1 {
		if bound *= 2; bound >= p.MaxBackoff {
			bound = p.MaxBackoff
			break
		}
	}
	pause := time.Duration(random(int64(bound) + 1))
	if asked > 0 {
		return asked + pause/4
	}
	return pause
}
