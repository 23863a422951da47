// Package nativebatch hands requests over to providers that answer many of them within a day for half the price: OpenAI and Azure take a file
// of lines and make a batch of it, Anthropic takes a message batch. It speaks their interfaces; who may be handed what, and what is booked
// for it, is decided before (gateway.Deferrer). A line for which nothing is booked does not leave.
package nativebatch

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Adapters finds the adapter of a connection's kind.
type Adapters interface {
	For(kind provider.Kind) (provider.Adapter, bool)
}

// Client hands native batches over. Ask sends a request to a connection's provider.
type Client struct {
	Adapters Adapters
	Ask      func(c *provider.Connection, r *http.Request) (*http.Response, error)
}

// protocol is one provider's interface.
type protocol interface {
	takes(op llm.Operation) bool
	submit(ctx context.Context, t *talk, l *provider.NativeBatch) (remote string, err error)
	find(ctx context.Context, t *talk, l *provider.NativeBatch, known func(remote string) bool) (remote string, err error)
	progress(ctx context.Context, t *talk, remote string) (provider.NativeProgress, error)
	cancel(ctx context.Context, t *talk, remote string) error
	results(ctx context.Context, t *talk, remote string, v *provider.NativeProgress, each func(id string, r provider.NativeResult) error) error
	remove(ctx context.Context, t *talk, remote string, v *provider.NativeProgress)
	tidy(ctx context.Context, t *talk, l *provider.NativeBatch)
}

var protocols = map[provider.Kind]protocol{provider.OpenAI: files{}, provider.Sandbox: files{}, provider.Azure: files{azure: true}, provider.Anthropic: messages{}}

// maxLine bounds one result: the vectors of 2,048 texts are as long as where they are asked alone (carry), and something is around them.
// maxAnswer bounds any other answer.
const (
	maxLine   = 64<<20 + 64<<10
	maxAnswer = 4 << 20
)

// Takes reports whether a connection's provider takes requests of an operation together.
func (f *Client) Takes(c *provider.Connection, op llm.Operation) bool {
	w, ok := protocols[c.Kind]
	return ok && w.takes(op)
}

var errNoDeposit = errors.New("native batch: a line for which nothing is booked does not leave")

// Submit hands a native batch over and gives the provider's name for it. A *provider.Failure says by its class whether it was taken (NotTaken).
func (f *Client) Submit(ctx context.Context, c *provider.Connection, l *provider.NativeBatch) (remote string, err error) {
	for i := range l.Lines {
		if l.Lines[i].Booked.IsZero() {
			return "", errNoDeposit
		}
	}
	t, err := f.to(c)
	if err != nil {
		return "", err
	}
	return t.protocol.submit(ctx, t, l)
}

// NotTaken reports whether a provider certainly did not take a native batch, and whether it may take it in a moment.
func (*Client) NotTaken(err error) (certain, again bool) { return notTaken(err) }

func notTaken(err error) (certain, again bool) {
	var f *provider.Failure
	if !errors.As(err, &f) {
		return false, true
	}
	switch f.Class {
	case provider.Refused, provider.Credential, provider.Quota, provider.Untold:
		return true, false
	case provider.RateLimited, provider.Overloaded, provider.Unreachable:
		return true, true
	}
	return false, true
}

// Find looks for a native batch that may have been taken; "" says that it was not. known are those that are somebody's already.
func (f *Client) Find(ctx context.Context, c *provider.Connection, l *provider.NativeBatch, known func(remote string) bool) (string, error) {
	t, err := f.to(c)
	if err != nil {
		return "", err
	}
	return t.protocol.find(ctx, t, l, known)
}

// Progress asks how far the provider is.
func (f *Client) Progress(ctx context.Context, c *provider.Connection, remote string) (provider.NativeProgress, error) {
	t, err := f.to(c)
	if err != nil {
		return provider.NativeProgress{}, err
	}
	return t.protocol.progress(ctx, t, remote)
}

// Cancel asks the provider to stop. What it answered by then it gives, and bills.
func (f *Client) Cancel(ctx context.Context, c *provider.Connection, remote string) error {
	t, err := f.to(c)
	if err != nil {
		return err
	}
	return t.protocol.cancel(ctx, t, remote)
}

// Results gives the results of a native batch that is over, in the provider's order. Lines that cannot be read, or are of another native batch, are left
// out.
func (f *Client) Results(ctx context.Context, c *provider.Connection, own, remote string, v *provider.NativeProgress, each func(provider.NativeResult) error) error {
	t, err := f.to(c)
	if err != nil {
		return err
	}
	return t.protocol.results(ctx, t, remote, v, func(id string, r provider.NativeResult) error {
		n, ok := numbered(own, id)
		if !ok {
			return nil
		}
		r.Number = n
		return each(r)
	})
}

// Delete deletes what the provider keeps of a native batch, as far as it lets us.
func (f *Client) Delete(ctx context.Context, c *provider.Connection, remote string, v *provider.NativeProgress) {
	if t, err := f.to(c); err == nil {
		t.protocol.remove(ctx, t, remote, v)
	}
}

// Forget deletes what lies at the provider of a native batch that it did not take, as far as it lets us: a file that came there, while we
// were not told its name, or the node that was is gone.
func (f *Client) Forget(ctx context.Context, c *provider.Connection, l *provider.NativeBatch) {
	if t, err := f.to(c); err == nil {
		late, done := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer done()
		t.protocol.tidy(late, t, l)
	}
}

// custom is what a line is called at the provider: nobody's own name for it leaves.
func custom(own string, n int) string { return tag(own) + "-" + strconv.Itoa(n) }

// tag is short enough for every provider's names of lines.
func tag(own string) string { return strings.ReplaceAll(own, "-", "") }

func numbered(own, id string) (int, bool) {
	rest, ok := strings.CutPrefix(id, tag(own)+"-")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil
}
