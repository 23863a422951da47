// Package freight hands requests over to providers that answer many of them within a day for half the price: OpenAI and Azure take a file
// of lines and make a batch of it, Anthropic takes a message batch. It speaks their interfaces; who may be handed what, and what is booked
// for it, is decided before (gateway.Porter). A line for which nothing is booked does not leave.
package freight

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Adapters finds the adapter of a connection's kind.
type Adapters interface {
	For(kind provider.Kind) (provider.Adapter, bool)
}

// Carrier hands loads over. Ask sends a request to a connection's provider.
type Carrier struct {
	Adapters Adapters
	Ask      func(c *provider.Connection, r *http.Request) (*http.Response, error)
}

// wire is one provider's interface.
type wire interface {
	takes(op llm.Operation) bool
	ship(ctx context.Context, t *trip, l *provider.Load) (ticket string, err error)
	find(ctx context.Context, t *trip, l *provider.Load, known func(ticket string) bool) (ticket string, err error)
	look(ctx context.Context, t *trip, ticket string) (provider.Voyage, error)
	recall(ctx context.Context, t *trip, ticket string) error
	unload(ctx context.Context, t *trip, ticket string, v *provider.Voyage, each func(id string, r provider.Return) error) error
	forget(ctx context.Context, t *trip, ticket string, v *provider.Voyage)
}

var wires = map[provider.Kind]wire{provider.OpenAI: files{}, provider.Sandbox: files{}, provider.Azure: files{azure: true}, provider.Anthropic: messages{}}

// Bounds of a load: far below what providers take (OpenAI 50,000 lines and 200 MB, Anthropic 100,000 and 256 MB, Azure 100,000 and
// 200 MB), because a load is in memory once while it leaves.
const (
	MaxLines = 10_000
	MaxBytes = 32 << 20
	// maxLine bounds one result; maxAnswer any other answer.
	maxLine   = 32 << 20
	maxAnswer = 4 << 20
)

// Takes reports whether a connection's provider takes requests of an operation together.
func (f *Carrier) Takes(c *provider.Connection, op llm.Operation) bool {
	w, ok := wires[c.Kind]
	return ok && w.takes(op)
}

// trip is what is said about one connection.
type trip struct {
	*Carrier
	c    *provider.Connection
	wire wire
}

func (f *Carrier) to(c *provider.Connection) (*trip, error) {
	w, ok := wires[c.Kind]
	if !ok {
		return nil, &provider.Failure{Class: provider.Untold, Message: "this provider takes no requests together"}
	}
	return &trip{f, c, w}, nil
}

var errNoDeposit = errors.New("freight: a line for which nothing is booked does not leave")

// Ship hands a load over and gives the provider's name for it. A *provider.Failure says by its class whether it was taken (Untaken).
func (f *Carrier) Ship(ctx context.Context, c *provider.Connection, l *provider.Load) (ticket string, err error) {
	for i := range l.Lines {
		if l.Lines[i].Booked.IsZero() {
			return "", errNoDeposit
		}
	}
	t, err := f.to(c)
	if err != nil {
		return "", err
	}
	return t.wire.ship(ctx, t, l)
}

// Untaken reports whether a provider certainly did not take a load, and whether it may take it in a moment.
func (*Carrier) Untaken(err error) (certain, again bool) { return untaken(err) }

func untaken(err error) (certain, again bool) {
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

// Find looks for a load that may have been taken; "" says that it was not. known are those that are somebody's already.
func (f *Carrier) Find(ctx context.Context, c *provider.Connection, l *provider.Load, known func(ticket string) bool) (string, error) {
	t, err := f.to(c)
	if err != nil {
		return "", err
	}
	return t.wire.find(ctx, t, l, known)
}

// Look asks how far the provider is.
func (f *Carrier) Look(ctx context.Context, c *provider.Connection, ticket string) (provider.Voyage, error) {
	t, err := f.to(c)
	if err != nil {
		return provider.Voyage{}, err
	}
	return t.wire.look(ctx, t, ticket)
}

// Recall asks the provider to stop. What it answered by then it gives, and bills.
func (f *Carrier) Recall(ctx context.Context, c *provider.Connection, ticket string) error {
	t, err := f.to(c)
	if err != nil {
		return err
	}
	return t.wire.recall(ctx, t, ticket)
}

// Unload gives the results of a load that is over, in the provider's order. Lines that cannot be read, or are of another load, are left
// out.
func (f *Carrier) Unload(ctx context.Context, c *provider.Connection, load, ticket string, v *provider.Voyage, each func(provider.Return) error) error {
	t, err := f.to(c)
	if err != nil {
		return err
	}
	return t.wire.unload(ctx, t, ticket, v, func(id string, r provider.Return) error {
		n, ok := numbered(load, id)
		if !ok {
			return nil
		}
		r.Number = n
		return each(r)
	})
}

// Forget deletes what the provider keeps of a load, as far as it lets us.
func (f *Carrier) Forget(ctx context.Context, c *provider.Connection, ticket string, v *provider.Voyage) {
	if t, err := f.to(c); err == nil {
		t.wire.forget(ctx, t, ticket, v)
	}
}

// custom is what a line is called at the provider: nobody's own name for it leaves.
func custom(load string, n int) string { return tag(load) + "-" + strconv.Itoa(n) }

// tag is short enough for every provider's names of lines.
func tag(load string) string { return strings.ReplaceAll(load, "-", "") }

func numbered(load, id string) (int, bool) {
	rest, ok := strings.CutPrefix(id, tag(load)+"-")
	n, err := strconv.Atoi(rest)
	return n, ok && err == nil
}

// request is to a path beside the provider's list of models, whose request says how the account is addressed.
func (t *trip) request(ctx context.Context, method, path, kind string, body []byte) (*http.Request, error) {
	a, ok := t.Adapters.For(t.c.Kind)
	if !ok {
		return nil, &provider.Failure{Class: provider.Untold, Message: "this gateway cannot speak to " + string(t.c.Kind)}
	}
	r, err := a.ModelList(ctx, t.c)
	if err != nil {
		return nil, fmt.Errorf("freight: %w", err)
	}
	path, query, _ := strings.Cut(path, "?")
	r.Method, r.URL.Path = method, strings.TrimSuffix(r.URL.Path, "models")+path
	version := r.URL.Query().Get("api-version")
	if r.URL.RawQuery = query; version != "" {
		r.URL.RawQuery = strings.Trim(query+"&api-version="+version, "&")
	}
	if body != nil {
		r.Header["Content-Type"] = []string{kind}
		r.ContentLength = int64(len(body))
		r.Body = io.NopCloser(bytes.NewReader(body))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	}
	return r, nil
}

// open sends a request and gives a good answer's body, which the caller closes.
func (t *trip) open(ctx context.Context, method, path, kind string, body []byte) (io.ReadCloser, error) {
	r, err := t.request(ctx, method, path, kind, body)
	if err != nil {
		return nil, err
	}
	resp, err := t.Ask(t.c, r)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 200 && resp.StatusCode < 300 {
		return resp.Body, nil
	}
	defer func() { _ = resp.Body.Close() }()
	text, _ := io.ReadAll(io.LimitReader(resp.Body, maxAnswer))
	return nil, failure(resp.StatusCode, text)
}

// call sends a request and reads the JSON of its answer.
func (t *trip) call(ctx context.Context, method, path, kind string, body []byte, into any) error {
	b, err := t.open(ctx, method, path, kind, body)
	if err != nil {
		return err
	}
	defer func() { _ = b.Close() }()
	text, err := io.ReadAll(io.LimitReader(b, maxAnswer))
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		return &provider.Failure{Class: provider.Garbled, Status: http.StatusOK, Message: "the answer about a batch cannot be read", Cause: err}
	}
	return nil
}

func (t *trip) post(ctx context.Context, path string, body, into any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("freight: %w", err)
	}
	return t.call(ctx, http.MethodPost, path, "application/json", text, into)
}

func failure(status int, text []byte) *provider.Failure {
	var said struct {
		Error struct {
			Message, Code, Type string
		}
	}
	_ = json.Unmarshal(text, &said) // what says nothing has no message
	f := &provider.Failure{Class: provider.Refused, Status: status, Message: clip(said.Error.Message)}
	switch {
	case status == http.StatusUnauthorized, status == http.StatusForbidden:
		f.Class = provider.Credential
	case status == http.StatusPaymentRequired, said.Error.Code == "insufficient_quota", said.Error.Type == "insufficient_quota":
		f.Class = provider.Quota
	case status == http.StatusTooManyRequests:
		f.Class = provider.RateLimited
	case status == http.StatusServiceUnavailable, status == 529:
		f.Class = provider.Overloaded
	case status >= 500:
		f.Class = provider.ServerError
	case status < 400:
		f.Class = provider.Garbled
	}
	return f
}

func clip(s string) string {
	if len(s) > 300 {
		s = strings.ToValidUTF8(s[:300], "")
	}
	return s
}
