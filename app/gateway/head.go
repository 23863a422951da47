package gateway

import (
	"cmp"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// What is kept back of a stream at most until something in it tells. Whoever opens with more than that has begun.
const (
	mostHead   = 64 << 10
	mostEvents = 256
)

// head reads an answer up to the first event that holds some of it. What comes before is kept back where another target is left:
// providers send an empty opening and fail behind it, or withhold the answer. Where none is left the first event is enough, and
// nothing waits.
func (g *Gateway) head(x *Exchange, a *attempt) (e llm.Event, err error) {
	holds := x.holds()
	for n := 1; ; n++ {
		if e, err = a.stream.Next(); err != nil {
			return e, err
		}
		if e.Kind == llm.Failed {
			if e.Err.Code == "policy_blocked" { // a data rule of ours: nobody else is asked, and the answer ends here
				return e, nil
			}
			return e, e.Err
		}
		a.see(e)
		g.own(x, e)
		if e.Sign == llm.Withheld {
			return e, withheld(a, e)
		}
		tells := e.OutputBytes > 0
		if a.watched { // a refusal has bytes as well
			tells = e.Sign == llm.Spoken
		}
		if !holds || tells || e.Kind == llm.Terminal || n == mostEvents || len(a.head)+len(e.Raw) > mostHead {
			return e, nil
		}
		if e.Kind != llm.UsageOnly {
			a.head = append(a.head, e.Raw...)
		}
		a.leash.next(g.clock.Now(), untilNext, x.patience.Waits.Gap)
	}
}

// holds reports whether the head of an answer is kept back: of a stream of events that another target could replace.
func (x *Exchange) holds() bool {
	return x.Call.Stream && x.Call.Plain == "" && x.turn.next < len(x.Plan.Targets)
}

// watched is the call as its answer is read where the route goes on after refusals of content, and somebody is left to ask. The
// last one's answer is the client's, whatever it is.
func (x *Exchange) watched(c *llm.Call) *llm.Call {
	fall := x.Plan.Fallback
	if fall == nil || !fall.ContentPolicy || c.Operation != llm.Chat || c.Plain != "" || !x.leftFor(balance.ContentPolicy) {
		return c
	}
	if _, err := c.Conversation(); err != nil {
		return c
	}
	w := *c
	w.Watch = true
	x.try.watched = true
	return &w
}

// withheld is the failure of an answer that holds nothing but a refusal. What it cost stays booked. If nobody else answers the
// client is told so as providers do that refuse the request.
func withheld(a *attempt, e llm.Event) *provider.Failure {
	said := cmp.Or(e.Refusal, "The provider's rules on content withheld the answer.")
	return &provider.Failure{Class: provider.Withheld, Status: a.status, Message: said,
		Problem: &llm.Problem{Status: http.StatusBadRequest, Type: "invalid_request_error", Code: "content_filter", Message: said}}
}
