package gateway

import (
	"cmp"
	"context"
	"errors"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// send makes one attempt and reads up to the first event, so that a provider that answers 200 and fails inside its
// stream is still one that failed before anything reached the client.
func (g *Gateway) send(ctx context.Context, x *Exchange) error {
	a := x.try
	conn := a.target.Connection
	adapter, ok := g.Adapters.For(conn.Kind)
	if !ok {
		return &provider.Failure{Class: provider.Unreachable, Message: "this gateway cannot speak to " + string(conn.Kind) + " yet"}
	}
	a.edit.IncludeUsage = x.Call.Stream
	a.edit.Notes, a.edit.DefaultOutput = &a.notes, a.ceiling.MaxOutput
	ctx = g.tie(ctx, x, a)
	req, err := adapter.Request(ctx, conn, x.Call, a.edit, x.R.Header)
	if err != nil {
		if f := (*provider.Failure)(nil); errors.As(err, &f) {
			return f // no token was to be had
		}
		if f := (*fault.Error)(nil); errors.As(err, &f) {
			return &provider.Failure{Class: provider.Untold, Message: f.Public, Cause: f}
		}
		return &provider.Failure{Class: provider.Unreachable, Message: "the connection is not usable", Cause: err}
	}
	if p, ok := x.W.(Deferrer); ok {
		return g.handOver(x, a, p, req)
	}
	if err := g.open(x, a); err != nil {
		return err
	}
	first, err := g.ask(x, req, adapter)
	a.firstByte = g.clock.Now().Sub(a.sent)
	x.upstream += a.firstByte
	if err != nil {
		return err
	}
	a.pass.Alive(g.clock.Now())
	g.stuck(x)
	for _, w := range a.notes.Warnings() {
		x.warn(conn.Name + ": " + w)
	}
	x.Answer = &Answer{Stream: a.stream, Head: a.head, First: first, Status: a.status}
	return nil
}

// ask sends the request and waits for the first event of the answer. Its stream is closed where that is an error.
func (g *Gateway) ask(x *Exchange, req *http.Request, adapter provider.Adapter) (first llm.Event, err error) {
	defer g.assure(x)()
	a := x.try
	var resp *http.Response
	if x.returned != nil {
		resp = returned(x.returned, req)
	} else {
		resp, err = g.Upstreams.Send(a.hold, a.target.Connection, req)
	}
	if err != nil {
		return first, err
	}
	a.status, a.header = resp.StatusCode, resp.Header
	if w := &x.patience.Waits; x.Call.Stream {
		now := g.clock.Now()
		a.leash.next(now, untilFirst, max(w.First-now.Sub(a.sent), 1)) // 0 would leave it until the request's end
	}
	if a.stream, err = adapter.Response(resp, g.guarded(x, x.watched(x.retold()))); err != nil {
		return first, err
	}
	if first, err = g.head(x, a); err != nil {
		_ = a.stream.Close()
		return first, err
	}
	a.leash.next(g.clock.Now(), untilTotal, 0)
	return first, nil
}

// tie puts the attempt on its leash: a stream has to begin in time, a document to be there.
func (g *Gateway) tie(ctx context.Context, x *Exchange, a *attempt) context.Context {
	p, wait := untilAnswer, x.patience.Waits.Answer
	if x.Call.Stream {
		p, wait = untilHeaders, x.patience.Waits.Headers
	}
	if c := x.patience.Waits.Connect; c != patience.Standard.Connect { // which is egress' own
		ctx = egress.WithConnect(ctx, c)
	}
	return a.leash.hold(ctx, g.clock.Now(), x.until, p, wait)
}

// see keeps what an event says about usage.
func (a *attempt) see(e llm.Event) {
	a.started = true
	if e.Usage != nil {
		a.reported = *e.Usage
		a.usage, a.least = &a.reported, e.Running
		a.soFar = e.Running || e.OutputBytes > 0
		a.tier, a.beside = cmp.Or(e.Tier, a.tier), e.Beside
	}
	a.outBytes += int64(e.OutputBytes)
	a.searches += e.Searches
	if e.Kind == llm.Terminal {
		a.finished = true
	}
}

// retold is the call as its answer is read: where the policy is to keep what came before a timeout, a chat's stream is written anew,
// because only who wrote it can end it well.
func (x *Exchange) retold() *llm.Call {
	if x.patience.OnTimeout != patience.Partial || !x.Call.Stream || x.Call.Operation != llm.Chat || x.Call.Plain != "" {
		return x.Call
	}
	if _, err := x.Call.Conversation(); err != nil {
		return x.Call
	}
	c := *x.Call
	c.Retold = true
	return &c
}
