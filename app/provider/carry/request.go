// Package carry is the half of an adapter that is the same for all: building a request to a connection, and making a
// stream, or a failure with a class, of what comes back. An adapter adds its paths, its way to show a credential, and the
// wire it speaks; it never sends anything.
package carry

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"

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
	r, err := http.NewRequestWithContext(ctx, method, base, bytes.NewReader(body))
	if err != nil || r.URL.Host == "" || r.URL.User != nil || (r.URL.Scheme != "https" && r.URL.Scheme != "http") {
		return nil, fmt.Errorf("carry: connection %s has no usable base URL", c.ID)
	}
	path, query, _ := strings.Cut(path, "?")
	u := r.URL
	u.Path = strings.TrimRight(u.Path, "/") + "/" + path
	u.RawPath, u.Fragment, u.RawFragment = "", "", ""
	if query != "" {
		u.RawQuery = query // the base URL's own query stays otherwise
	}
	// r.GetBody stays: net/http uses it only for a request that the provider provably did not take (a connection that
	// was dead before the first byte, an HTTP/2 GOAWAY that names it unprocessed). It repeats a request that may have
	// been read only if that has an Idempotency-Key, and none is ever forwarded.
	r.Header["Accept"] = []string{"application/json"}
	r.Header["User-Agent"] = []string{"bodhi-gateway"}
	return r, nil
}

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
	r.Header["Content-Type"] = []string{"application/json"}
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
