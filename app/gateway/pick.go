package gateway

import (
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// turn is where a request is on its way through its targets.
type turn struct {
	next   int           // index into Plan.Targets of the next one
	same   int           // tries at the target under way
	forced bool          // it is asked although its breaker is open
	cause  balance.Cause // why the last target gave no answer; "" as long as none was asked
	said   *attempt      // whose provider refused the request, while somebody else was asked
}

// longestAdvice bounds what a refusal for open breakers tells a client to wait: some sleep until a far time.
const longestAdvice = time.Minute

func targetOf(x *Exchange, t route.Target) health.Target {
	return health.Target{Org: x.Grant.Chain.Org, Connection: t.Connection.ID, Model: t.Model}
}

// leaveTo asks the breakers about a target.
func (g *Gateway) leaveTo(x *Exchange, t route.Target) (health.Pass, health.Refusal, bool) {
	if g.Health == nil {
		return health.Pass{}, health.Refusal{}, true
	}
	return g.Health.Admit(targetOf(x, t), t.Connection.Credential, g.clock.Now())
}

// pick finds the next target that is worth asking, in the plan's order; false = none is left. If nobody was asked yet and
// no target takes requests, it is the one that is soonest expected back: better a try than a refusal.
func (g *Gateway) pick(x *Exchange) (t route.Target, pass health.Pass, ok bool) {
	for x.turn.next < len(x.Plan.Targets) {
		if t = x.Plan.Targets[x.turn.next]; !t.Takes(x.turn.cause) {
			break // it and those behind it are kept for other failures
		}
		x.turn.next++
		pass, no, ok := g.leaveTo(x, t)
		if ok {
			x.turn.same, x.turn.forced = 1, false
			return t, pass, true
		}
		x.note("passed over ", t.Connection.Name, "/", t.Model, ": ", refused(no))
		g.rearrange(x, t, awayFor(no.Cause))
	}
	if x.tries > 0 {
		return t, pass, false
	}
	t, no := g.leastBad(x)
	if no.Cause == health.ByHand || x.patience.RefuseWhenOpen {
		return t, pass, false
	}
	x.note("no target is healthy; ", t.Connection.Name, "/", t.Model, " is asked all the same")
	x.turn.same, x.turn.forced = 1, true
	return t, g.Health.Force(targetOf(x, t), t.Connection.Credential), true
}

// leastBad is the target that is soonest expected back, and why it is away. What a person took out of service comes last.
func (g *Gateway) leastBad(x *Exchange) (best route.Target, why health.Refusal) {
	for i, t := range x.Plan.Targets {
		if i > 0 && t.Waits() {
			continue
		}
		pass, no, ok := g.leaveTo(x, t)
		if ok { // it came back this moment
			now := g.clock.Now()
			pass.Done(now, health.Report{})
			no.Until = now
		}
		if i == 0 || why.Cause == health.ByHand || no.Cause != health.ByHand && no.Until.Before(why.Until) {
			best, why = t, no
		}
	}
	return best, why
}

// closed is the refusal of a request for which no target may be asked.
func (g *Gateway) closed(x *Exchange) error {
	t, no := g.leastBad(x)
	if no.Cause == health.ByHand {
		return fault.Newf(fault.Unavailable, "circuit_open", "Every target of the model %q was taken out of service by hand. Ask whoever manages connections to put one back.", clip(x.Call.Model))
	}
	wait := min(max(no.Until.Sub(g.clock.Now()), time.Second), longestAdvice)
	f := fault.Newf(fault.Unavailable, "circuit_open", "Every target of the model %q is known to fail (%s: %s), and your organization's policy is not to ask then. The next look is in %s; try again after that, or use another model.",
		clip(x.Call.Model), t.Connection.Name, refused(no), wait.Round(time.Second))
	f.RetryAfter = wait
	return f
}

// refused says why a target is left alone.
func refused(no health.Refusal) string {
	switch no.Cause {
	case health.ByHand:
		return "a person took it out of service"
	case health.Credential:
		return "the provider refuses its credential"
	case health.Quota:
		return "its account has no credit left"
	case health.RateLimit:
		return "the provider asked for a pause"
	}
	return "it failed too often"
}
