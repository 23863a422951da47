// Package carry is the half of an adapter that is the same for all: building a request to a connection, and making a
// stream, or a failure with a class, of what comes back. An adapter adds its paths, its way to show a credential, and the
// wire it speaks; it never sends anything.
package carry

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Request builds a request without a credential. base stands in for a connection without a base URL; path is added to it.
// A body of nil makes a GET.
func Request(ctx context.Context, c *provider.Connection, base, path string, body []byte) (*http.Request, error) {
	if c.BaseURL != "" {
		base = c.BaseURL
	}
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	u, err := parsed(base)
	if err != nil {
		return nil, fmt.Errorf("carry: connection %s has no usable base URL", c.ID)
	}
	r, err := http.NewRequestWithContext(ctx, method, "", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("carry: %w", err)
	}
	path, query, _ := strings.Cut(path, "?")
	u.Path += path
	if query != "" {
		u.RawQuery = query // the base URL's own query stays otherwise
	}
	r.URL, r.Host = &u, u.Host
	// r.GetBody stays: net/http uses it only for a request that the provider provably did not take (a connection that
	// was dead before the first byte, an HTTP/2 GOAWAY that names it unprocessed). It repeats a request that may have
	// been read only if that has an Idempotency-Key, and none is ever forwarded.
	r.Header["Accept"], r.Header["User-Agent"] = asJSON, ourselves
	return r, nil
}

// What stands in nearly every request. Headers are replaced, never written into.
var asJSON, ourselves = []string{"application/json"}, []string{"bodhi-gateway"}

// bases are base URLs as they were last parsed: every request to a connection has the same one.
var bases struct {
	sync.Map // string → url.URL
	n        atomic.Int64
}

// mostBases bounds what is kept, should somebody change base URLs without end.
const mostBases = 4096

// parsed reads a base URL. Its path ends in a slash, and there is nothing behind it but a query.
func parsed(base string) (url.URL, error) {
	if u, ok := bases.Load(base); ok {
		return u.(url.URL), nil
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return url.URL{}, errBase
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/"
	u.RawPath, u.Fragment, u.RawFragment = "", "", ""
	u.Host = strings.TrimSuffix(u.Host, ":") // a port that is not there
	if bases.n.Add(1) > mostBases {
		bases.Clear()
		bases.n.Store(0)
	}
	bases.Store(base, *u)
	return *u, nil
}

var errBase = errors.New("no base URL")

// Unsupported refuses an operation that an adapter does not carry: another target may.
func Unsupported(call *llm.Call) error {
	f := fault.Newf(fault.Invalid, "unsupported_operation", "The provider of the model %q cannot be asked for %s. Use another model, or the endpoint that this one serves.", call.Model, call.Operation)
	f.Field = "model"
	return f
}

// Forward adds the client's headers that a provider may see, those named in also, and what a JSON body needs.
func Forward(r *http.Request, in http.Header, accept string, also ...string) {
	for _, name := range also {
		if v := in[name]; len(v) > 0 {
			r.Header[name] = v
		}
	}
	egress.ForwardRequest(r.Header, in)
	r.Header["Content-Type"] = asJSON
	if accept != "" {
		r.Header["Accept"] = []string{accept}
	}
}

// Accept is the Accept header for a call that w's provider answers in server-sent events, "" for the usual one.
func Accept(call *llm.Call, w llm.Wire) string {
	if call.Stream && !call.Whole(w) {
		return eventStream
	}
	return ""
}
