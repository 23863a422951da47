// Package compat carries calls over the HTTP interface that OpenAI made and many servers copied. One Adapter serves them
// all; how a service differs is data: Settings, and a row in the table for those that have no package of their own.
// It builds requests and reads answers and never sends anything.
package compat

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
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
	// Responses says that the service speaks OpenAI's Responses API, too.
	Responses bool
	// NoMedia says that it has neither pictures nor sound nor files.
	NoMedia bool
	// Counted are speech models whose use only a stream of events tells: they are always asked for one. Nil means that none
	// of its models is.
	Counted *regexp.Regexp
	// KeyHeader takes the credential, bare; "" means Authorization: Bearer.
	KeyHeader string
	// Known says that connections may be to services of the table (provider.Known), which then say how they differ.
	Known bool
}

// Adapter implements provider.Adapter for one service.
type Adapter struct{ s Settings }

var _ provider.Adapter = (*Adapter)(nil)

// New makes an adapter.
func New(s Settings) *Adapter { return &Adapter{s: s} }

// Operations implements provider.Adapter.
func (a *Adapter) Operations() []llm.Operation {
	if a.s.NoMedia {
		return text
	}
	return all
}

var (
	text = []llm.Operation{llm.Chat, llm.Completions, llm.Embeddings}
	all  = slices.Concat(text, slices.Sorted(maps.Keys(mediaPaths)), []llm.Operation{llm.ShowFile, llm.ReadFile, llm.DeleteFile})
)

var paths = map[llm.Operation]string{llm.Chat: "chat/completions", llm.Completions: "completions", llm.Embeddings: "embeddings"}

// Request implements provider.Adapter. A stream is always asked for its usage, where the service knows how: without it
// there would be nothing to bill by.
func (a *Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	if call.Operation.Kept() {
		return a.kept(ctx, c, call, in)
	}
	if call.Operation.Media() || call.Operation.Filed() {
		return a.media(ctx, c, call, edit, in)
	}
	path, ok := paths[call.Operation]
	if !ok {
		return nil, carry.Unsupported(call)
	}
	edit.IncludeUsage = call.Stream
	k := a.known(c)
	wire := a.wire(a.responds(call, edit.Model), k)
	if wire.Family() == llm.Responses {
		path = responsesPath
	}
	var pieces [][]byte
	body, err := []byte(nil), error(nil)
	var limits *openai.Limits
	if k != nil {
		limits = k.Limits.For(call.Operation)
	}
	if limits != nil {
		if body, err = llm.Body(wire, call, edit); err == nil {
			body, err = limits.Fit(body, k.Title, edit.Notes)
		}
	} else {
		body, pieces, err = llm.Sent(wire, call, edit)
	}
	if err != nil {
		return nil, err
	}
	r, err := a.request(ctx, c, path, body)
	if err != nil {
		return nil, err
	}
	accept := ""
	if call.Stream {
		accept = "text/event-stream"
	}
	also := a.s.Forward
	if k != nil {
		also = k.Forward
	}
	carry.Forward(r, in, accept, also...)
	carry.Pieced(r, pieces)
	return r, nil
}

// known is the table's row for a connection; nil for any other server.
func (a *Adapter) known(c *provider.Connection) *provider.Known {
	if !a.s.Known {
		return nil
	}
	return c.Known()
}

// responsesPath is where the Responses API is.
const responsesPath = "responses"

// only are the models that OpenAI serves there and nowhere else.
var only = regexp.MustCompile(`^(?:codex-|o1-pro|o3-pro|gpt-5[.\d]*-(?:codex|pro)|computer-use)|-deep-research|-codex`)

// onlyThere is only.MatchString, after a look that costs less: nearly all models have none of these words.
func onlyThere(model string) bool {
	for _, word := range [...]string{"codex", "pro", "research", "computer"} {
		if strings.Contains(model, word) {
			return only.MatchString(model)
		}
	}
	return false
}

// responds reports whether a call goes to the Responses API: its client speaks that dialect, or nothing else has the model.
func (a *Adapter) responds(call *llm.Call, model string) bool {
	return a.s.Responses && (call.Operation == llm.Chat || call.Operation.Kept()) && (call.Family == llm.Responses || onlyThere(model))
}

func (a *Adapter) wire(responds bool, k *provider.Known) llm.Wire {
	switch {
	case responds:
		return responses.Wire{}
	case k != nil:
		return openai.Wire{Quirks: k.Quirks}
	}
	return openai.Wire{Quirks: a.s.Quirks}
}

// Response implements provider.Adapter. Where a call of another dialect went is told by the request's path.
func (a *Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	there := a.responds(call, "") || a.s.Responses && r.Request != nil && strings.HasSuffix(r.Request.URL.Path, "/"+responsesPath)
	return carry.Response(a.wire(there, a.answering(r)), r, call)
}

// answering is the table's row for an answer, which does not say whose it is; the request that it answers does. nil for
// servers of one's own and any other.
func (a *Adapter) answering(r *http.Response) *provider.Known {
	if !a.s.Known || r.Request == nil {
		return nil
	}
	return provider.ServiceAt(r.Request.URL)
}

// ModelList implements provider.Adapter.
func (a *Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	path := "models"
	if k := a.known(c); k != nil && k.List.Path != "" {
		path = k.List.Path
	}
	return a.request(ctx, c, path, nil)
}

// Models implements provider.Adapter.
func (a *Adapter) Models(r *http.Response) ([]string, error) {
	var list provider.List
	if k := a.answering(r); k != nil {
		list = k.List
	}
	names, err := carry.Models(a.wire(false, nil), r, cmp.Or(list.Array, "data"), "id")
	if list.Silent {
		names = nil
	}
	return names, err
}

func (a *Adapter) request(ctx context.Context, c *provider.Connection, path string, body []byte) (*http.Request, error) {
	r, err := carry.Request(ctx, c, a.s.BaseURL, path, body)
	if err != nil || c.Credential.IsEmpty() {
		return r, err
	}
	if a.s.KeyHeader == "" {
		r.Header["Authorization"] = []string{"Bearer " + c.Credential.Reveal()}
	} else {
		r.Header[http.CanonicalHeaderKey(a.s.KeyHeader)] = []string{c.Credential.Reveal()}
	}
	return r, nil
}
