package gateway

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// A request that can wait goes twice through the pipeline. The first time a Deferrer takes it along: everything is looked at as for any
// request, the most that it can cost at the batch price is booked on its budgets, and instead of being sent it is handed out as the
// provider would get it. The second time a Replayer brings the provider's answer, which is read, screened, translated and priced as any
// other; what it cost takes the place of what was booked. In between nothing of it is in memory.

// Deferrer is a client in this process that takes a request along, to hand it over to its provider with others. What is not taken along is
// answered with NotDeferred, costs nothing, and is left to be asked alone.
type Deferrer interface {
	http.ResponseWriter
	// Fits reports whether the connection's provider takes such requests together, and whether up to most may be booked for this one.
	Fits(c *provider.Connection, op llm.Operation, most money.USD) bool
	// Take takes the request along. It was booked as the deposit says.
	Take(p batch.NativeRequest)
}

// NotDeferred is the status of an answer to a Deferrer that could not take the request along.
const NotDeferred = http.StatusMisdirectedRequest

// Replayer is a client in this process that brings the answer to its request.
type Replayer interface {
	http.ResponseWriter
	// Answer is the provider's, and takes what comes of it.
	Answer() *batch.NativeAnswer
}

func (x *Exchange) deferring() bool {
	_, ok := x.W.(Deferrer)
	return ok
}

// handOver hands the request out, if it may wait.
func (g *Gateway) handOver(x *Exchange, a *attempt, p Deferrer, req *http.Request) error {
	leave := func(why string) error {
		x.note("not handed over: ", why)
		x.deferred = true // it comes again alone, and is recorded then
		x.Answer = &Answer{Status: NotDeferred, Body: []byte("{}")}
		return nil
	}
	c := x.Call
	switch {
	case a.quote == nil || c.Bound.Unpriced || boundAt(c, a.target).Searches > 0:
		return leave("what it costs is not known")
	case c.Stream || c.Follows != "":
		return leave("it depends on what came before, or somebody reads it as it is made")
	case x.found.Words(pii.Mask) != "" || x.guard.Restores():
		return leave("a data rule put placeholders into it, and what they stand for is kept in memory alone")
	case x.choice.Experiment != nil:
		return leave("it is part of an experiment")
	case slices.ContainsFunc(a.passes, func(p *policy.Pass) bool { return p.Amount > 0 || p.Times > 0 }):
		return leave("it is under an approval of so much, and what it does not cost could not be given back to that when it comes back")
	case a.target.Connection.ZeroRetention:
		return leave("its connection promises to keep nothing, and a provider keeps what is handed over")
	case !p.Fits(a.target.Connection, c.Operation, a.hold.Amount()):
		return leave("its provider does not take such requests together, or the batch's limit is reached")
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		return leave("it cannot be written down")
	}
	if err := g.open(x, a); err != nil {
		return err
	}
	x.deferred = true
	deposit := g.entry(x, a)
	deposit.At, deposit.Stakes = a.sent, a.hold.Stakes()
	g.settle(x)
	request := batch.NativeRequest{Connection: a.target.Connection, Model: a.target.Model, Path: req.URL.Path, Body: body, Deposit: deposit}
	if c.Operation == llm.Embeddings {
		request.Inputs = max(c.Bound.Windows, 1)
	}
	if x.prompt != "" {
		request.Asked = c.Body
	}
	p.Take(request)
	x.Answer = &Answer{Status: http.StatusAccepted, Body: []byte("{}")}
	return nil
}

// pinned is the plan for an answer that is there.
func pinned(r *batch.NativeAnswer) route.Plan {
	return route.Plan{Route: "batch", Targets: []route.Target{{Connection: r.Connection, Model: r.Deposit.Model, Why: "it was handed over to it"}}}
}

// returned is the answer as if it had just come.
func returned(r *batch.NativeAnswer, req *http.Request) *http.Response {
	return &http.Response{StatusCode: r.Status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: req, ContentLength: int64(len(r.Body)),
		Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(r.Body))}
}

var errTwice = errors.New("gateway: an answer that is there needs no other attempt")

// redeem makes the attempt under which an answer is settled. Its hold is of no budget: the deposit was booked on them.
func (x *Exchange) redeem(a *attempt, attempt id.Attempt) error {
	if x.tries > 0 {
		return errTwice
	}
	d := &x.returned.Deposit
	hold, short := ledger.NewBook(d.Chain.Org).Hold(attempt, d.Held, nil)
	if short != nil {
		return errTwice
	}
	a.hold, x.try, x.tries, a.number = hold, a, d.Number+1, d.Number+1
	return nil
}

// settleReturned notes the end, less the deposit. It counts in the deposit's time and period.
func settleReturned(r *batch.NativeAnswer, a *attempt, s *ledger.Settlement) {
	r.Entry, r.End, r.Settled = r.Deposit, *s, true
	r.Entry.ID, r.Entry.Number = s.Attempt, a.number
	tokens, requests := ledger.Counts(s.State, s.Cost, s.Usage, r.Deposit.Held)
	e := &r.End
	e.Note = "the end of " + r.Deposit.ID.String() + ": " + string(s.State)
	e.State, e.Cost, e.Tokens, e.Requests = ledger.Returned, s.Cost-r.Deposit.Held.Money, tokens-r.Deposit.Held.Tokens, requests-r.Deposit.Held.Requests
	e.InputCost = 0
}
