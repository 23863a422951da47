package gateway

import (
	"context"
	"errors"
	"io"
	"maps"
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// dispatch is the only loop over targets. Each try has its own hold and its own row; the loop ends at the first target
// that gives a first event, at a refusal of the request itself, or when nothing is left. It never tries again after a
// byte of an answer reached the client.
func (g *Gateway) dispatch(ctx context.Context, x *Exchange) (Finish, error) {
	wait := g.waits.Total
	if x.Hints.Timeout > 0 {
		wait = x.Hints.Timeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, wait, errDeadline)
	stop := func(context.Context, *Exchange) { cancel() }
	for i := 0; ; i++ {
		err := g.send(ctx, x)
		if err == nil {
			return stop, nil
		}
		f := failureOf(ctx, x, err)
		x.try.failure = f
		x.note("failed: ", x.try.target.Connection.Name, "/", x.try.target.Model, ": ", string(f.Class), " ", strconv.Itoa(f.Status))
		last := x.try
		g.settle(x)
		if final := x.final(f); final || i+1 == len(x.Plan.Targets) {
			return stop, g.explain(x, last, f)
		}
		if err := g.take(ctx, x, x.Plan.Targets[i+1]); err != nil {
			x.note("no money for the next target")
			return stop, g.explain(x, last, f)
		}
	}
}

var errDeadline = errors.New("the request's time is over")

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
	if err := g.open(x, a); err != nil {
		return err
	}
	first, err := g.ask(x, req, adapter)
	a.firstByte = g.clock.Now().Sub(a.sent)
	x.upstream += a.firstByte
	if err != nil {
		return err
	}
	a.see(first)
	g.own(x, first)
	g.stuck(x)
	for _, w := range a.notes.Warnings() {
		x.warn(w + ", which " + conn.Name + " does not take")
	}
	x.Answer = &Answer{Stream: a.stream, First: first, Status: a.status}
	return nil
}

// ask sends the request and waits for the first event of the answer. Its stream is closed where that is an error.
func (g *Gateway) ask(x *Exchange, req *http.Request, adapter provider.Adapter) (first llm.Event, err error) {
	if x.Call.Stream && x.Call.Plain == "" { // between bytes that are not events nothing can be said
		defer g.assure(x)()
	}
	a := x.try
	resp, err := g.Upstreams.Send(a.hold, a.target.Connection, req)
	if err != nil {
		return first, err
	}
	a.status, a.header = resp.StatusCode, resp.Header
	if a.stream, err = adapter.Response(resp, x.Call); err != nil {
		return first, err
	}
	if first, err = a.stream.Next(); err == nil && first.Kind == llm.Failed {
		err = first.Err
	}
	if err != nil {
		_ = a.stream.Close()
	}
	return first, err
}

// assure sends a client that asked for a stream a comment after every Waits.Ping of silence until stop is called, so that
// no proxy on its way gives up while a model thinks; an error after that is an event, and another target may still answer.
// Whoever waits touches nothing of the exchange meanwhile that begin reads.
func (g *Gateway) assure(x *Exchange) (stop func()) {
	var mu sync.Mutex
	var timer *time.Timer
	over := false
	mu.Lock()
	defer mu.Unlock()
	timer = time.AfterFunc(g.waits.Ping, func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		g.contain(x, "ping", func() {
			g.begin(x)
			if _, err := x.W.Write(x.Dialect.Ping(x.Call)); err == nil {
				_ = http.NewResponseController(x.W).Flush()
			}
		})
		timer.Reset(g.waits.Ping)
	})
	return func() {
		timer.Stop()
		mu.Lock()
		over = true
		mu.Unlock()
	}
}

// see keeps what an event says about usage.
func (a *attempt) see(e llm.Event) {
	a.started = true
	if e.Usage != nil {
		a.reported = *e.Usage
		a.usage, a.least = &a.reported, e.Running
		a.soFar = e.Running || e.OutputBytes > 0
	}
	a.outBytes += int64(e.OutputBytes)
	if e.Kind == llm.Terminal {
		a.finished = true
	}
}

// failureOf sorts an error into a class. Adapters return *provider.Failure; everything else is the transport's.
func failureOf(ctx context.Context, x *Exchange, err error) *provider.Failure {
	var f *provider.Failure
	if errors.As(err, &f) {
		return f
	}
	f = &provider.Failure{Status: x.try.status, Cause: err}
	var pub *fault.Error
	switch {
	case x.R.Context().Err() != nil:
		x.clientOut = true
		f.Class = provider.Canceled
	case context.Cause(ctx) == errDeadline:
		f.Class = provider.Slow
	case !x.try.opened:
		f.Class = provider.Unreachable
		if errors.As(err, &pub) {
			f.Message = pub.Public
		}
	case x.try.status != 0 && (errors.Is(err, io.EOF) || errors.As(err, &pub) && pub.Kind == fault.Upstream):
		f.Class, f.Message = provider.Garbled, "the answer broke off before it began"
	default:
		f.Class = provider.Ambiguous
	}
	return f
}

// final reports whether no other target should be asked: the request itself is wrong, the client is gone, or time is up.
func (x *Exchange) final(f *provider.Failure) bool {
	var pub *fault.Error
	if errors.As(f.Cause, &pub) && pub.Kind == fault.Unavailable {
		return true // our own journal refused; another target would not help
	}
	return f.Class == provider.Refused || f.Class == provider.Canceled || f.Class == provider.Slow
}

// explain turns the last failure into what the client is told.
func (g *Gateway) explain(x *Exchange, a *attempt, f *provider.Failure) error {
	name := a.target.Connection.Name
	var pub *fault.Error
	switch {
	case errors.As(f.Cause, &pub) && pub.Kind == fault.Unavailable:
		return pub
	case f.Class == provider.Canceled:
		return fault.New(fault.Upstream, "client_closed", "The client closed the request.").Because(errClientGone)
	case f.Class == provider.Untold:
		return g.suggest(x, pub)
	case f.Class == provider.Refused && f.Problem != nil:
		if d, ok := x.Dialect.(headed); ok {
			maps.Copy(x.W.Header(), d.ProblemHeader(f.Problem))
		}
		x.Answer = &Answer{Status: f.Status, Body: x.Dialect.Problem(f.Problem, x.ID.String())}
		return nil
	case f.Class == provider.Slow:
		return fault.Newf(fault.Timeout, "upstream_timeout", "The provider %q did not answer in time (%s). Try again, or allow more time with the header x-bodhi-timeout.", name, g.clock.Now().Sub(x.Started).Round(time.Millisecond))
	}
	kind, what := fault.Upstream, "failed"
	switch f.Class {
	case provider.RateLimited, provider.Overloaded:
		kind, what = fault.Unavailable, "is overloaded or limits our rate"
	case provider.Quota:
		what = "says that its account has no credit left"
	case provider.Credential:
		what = "refused our credential"
	case provider.Unreachable:
		what = "could not be reached"
	case provider.Garbled:
		what = "gave an answer that is not one"
	case provider.Ambiguous:
		what = "closed the connection without an answer"
	}
	e := fault.Newf(kind, "upstream_failed", "The provider %q %s%s. %d of %d targets were tried; try again, or ask whoever manages connections.", name, what, quoted(f), x.tries, len(x.Plan.Targets)).Because(f)
	if kind == fault.Unavailable {
		e.RetryAfter = min(max(f.RetryAfter, time.Second), time.Minute)
	}
	return e
}

func quoted(f *provider.Failure) string {
	s := ""
	if f.Status != 0 {
		s = " (status " + strconv.Itoa(f.Status) + ")"
	}
	if f.Message != "" && f.Class != provider.Credential { // those sentences quote parts of the key
		s += `: "` + f.Message + `"`
	}
	return s
}
