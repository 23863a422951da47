package gateway

import (
	"context"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/pii"
)

// screen looks for personal data and secrets in what was asked, before anything of it leaves: it refuses the request, or goes
// on with one that has placeholders, and sets a guard on the answer. What it found goes into the fact, never what it was. Its Finish
// adds what was found in the answer.
func (g *Gateway) screen(ctx context.Context, x *Exchange) (Finish, error) {
	if g.Screens == nil {
		return nil, nil
	}
	b := g.Screens.For(x.Grant.Chain)
	if !b.Any() {
		return nil, nil
	}
	within, cancel := context.WithTimeout(ctx, filesWithin)
	r := b.Screen(within, x.Call.Body)
	cancel()
	r = g.recognize(ctx, x, b, r, x.Call.Body)
	if unseeable(x.Call, r.Read) {
		b.Unseen(&r)
	}
	if x.returned != nil {
		x.guard = b.Guard(&pii.Result{}) // nothing that was masked is handed over
		x.heldBefore(&r)
		return g.screened, nil
	}
	x.found = r
	x.noteFound("data rule, ", &r)
	if r.Action == pii.Block {
		return g.screened, r.Refusal(x.incident(g))
	}
	if w := r.Words(pii.Warn); w != "" {
		x.warn("the request holds " + w)
	}
	x.guard = b.Guard(&r)
	if r.Body != nil {
		x.warn("placeholders stand for " + r.Words(pii.Mask))
		if err := g.read(x, r.Body); err != nil {
			return g.screened, err
		}
	}
	return g.screened, x.guardable()
}

// heldBefore notes what the request of an answer that is there holds. Rules on requests had their say when it was handed over: one that is
// stricter since takes nothing back of what has left and is paid for.
func (x *Exchange) heldBefore(r *pii.Result) {
	for _, f := range r.Found {
		if f.Action <= pii.Warn {
			x.found.Join(&pii.Result{Action: f.Action, Found: []pii.Found{f}})
		}
	}
	x.noteFound("data rule, ", &x.found)
	if w := x.found.Words(pii.Warn); w != "" {
		x.warn("the request holds " + w)
	}
}

// filesWithin is how long attached files are read for data rules, all of a request's together. The slowest honest file that we met takes
// a second.
const filesWithin = 5 * time.Second

// unseeable reports whether a call has or names something that holds no text which could be looked at; so many files were looked into.
func unseeable(c *llm.Call, read int) bool {
	switch c.Operation {
	case llm.EditImages, llm.Transcribe, llm.Interpret:
		return true
	}
	if read > 0 && !c.Needs.Vision && !c.Needs.Audio && read == filesIn(c) {
		return false
	}
	return c.Needs.Vision || c.Needs.Audio || c.Needs.Files || c.Bound.Opaque || c.Bound.Coded
}

// filesIn is how many files a conversation carries inside of itself; -1 if it names others, or has something that is none.
func filesIn(c *llm.Call) int {
	talk, err := c.Conversation()
	if err != nil || len(named(c.Body)) > 0 {
		return -1
	}
	n := 0
	count := func(parts []llm.Part) bool {
		for _, p := range parts {
			for _, m := range append([]llm.Part{p}, p.Parts...) {
				switch {
				case m.Kind == llm.Image || m.Kind == llm.Audio || m.Media != nil && m.Media.URL+m.Media.FileID != "":
					return false
				case m.Media != nil && m.Media.Base64 != "":
					n++
				}
			}
		}
		return true
	}
	if !count(talk.System) {
		return -1
	}
	for _, t := range talk.Turns {
		if !count(t.Parts) {
			return -1
		}
	}
	return n
}

// incident is the request's own, made when something is found first.
func (x *Exchange) incident(g *Gateway) id.Finding {
	if x.fact.Screened.Incident.IsZero() {
		x.fact.Screened.Incident = id.NewFinding(g.ids)
	}
	return x.fact.Screened.Incident
}

func (x *Exchange) noteFound(what string, r *pii.Result) {
	for _, a := range [...]pii.Action{pii.Block, pii.Mask, pii.Warn, pii.Log} {
		if w := r.Words(a); w != "" {
			x.note(what, a.String(), ": ", w)
		}
	}
}

// screened writes down what was found in the request and its answer.
func (g *Gateway) screened(_ context.Context, x *Exchange) {
	if x.guard.Screens() {
		if r := x.guard.Result(); r.Any() {
			x.noteFound("data rule on answers, ", r)
			x.found.Join(r)
		}
	}
	g.remark(x, &x.found)
}

// remark puts findings into the fact.
func (g *Gateway) remark(x *Exchange, r *pii.Result) {
	if r.Any() {
		x.fact.Screened = ledger.Screened{Incident: x.incident(g), Action: r.Action.String(), Found: r.Facts()}
	}
}

// read decodes a body in the client's dialect.
func (g *Gateway) read(x *Exchange, body []byte) (err error) {
	x.Call, err = x.Dialect.Decode(llm.Ask{Operation: x.Endpoint.op, Model: x.Named, Stream: x.Endpoint.stream,
		Query: x.R.URL.RawQuery, Header: x.R.Header, Body: body, At: x.Started.Unix()})
	return err
}

// guardable refuses a stream whose kind nobody can look into where a rule masks or blocks in answers: what it lets through could not be
// taken back. Where nothing but placeholders is to be put back, the client is told that they stay.
func (x *Exchange) guardable() error {
	if !x.Call.Stream || x.sievable() {
		return nil
	}
	switch x.Call.Operation {
	case llm.Speak, llm.MakeImages, llm.EditImages, llm.ReadFile: // no text that a model wrote
		return nil
	}
	if !x.guard.Strict() {
		if x.guard.Restores() {
			x.warn("placeholders stay in a stream of this kind")
		}
		return nil
	}
	f := fault.New(fault.Invalid, "policy_blocked", "Nothing was sent to a provider: a data rule masks or blocks in answers, and a stream of this kind cannot be looked into. Send the request without streaming, or through /v1/chat/completions.")
	f.Field = "stream"
	return f
}

// sievable reports whether the answer is a stream that can be written anew on its way.
func (x *Exchange) sievable() bool {
	if !x.Call.Stream || x.Call.Operation != llm.Chat || x.Call.Plain != "" {
		return false
	}
	_, err := x.Call.Conversation()
	return err == nil
}

// guarded is the call as its answer is read: a stream that a guard looks into is written anew, through a sieve of the attempt's own.
func (g *Gateway) guarded(x *Exchange, c *llm.Call) *llm.Call {
	if x.guard == nil || !x.sievable() {
		return c
	}
	own := *c
	own.Retold = true
	own.Sieve = x.guard.Sieve(func() error { return x.guard.Result().Withheld(x.incident(g)) })
	return &own
}

// sift screens an answer that is whole. It gives the bytes for the client, or refuses.
func (g *Gateway) sift(x *Exchange, body []byte) ([]byte, error) {
	if x.guard == nil || x.Call.Operation == llm.Embeddings || x.Call.Operation == llm.Speak || x.Call.Operation == llm.ReadFile {
		return body, nil
	}
	r := x.guard.Document(body, x.Call.Plain != "")
	if r.Action == pii.Block {
		return nil, r.Withheld(x.incident(g))
	}
	if w := r.Words(pii.Warn); w != "" {
		x.warn("the answer holds " + w)
	}
	if r.Body != nil {
		return r.Body, nil
	}
	return body, nil
}
