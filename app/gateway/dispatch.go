package gateway

import (
	"cmp"
	"context"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// dispatch is the only loop over attempts. Each has its own hold and its own row; the loop ends at the first target that
// gives a first event, at a refusal of the request itself, when time or money is up, or when nothing is left that could
// help. It never tries again after a byte of an answer reached the client.
func (g *Gateway) dispatch(ctx context.Context, x *Exchange) (Finish, error) {
	for {
		err := g.send(ctx, x)
		if err == nil {
			return nil, nil // reserve's Finish ends the attempt
		}
		last := x.try
		f := g.failureOf(x, err)
		last.failure = f
		x.note("failed: ", last.target.Connection.Name, "/", last.target.Model, ": ", string(f.Class), " ", strconv.Itoa(f.Status))
		g.settle(x)
		last.leash.cut()
		x.hop(last, f)
		if !g.onward(ctx, x, last, f) {
			if err = g.explain(x, last, last.failure); g.resort(x, err) {
				return nil, nil
			}
			if said := x.turn.said; said != nil && unanswered(err) {
				x.note("what ", said.target.Connection.Name, "/", said.target.Model, " said is the answer: ", fault.From(err).Public)
				err = g.explain(x, said, said.failure)
			}
			return nil, err
		}
	}
}

// onward makes the next attempt ready: another one at the same target after a pause, else one at the next target that is
// worth asking. False means that the failure is the answer.
func (g *Gateway) onward(ctx context.Context, x *Exchange, last *attempt, f *provider.Failure) bool {
	if x.returned != nil || x.final(f) || !g.clock.Now().Before(x.until) {
		return false
	}
	r := reactionTo(last, f, x.patience)
	if x.goesOn(f) {
		r.next = true
		if f.Problem != nil {
			x.turn.said = last // it tells the client more than another provider's bad day
		}
	}
	x.turn.cause = causeOf(f)
	if wait, why := g.again(x, last, f, r); why != "" {
		x.note("not again: ", why)
	} else {
		x.note("again after ", wait.Round(time.Millisecond).String(), ": try ", strconv.Itoa(x.turn.same+1), " of ", strconv.Itoa(g.tries(x)), " at this target")
		if !g.rest(ctx, x, wait) {
			return g.leave(x, last)
		}
		if g.repeat(ctx, x, last.target) {
			return true
		}
	}
	if !r.next {
		return false
	}
	if x.turn.next > 0 { // else a cheaper plan took the place of the one that failed
		g.rearrange(x, last.target, x.turn.cause)
	}
	for {
		t, pass, ok := g.pick(x)
		if !ok {
			return false
		}
		if err := g.take(ctx, x, t, pass); err == nil {
			return true
		}
		x.note("no money for ", t.Connection.Name, "/", t.Model)
		if x.Plan.Fallback != nil && x.Plan.Fallback.WhenShort == route.Stop {
			x.note("the route asks nobody else when money is short")
			return false
		}
	}
}

// hop notes a target that failed, for x-bodhi-hops: "main/gpt-5.5 server_error 503".
func (x *Exchange) hop(a *attempt, f *provider.Failure) {
	c := cmp.Or(string(causeOf(f)), string(f.Class))
	h := a.target.Connection.Name + "/" + a.target.Model + " " + c
	if f.Status != 0 {
		h += " " + strconv.Itoa(f.Status)
	}
	x.hops = append(x.hops, h)
}

// repeat prepares another attempt at the same target. Where the money is short for it, a budget that asks for a cheaper
// model near its limit gets one.
func (g *Gateway) repeat(ctx context.Context, x *Exchange, t route.Target) bool {
	pass, no, ok := g.leaveTo(x, t)
	if !ok {
		x.note("not again: ", refused(no))
		return false
	}
	same := x.turn.same
	err := g.take(ctx, x, t, pass)
	if err == nil {
		x.turn.same = same + 1
		return true
	}
	x.note("no money for another try at ", t.Connection.Name, "/", t.Model)
	step, ok := g.Budgets.Descend(x.Grant.Chain, x.Hints.Tags)
	if !ok || step.Model == x.Call.Model || x.Hints.NoFallback {
		return false
	}
	cheaper, why := g.cheaper(x, x.Plan, step)
	if why != "" {
		x.note("no cheaper model either: ", why)
		return false
	}
	x.note("the budget ", step.Why.Name, " of ", step.Label, " asks for ", step.Model, " instead")
	x.warn(step.Sentence(clip(x.Call.Model), step.Model))
	x.Plan, x.turn.next = g.balanced(x, cheaper), 0
	return false // pick goes on with its targets
}

// leave turns a failure into the client's own leaving.
func (g *Gateway) leave(x *Exchange, last *attempt) bool {
	if x.clientOut = x.R.Context().Err() != nil; x.clientOut {
		last.failure = &provider.Failure{Class: provider.Canceled, Cause: last.failure}
	}
	return false
}

// rest waits, and keeps the client's connection alive meanwhile. False = the client left.
func (g *Gateway) rest(ctx context.Context, x *Exchange, d time.Duration) bool {
	if d <= 0 {
		return ctx.Err() == nil
	}
	defer g.assure(x)()
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
