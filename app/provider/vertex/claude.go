package vertex

import (
	"context"
	"net/http"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// Claude on Vertex is Anthropic's dialect under Google's paths: the path names the model, and the body holds the version
// instead of a header.

const (
	publisher = "publishers/anthropic/models/"
	version   = `"anthropic_version":"vertex-2023-10-16"`
)

// tally stands where the model does when tokens are counted; the body then names it.
const tally = "count-tokens"

// claude builds a request to Claude.
func (a *Adapter) claude(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, model string, in http.Header) (*http.Request, error) {
	model = strings.TrimPrefix(model, publisher)
	edit.Model = model
	body, err := llm.Body(claude.Wire{}, call, edit)
	if err != nil {
		return nil, err
	}
	method := ":rawPredict"
	switch {
	case call.Operation == llm.CountTokens:
		model, body = tally, versioned(body, true)
	case call.Operation != llm.Chat:
		return nil, carry.Unsupported(call)
	default:
		if call.Stream {
			method = ":streamRawPredict"
		}
		body = versioned(body, false)
	}
	at, err := a.place(c)
	if err != nil {
		return nil, err
	}
	if at.resource == "" {
		return nil, fault.Field("settings.project", "Claude on Vertex AI needs a Google Cloud project: an API key alone does not reach it. Enter the project in the connection.")
	}
	r, err := a.request(ctx, c, at.root, "v1/"+at.resource+publisher+model+method, body)
	if err != nil {
		return nil, err
	}
	carry.Forward(r, in, carry.Accept(call, claude.Wire{}))
	if call.Family != llm.Anthropic {
		delete(r.Header, "Anthropic-Beta") // a client of another dialect cannot mean it
	}
	return r, nil
}

// versioned puts the version into a body of Anthropic's: in the place of the model, which the path names, or behind the
// opening brace where the model is kept.
func versioned(body []byte, keepModel bool) []byte {
	c := scan.New(body)
	c.Object()
	open := c.At()
	for key, ok := c.Key(); ok && !keepModel; key, ok = c.Key() {
		name := string(c.Value(key, nil))
		if c.Skip(); name == "model" {
			return llm.Splice(body, []llm.Cut{{From: key.From, To: c.At(), With: version}})
		}
	}
	return llm.Splice(body, []llm.Cut{{From: open, To: open, With: version + ","}})
}

// fromClaude reports whether an answer is Claude's; the request's path tells.
func fromClaude(r *http.Response) bool {
	return strings.Contains(carry.Path(r), "/"+publisher)
}
