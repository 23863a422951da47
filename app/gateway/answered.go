package gateway

import (
	"cmp"
	"errors"
	"io"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

// end closes a stream: cleanly after the end mark, else with an error event and no end mark, so that no client takes a
// broken answer for a whole one.
func (g *Gateway) end(x *Exchange, out *pump, err error) {
	if x.R.Context().Err() != nil || errors.Is(err, errClientGone) {
		x.clientOut = true
	}
	if err != nil && !errors.Is(err, io.EOF) && !x.clientOut {
		f := fault.From(err)
		switch {
		case out.stalled():
			f = fault.Newf(fault.Timeout, "upstream_timeout", "The provider fell silent for %s in the middle of its answer. What arrived is billed; send the request again.", x.patience.Waits.Gap)
		case x.try.leash.over() != 0:
			f = fault.New(fault.Timeout, "upstream_timeout", "The request's time is over. What arrived is billed; allow more time with the header x-bodhi-timeout.")
		case f.Kind == fault.Internal:
			f = fault.New(fault.Upstream, "upstream_truncated", llm.ErrTruncated.Public).Because(err)
		}
		x.Err, x.try.broke = f, f.Code != "policy_blocked" // that is ours, and no fault of the provider's
		x.fact.Code, x.fact.Message = f.Code, f.Public
		g.settle(x)
		if f.Kind == fault.Timeout && g.cut(x, out) {
			return
		}
		x.torn = x.Call.Plain != ""
		_ = out.send(x.Dialect.ErrorEvent(x.Call, f, x.ID.String()), false)
	}
	if x.clientOut && x.fact.Code == "" {
		x.fact.Code, x.fact.Message = "client_closed", "The client closed the request before the answer was complete."
	}
	g.settle(x)
	x.say("X-Bodhi-Cost-Usd", x.spent.String())
}

// headers tell the client what happened. Called once, just before the status is written.
func (g *Gateway) headers(x *Exchange) {
	h := x.W.Header()
	own := x.Answer != nil && (x.Answer.Resort != "" || x.Answer.Cached != "")
	if x.Err == nil && x.Answer != nil && x.try != nil && !own {
		egress.ForwardResponse(h, x.try.header)
	}
	if own && x.Answer.Cached != "" {
		g.tellHit(x)
	} else if own {
		x.say("X-Bodhi-Model", StandIn)
	}
	if len(x.hops) > 0 {
		x.say("X-Bodhi-Hops", strings.Join(x.hops, "; "))
	}
	if a := x.try; a != nil {
		if !own && !x.early { // who is being asked may not be who answers
			x.say("X-Bodhi-Provider", a.target.Connection.Name)
			x.say("X-Bodhi-Model", a.target.Model)
		}
		x.say("X-Bodhi-Attempts", strconv.Itoa(x.tries))
		if left, ok := g.Budgets.Left(a.hold); ok {
			x.say("X-Bodhi-Budget-Left-Usd", max(left, 0).String())
		}
	}
	if x.Plan.Route != "" {
		x.say("X-Bodhi-Route", x.Plan.Route)
	}
	if x.Grant != nil {
		g.tellStanding(x)
	}
	x.fact.Cache = cmp.Or(x.fact.Cache, uncached)
	x.say("X-Bodhi-Cache", x.fact.Cache)
	if len(x.warnings) > 0 {
		x.say("X-Bodhi-Warning", strings.Join(x.warnings, "; "))
	}
	if !x.early {
		g.clocked(x)
		x.say("X-Bodhi-Overhead-Us", strconv.FormatInt(x.fact.Overhead.Microseconds(), 10))
	}
}

// clocked notes when an answer began, and what of that was ours. A sign of life is none.
func (g *Gateway) clocked(x *Exchange) {
	x.fact.FirstByte = g.clock.Now().Sub(x.Started)
	x.fact.Overhead = x.fact.FirstByte - x.upstream
}

// refuse writes a refusal: as a status, or as the last event of a stream that has begun.
func (g *Gateway) refuse(x *Exchange, f *fault.Error) {
	x.fact.Code, x.fact.Message = f.Code, f.Public
	x.fact.Refusal, _ = budget.Explain(f)
	g.settle(x)
	if x.wrote {
		if x.torn = x.Call != nil && x.Call.Plain != ""; !x.torn && x.Call != nil && x.Call.Stream {
			_, _ = x.W.Write(x.Dialect.ErrorEvent(x.Call, f, x.ID.String()))
		}
		return
	}
	f.With("request_id", x.ID.String())
	status, header, body := x.Dialect.Refusal(f, x.ID.String(), isCodex(x.R.Header))
	if s := statusOf(f); s != 0 {
		status = s
	}
	for k, v := range header {
		x.W.Header()[k] = v
	}
	if s := g.capped(x, f); s != 0 {
		status = s
	}
	if f.Kind == fault.Internal {
		g.log.Error("request failed inside", "request_id", x.ID.String(), "error", f.Error())
	}
	if x.spent > 0 {
		x.say("X-Bodhi-Cost-Usd", x.spent.String())
	}
	g.write(x, status, body)
}

// cut ends a stream whose time is over as if its output cap had been met, where the policy says so and the answer allows it. The
// request counts as failed all the same.
func (g *Gateway) cut(x *Exchange, out *pump) bool {
	src, ok := x.Answer.Stream.(llm.Cuttable)
	if !ok || x.patience.OnTimeout != patience.Partial {
		return false
	}
	end, err := src.Cut()
	if err != nil {
		return false
	}
	x.note("partial: what came is the answer")
	remark := x.Dialect.Remark(x.Call, "x-bodhi-partial", "timeout")
	remark = append(remark, x.Dialect.Remark(x.Call, "x-bodhi-cost-usd", x.spent.String())...)
	_ = out.finish(remark, end)
	x.say("X-Bodhi-Cost-Usd", x.spent.String())
	return true
}
