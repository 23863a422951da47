// Package anthropic is Anthropic's own API: the adapter of api.anthropic.com and of servers that copied it.
package anthropic

import (
	"context"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// BaseURL is what Anthropic's SDKs take: the version is part of their paths.
const BaseURL = "https://api.anthropic.com"

// Adapter implements provider.Adapter.
type Adapter struct{}

var _ provider.Adapter = Adapter{}

// New makes the adapter.
func New() Adapter { return Adapter{} }

var paths = map[llm.Operation]string{llm.Chat: "v1/messages", llm.CountTokens: "v1/messages/count_tokens"}

// Operations implements provider.Adapter.
func (Adapter) Operations() []llm.Operation { return []llm.Operation{llm.Chat, llm.CountTokens} }

// Request implements provider.Adapter. The client's anthropic-version and anthropic-beta pass to Anthropic when its body
// does: halves of a pair. A body that we wrote ourselves goes under the version that it was written for.
func (Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	path, ok := paths[call.Operation]
	if !ok {
		return nil, carry.Unsupported(call)
	}
	body, pieces, err := llm.Sent(anthropic.Wire{}, call, edit)
	if err != nil {
		return nil, err
	}
	if beta, _ := call.Native.(anthropic.Beta); beta {
		path += "?beta=true"
	}
	r, err := request(ctx, c, path, body)
	if err != nil {
		return nil, err
	}
	if v := in["Anthropic-Version"]; call.Family == llm.Anthropic && len(v) == 1 && v[0] != "" {
		r.Header["Anthropic-Version"] = v
	}
	carry.Forward(r, in, accept(call))
	carry.Pieced(r, pieces)
	if call.Family != llm.Anthropic {
		delete(r.Header, "Anthropic-Beta") // a client of another dialect cannot mean it
	}
	return r, nil
}

func accept(call *llm.Call) string {
	if call.Stream {
		return "text/event-stream"
	}
	return ""
}

// Response implements provider.Adapter.
func (Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	return carry.Response(anthropic.Wire{}, r, call)
}

// ModelList implements provider.Adapter.
func (Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	return request(ctx, c, "v1/models?limit=1000", nil)
}

// Models implements provider.Adapter.
func (Adapter) Models(r *http.Response) ([]string, error) {
	return carry.Models(anthropic.Wire{}, r, "data", "id")
}

func request(ctx context.Context, c *provider.Connection, path string, body []byte) (*http.Request, error) {
	if strings.HasSuffix(strings.TrimRight(c.BaseURL, "/"), "/v1") { // as some SDKs take it
		path = strings.TrimPrefix(path, "v1/")
	}
	r, err := carry.Request(ctx, c, BaseURL, path, body)
	if err != nil {
		return nil, err
	}
	r.Header["Anthropic-Version"] = []string{anthropic.Version}
	if !c.Credential.IsEmpty() {
		r.Header["X-Api-Key"] = []string{c.Credential.Reveal()}
	}
	return r, nil
}
