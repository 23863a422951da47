// Package compat carries calls over the HTTP interface that OpenAI made and many servers copied. One Adapter serves them
// all; how a service differs is data: Settings, and a row in the table for those that have no package of their own.
// It builds requests and reads answers and never sends anything.
package compat

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Settings are how one service differs from OpenAI.
type Settings struct {
	// BaseURL stands in for a connection without one.
	BaseURL string
	// Quirks are how its reading of requests differs.
	Quirks openai.Quirks
	// Forward are request headers of the client that pass to it, in canonical form, beside those that pass to every
	// provider (egress.ForwardRequest).
	Forward []string
	// KeyHeader takes the credential, bare; "" means Authorization: Bearer.
	KeyHeader string
}

// Adapter implements provider.Adapter for one service.
type Adapter struct{ s Settings }

var _ provider.Adapter = (*Adapter)(nil)

// New makes an adapter.
func New(s Settings) *Adapter { return &Adapter{s: s} }

// Operations implements provider.Adapter.
func (*Adapter) Operations() []llm.Operation { return []llm.Operation{llm.Chat, llm.Embeddings} }

var paths = map[llm.Operation]string{llm.Chat: "chat/completions", llm.Embeddings: "embeddings"}

// Request implements provider.Adapter. A stream is always asked for its usage, where the service knows how: without it
// there would be nothing to bill by.
func (a *Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	path, ok := paths[call.Operation]
	if !ok {
		return nil, fmt.Errorf("compat: operation %q is not carried", call.Operation)
	}
	edit.IncludeUsage = call.Stream
	body := openai.Splice(call, edit, a.s.Quirks)
	r, err := a.request(ctx, c, http.MethodPost, path, body)
	if err != nil {
		return nil, err
	}
	for _, name := range a.s.Forward {
		if v := in[name]; len(v) > 0 {
			r.Header[name] = v
		}
	}
	egress.ForwardRequest(r.Header, in)
	r.Header["Content-Type"] = []string{"application/json"}
	if call.Stream {
		r.Header["Accept"] = []string{"text/event-stream"}
	}
	return r, nil
}

// ModelList implements provider.Adapter.
func (a *Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	return a.request(ctx, c, http.MethodGet, "models", nil)
}

func (a *Adapter) request(ctx context.Context, c *provider.Connection, method, path string, body []byte) (*http.Request, error) {
	base := c.BaseURL
	if base == "" {
		base = a.s.BaseURL
	}
	u, err := url.Parse(base)
	if err != nil || u.Host == "" || u.User != nil || (u.Scheme != "https" && u.Scheme != "http") {
		return nil, fmt.Errorf("compat: connection %s has no usable base URL", c.ID)
	}
	u.Path = strings.TrimRight(u.Path, "/") + "/" + path
	u.RawPath, u.Fragment = "", ""
	r, err := http.NewRequestWithContext(ctx, method, u.String(), bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("compat: build request: %w", err)
	}
	// r.GetBody stays: net/http uses it only for a request that the provider provably did not take (a connection that
	// was dead before the first byte, an HTTP/2 GOAWAY that names it unprocessed). It repeats a request that may have
	// been read only if that has an Idempotency-Key, and none is ever forwarded.
	r.Header["Accept"] = []string{"application/json"}
	r.Header["User-Agent"] = []string{"bodhi-gateway"}
	if !c.Credential.IsEmpty() {
		if a.s.KeyHeader == "" {
			r.Header["Authorization"] = []string{"Bearer " + c.Credential.Reveal()}
		} else {
			r.Header[http.CanonicalHeaderKey(a.s.KeyHeader)] = []string{c.Credential.Reveal()}
		}
	}
	return r, nil
}
