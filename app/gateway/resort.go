package gateway

import (
	"errors"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// StandIn is the model that the gateway's own answers name, in the body of every dialect that has a place for it, so that
// nobody takes one for a model's.
const StandIn = "bodhi-default-answer"

// resort is what is left when nobody answered, where the route has it: what the cache kept, else the default answer, for a plain chat whose route has one. A client
// that waits for tool calls, a schema, or several answers cannot read a sentence in their place and gets the error. False leaves
// the refusal as it is.
func (g *Gateway) resort(x *Exchange, err error) bool {
	if !unanswered(err) || x.clientOut || x.Hints.DryRun || x.Answer != nil || x.Plan.Fallback == nil || x.Grant.Exact {
		return false
	}
	f := fault.From(err)
	if age := x.Plan.Fallback.CachedAge(); age > 0 && g.lastGood(x.R.Context(), x, age) {
		x.Answer.Resort = "cached"
		x.note("cached answer: ", f.Public)
		x.warn("no provider answered; this answer of the cache is " + x.hit.Age.Round(time.Second).String() + " old")
		x.fact.Code, x.fact.Message = "cached_answer", f.Public
		return true
	}
	if x.Plan.Fallback.DefaultAnswer == "" {
		return false
	}
	c := x.Call
	if why := unspeakable(c); why != "" {
		x.note("no default answer: ", why)
		return false
	}
	body, end, err := standIn(c, x.ID.String(), x.Plan.Fallback.DefaultAnswer)
	if err != nil {
		x.note("no default answer: its dialect cannot say it")
		return false
	}
	x.note("default answer: ", f.Public)
	x.warn("no provider answered; this is the default answer of " + x.Plan.Route)
	x.fact.Code, x.fact.Message, x.fact.Model = "default_answer", f.Public, StandIn
	x.Answer = &Answer{Body: body, End: end, Resort: "default"}
	return true
}

// unanswered reports whether an error says that no provider gave an answer.
func unanswered(err error) bool {
	var f *fault.Error
	if !errors.As(err, &f) {
		return false
	}
	return f.Code == "upstream_failed" || f.Code == "upstream_timeout" || f.Code == "circuit_open"
}

// unspeakable says why a sentence is no answer to a call.
func unspeakable(c *llm.Call) string {
	switch {
	case c.Operation != llm.Chat:
		return "it is for chat only"
	case c.Needs.Schema:
		return "the client wants an answer by a schema"
	case c.Needs.Tools:
		return "the client offers tools"
	case c.Choices > 1:
		return "the client wants several answers"
	}
	return ""
}

// standIn writes a sentence as an answer to a call. end is what comes last of a stream, behind any remark.
func standIn(c *llm.Call, id, text string) (body, end []byte, err error) {
	if _, err := c.Conversation(); err != nil {
		return nil, nil, err
	}
	w := c.Dialect.Writer(c)
	for _, d := range []llm.Delta{{Kind: llm.Begin, ID: id, Name: StandIn}, {Kind: llm.TextDelta, Text: text}, {Kind: llm.Finish, Reason: llm.Stopped}, {Kind: llm.Used, Usage: &llm.Usage{}}} {
		if body, err = w.Write(body, &d); err != nil {
			return nil, nil, err
		}
	}
	end, err = w.Write(nil, &llm.Delta{Kind: llm.End})
	return body, end, err
}

// stand sends an answer of the gateway's own. It costs nothing; what failed attempts cost is said as ever.
func (g *Gateway) stand(x *Exchange) {
	a := x.Answer
	x.say("X-Bodhi-Fallback", a.Resort)
	if !x.Call.Stream {
		x.say("X-Bodhi-Cost-Usd", x.spent.String())
		g.write(x, 200, append(a.Body, a.End...))
		return
	}
	g.begin(x)
	b := append(a.Body, x.Dialect.Remark(x.Call, "x-bodhi-cost-usd", x.spent.String())...)
	if _, err := x.W.Write(append(b, a.End...)); err != nil {
		x.clientOut = true
	}
	x.say("X-Bodhi-Cost-Usd", x.spent.String())
}
