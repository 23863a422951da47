// Package gemini is Google AI Studio: the Gemini API with an API key.
package gemini

import (
	"cmp"
	"context"
	"net/http"
	"regexp"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// BaseURL is what Google's SDKs take: the version is part of their paths.
const BaseURL = "https://generativelanguage.googleapis.com"

// Adapter implements provider.Adapter.
type Adapter struct{}

var _ provider.Adapter = Adapter{}

// New makes the adapter.
func New() Adapter { return Adapter{} }

// Operations implements provider.Adapter.
func (Adapter) Operations() []llm.Operation {
	return []llm.Operation{llm.Chat, llm.CountTokens, llm.Embeddings, llm.MakeImages, llm.EditImages, llm.Transcribe, llm.Interpret, llm.Speak}
}

// Request implements provider.Adapter.
func (Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	w, path, err := asked(call, cmp.Or(edit.Model, call.Model))
	if err != nil {
		return nil, err
	}
	body, pieces, err := llm.Sent(w, call, edit)
	if err != nil {
		return nil, err
	}
	r, err := request(ctx, c, path, body)
	if err != nil {
		return nil, err
	}
	carry.Forward(r, in, carry.Accept(call, w))
	carry.Pieced(r, pieces)
	return r, nil
}

// asked is the wire and the path for a call. Tuned models bring their own collection.
func asked(call *llm.Call, model string) (w llm.Wire, path string, err error) {
	resource := model
	if !strings.Contains(model, "/") {
		resource = "models/" + model
	}
	if call.Operation.Media() {
		w, method := gemini.Wire{}.Wish(call, strings.TrimPrefix(resource, "models/"))
		path, err = gemini.MethodPath(resource, method)
		return w, path, err
	}
	path, err = gemini.Path(call, resource)
	return gemini.Wire{}, path, err
}

// Response implements provider.Adapter.
func (Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	return carry.Response(gemini.Wire{}.WishAnswer(carry.Path(r)), r, call)
}

// ModelList implements provider.Adapter.
func (Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	return request(ctx, c, "models?pageSize=1000", nil)
}

// Models implements provider.Adapter.
func (Adapter) Models(r *http.Response) ([]string, error) {
	names, err := carry.Models(gemini.Wire{}, r, "models", "name")
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], "models/")
	}
	return names, err
}

// versioned are base URLs that name the API's version already.
var versioned = regexp.MustCompile(`/v\d+[a-z0-9]*/?$`)

func request(ctx context.Context, c *provider.Connection, path string, body []byte) (*http.Request, error) {
	if !versioned.MatchString(c.BaseURL) {
		path = "v1beta/" + path
	}
	r, err := carry.Request(ctx, c, BaseURL, path, body)
	if err != nil {
		return nil, err
	}
	if !c.Credential.IsEmpty() {
		r.Header["X-Goog-Api-Key"] = []string{c.Credential.Reveal()}
	}
	return r, nil
}
