package limit

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// The bounds of a limit. They keep every sum below 2⁵³, as Lua counts in doubles, which are exact up to there.
const (
	minWindow   = time.Second
	maxWindow   = 24 * time.Hour
	maxCount    = 1_000_000_000_000
	maxCost     = 100_000 * money.Dollar
	mostAllowed = int64(1) << 51
)

// largest is the largest amount of a unit.
func largest(u Unit) int64 {
	if u == Cost {
		return int64(maxCost)
	}
	return maxCount
}

// check says what is wrong with a burst.
func (b Burst) check() error {
	switch {
	case b.Percent < 100 || b.Percent > 1000:
		return fault.Field("burst", "Enter a burst of 1 to 10 times the limit, such as 1.5.")
	case b.Duration < time.Second || b.Duration > maxWindow:
		return fault.Field("burst_duration", "Enter how long a burst lasts: from 1s to 24h, such as 15m.")
	case b.Cool < 0 || b.Cool > maxWindow:
		return fault.Field("burst_cooldown", "Enter how long no other burst may follow: from 0s to 24h, such as 1h.")
	}
	return nil
}

// terms is what a limit allows at one moment.
type terms struct {
	base   int64 // the amount with its increases
	raised int64 // in a burst; 0 = there is none
	factor int64 // how often the amount goes through before it refuses: 2 for soft limits
}

// terms works out what is allowed now, for one of nodes that share the limit.
func (r *rule) terms(now time.Time, nodes int64) terms {
	t := terms{base: min(r.raise(now), mostAllowed/2), factor: 1}
	if nodes > 1 && t.base > 0 {
		t.base = max(1, t.base/nodes)
	}
	if r.Soft {
		t.factor = 2
	}
	if r.Burst.Any() {
		t.raised = min(t.base/100*r.Burst.Percent+t.base%100*r.Burst.Percent/100, mostAllowed/2)
	}
	return t
}

// raise is the amount with the increases that are in force.
func (r *rule) raise(now time.Time) int64 {
	if len(r.Raises) == 0 {
		return r.Amount
	}
	add, percent := int64(0), int64(100)
	for _, x := range r.Raises {
		if now.Before(x.Until) {
			add += x.Add
			percent = max(percent, x.Percent)
		}
	}
	return r.Amount/100*percent + r.Amount%100*percent/100 + add
}

// need is what a request needs of a unit, what is taken, and what may be taken instead if it does not fit at all.
func (a *Ask) need(u Unit) (need, take, least int64) {
	switch u {
	case Tokens:
		return max(a.Tokens, 1), a.Tokens, min(a.Least, a.Tokens)
	case Cost:
		return max(int64(a.Cost), 1), int64(a.Cost), 0
	default:
		return 1, 1, 1
	}
}
