package gateway

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/health"
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
	pause := f.RetryAfter
	if r.outcome == health.Limited || pause > 0 {
		pause = max(pause, health.LeastPause) // its breaker lets nobody through before
	}
	if pause > x.patience.MaxBackoff {
		return 0, "the provider asks for a pause of " + pause.Round(time.Second).String()
	}
	if wait = backoff(x.patience, f, x.turn.same, g.random); wait < pause {
		wait = pause + wait/4
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
// grows, so that callers who failed together do not return together. A pause that the provider asked for is kept to, with
// a little added at random for the same reason. random gives a number in [0, n).
func backoff(p *patience.Policy, f *provider.Failure, n int, random func(int64) int64) time.Duration {
	pause := time.Duration(random(int64(bound(p, f.Class, n)) + 1))
	if f.RetryAfter > 0 {
		return f.RetryAfter + pause/4
	}
	return pause
}

// bound is the longest pause before a target is asked for the n-th time again.
func bound(p *patience.Policy, c provider.Class, n int) time.Duration {
	b := p.Backoff
	if p.Growth == patience.Linear {
		return min(b*time.Duration(min(n, linearMost)), p.MaxBackoff)
	}
	if p.Growth == patience.Smart {
		switch c {
		case provider.RateLimited, provider.Overloaded:
			b *= 4
		case provider.Unreachable, provider.Ambiguous, provider.Garbled:
			b /= 4
		}
	}
	for range n - 1 {
		if b *= 2; b >= p.MaxBackoff {
			break
		}
	}
	return min(b, p.MaxBackoff)
}

// linearMost is more tries than any policy allows, so that the product stays small.
const linearMost = 100
