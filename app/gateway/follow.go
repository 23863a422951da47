package gateway

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// causes are the words of routes for the classes of failures.
var causes = map[provider.Class]balance.Cause{
	provider.RateLimited: balance.RateLimit, provider.Overloaded: balance.Overloaded, provider.ServerError: balance.ServerError, provider.Slow: balance.Timeout,
	provider.Unreachable: balance.Unreachable, provider.Ambiguous: balance.Unreachable, provider.Garbled: balance.BadAnswer,
	provider.Credential: balance.Credential, provider.Quota: balance.Quota, provider.Untold: balance.Unsupported,
}

// causeOf names a failure as routes do; "" for a refusal that no other target would spare the client.
func causeOf(f *provider.Failure) balance.Cause {
	switch f.Ground() {
	case provider.TooLong:
		return balance.ContextWindow
	case provider.Content:
		return balance.ContentPolicy
	}
	return causes[f.Class]
}

// awayFor names what keeps a breaker open.
func awayFor(c health.Cause) balance.Cause {
	switch c {
	case health.Credential:
		return balance.Credential
	case health.Quota:
		return balance.Quota
	case health.RateLimit:
		return balance.RateLimit
	}
	return balance.ServerError
}

// rearrange puts the targets that are left in the order in which they follow one that failed, or was passed over: by score where
// the route says so, else those that it keeps for this cause first, then the list. Those kept for other causes come last, where
// nothing asks them.
func (g *Gateway) rearrange(x *Exchange, failed route.Target, c balance.Cause) {
	x.turn.cause = c
	rest := slices.Clone(x.Plan.Targets[x.turn.next:])
	if len(rest) == 0 {
		return
	}
	if c == balance.ContextWindow {
		rest = g.roomier(x, failed, rest)
	}
	if x.Plan.Fallback != nil && x.Plan.Fallback.KeepTier {
		rest = g.ofTier(x, failed, rest)
	}
	slices.SortStableFunc(rest, func(a, b route.Target) int { return grade(&a, c) - grade(&b, c) })
	if x.Plan.Fallback.Scores() {
		n := 0
		for n < len(rest) && rest[n].Takes(c) {
			n++
		}
		rungs := x.Plan.Follow(g.failing(x, failed, c), rest[:n])
		sorted := make([]route.Target, 0, len(rest))
		for i := range rungs {
			t := rest[rungs[i].At]
			sorted = append(sorted, t)
			x.note("after ", string(c), ": ", t.Connection.Name, "/", t.Model, ", ", rungs[i].Reason(x.Plan.Fallback.Weighs()))
		}
		rest = append(sorted, rest[n:]...)
	}
	x.Plan.Targets = append(slices.Clone(x.Plan.Targets[:x.turn.next]), rest...)
}

// grade is where a target stands after a cause: kept for it, for any, or for others.
func grade(t *route.Target, c balance.Cause) int {
	switch {
	case !t.Takes(c):
		return 2
	case t.Waits():
		return 0
	}
	return 1
}

// failing is what the order of a route asks about a request.
func (g *Gateway) failing(x *Exchange, failed route.Target, c balance.Cause) *route.Failing {
	now := g.clock.Now()
	return &route.Failing{Target: failed, Cause: c, Priority: x.Hints.Priority, At: now,
		Cost: func(t route.Target) (money.USD, bool) { return g.expected(x, t) },
		Load: func(t route.Target) balance.Load { return g.loads.Watch(loadOf(t), now) }}
}

// goesOn reports whether a refusal of the request is one after which its route wants another target asked.
func (x *Exchange) goesOn(f *provider.Failure) bool {
	fall := x.Plan.Fallback
	switch f.Ground() {
	case provider.TooLong:
		return fall != nil && fall.ContextWindow
	case provider.Content:
		return fall != nil && fall.ContentPolicy
	}
	return false
}

// leftFor reports whether a target is left that may be asked now.
func (x *Exchange) leftFor(c balance.Cause) bool {
	return slices.ContainsFunc(x.Plan.Targets[x.turn.next:], func(t route.Target) bool { return t.Takes(c) })
}

// fit leaves out the targets whose context window is known to be too small, where the route goes on after that: what the provider
// would say after reading it all is known before. A text has about four bytes a token; one that has fewer, the provider refuses,
// and that is answered then. Where none fits the list stays, because only the provider counts exactly.
func (g *Gateway) fit(x *Exchange, p route.Plan) route.Plan {
	if p.Fallback == nil || !p.Fallback.ContextWindow || len(p.Targets) < 2 || x.Call.Operation != llm.Chat {
		return p
	}
	size := int64(route.Estimate(x.Call.Bound))
	var small []route.Target
	fits := slices.DeleteFunc(slices.Clone(p.Targets), func(t route.Target) bool {
		window := g.window(x, t)
		if window == 0 || size <= window {
			return false
		}
		small = append(small, t)
		return true
	})
	if len(small) == 0 || !slices.ContainsFunc(fits, func(t route.Target) bool { return t.Takes(balance.ContextWindow) }) {
		return p
	}
	for _, t := range small {
		x.note("passed over ", t.Connection.Name, "/", t.Model, ": its context window of ", strconv.FormatInt(g.window(x, t), 10), " tokens is too small for about ", strconv.FormatInt(size, 10))
	}
	if p.Targets = fits; fits[0].Waits() || !small[0].Waits() && small[0].Rank < fits[0].Rank {
		x.turn.cause = balance.ContextWindow
		slices.SortStableFunc(p.Targets, func(a, b route.Target) int {
			return grade(&a, balance.ContextWindow) - grade(&b, balance.ContextWindow)
		})
	}
	return p
}

// roomier leaves out the targets whose window is known to be no larger than that of the one that was too small.
func (g *Gateway) roomier(x *Exchange, failed route.Target, rest []route.Target) []route.Target {
	least := g.window(x, failed)
	return slices.DeleteFunc(rest, func(t route.Target) bool {
		window := g.window(x, t)
		if least == 0 || window == 0 || window > least {
			return false
		}
		x.note("passed over ", t.Connection.Name, "/", t.Model, ": its context window of ", strconv.FormatInt(window, 10), " tokens is no larger")
		return true
	})
}

// ofTier leaves out the targets of a lower price tier than the one that failed.
func (g *Gateway) ofTier(x *Exchange, failed route.Target, rest []route.Target) []route.Target {
	tier := g.tiers(x.Grant.Chain.Org)
	least := tier(failed)
	return slices.DeleteFunc(rest, func(t route.Target) bool {
		has := tier(t)
		if x.Plan.Fallback.Keeps(least, has) {
			return false
		}
		x.note("passed over ", t.Connection.Name, "/", t.Model, ": its tier is ", cmp.Or(has.String(), "unknown"), ", and the route keeps ", least.String())
		return true
	})
}

// window is a target's context window in tokens, 0 where it is not known.
func (g *Gateway) window(x *Exchange, t route.Target) int64 {
	if q, ok := g.quoteOf(x, t); ok {
		return q.Window()
	}
	return 0
}
