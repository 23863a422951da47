// Package vertex is Google Vertex AI: the Gemini dialect under the paths of a Google Cloud project, with tokens of a service
// account, with an API key, or with the identity of the machine that the gateway runs on.
package vertex

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	claude "github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/gemini"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// Adapter implements provider.Adapter. Unlike others it holds something: the tokens of its connections.
type Adapter struct {
	accounts *carry.Accounts[provider.ServiceAccount]
}

var _ provider.Adapter = (*Adapter)(nil)

// New makes the adapter. Tokens are fetched through out, the one way out of the process.
func New(out http.RoundTripper, c clock.Clock) *Adapter {
	return &Adapter{&carry.Accounts[provider.ServiceAccount]{Clock: c, Open: market{out}.open}}
}

// Operations implements provider.Adapter.
func (*Adapter) Operations() []llm.Operation {
	return []llm.Operation{llm.Chat, llm.CountTokens, llm.Embeddings, llm.MakeImages, llm.EditImages, llm.Transcribe, llm.Interpret, llm.Speak}
}

var wire = dialect.Wire{Vertex: true}

// Request implements provider.Adapter. It may wait for a token; that costs nothing.
func (a *Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	model := edit.Model
	if model == "" {
		model = call.Model
	}
	if provider.IsClaude(model) {
		return a.claude(ctx, c, call, edit, model, in)
	}
	resource := model
	if !strings.Contains(model, "/") {
		resource = "publishers/google/models/" + model
	}
	w, path, err := asked(call, model, resource)
	if err != nil {
		return nil, err
	}
	body, pieces, err := llm.Sent(w, call, edit)
	if err != nil {
		return nil, err
	}
	at, err := a.place(c)
	if err != nil {
		return nil, err
	}
	r, err := a.request(ctx, c, at.root, "v1/"+at.resource+path, body)
	if err != nil {
		return nil, err
	}
	carry.Forward(r, in, carry.Accept(call, w))
	carry.Pieced(r, pieces)
	return r, nil
}

// asked is the wire and the path for a call. Vectors and pictures have words of their own, which differ by model.
func asked(call *llm.Call, model, resource string) (w llm.Wire, path string, err error) {
	name := model[strings.LastIndexByte(model, '/')+1:]
	method := ""
	switch {
	case call.Operation == llm.Embeddings:
		w, method = dialect.VertexTexts(call, name)
	case call.Operation.Media():
		w, method = wire.Wish(call, name)
	default:
		path, err = dialect.Path(call, resource)
		return wire, path, err
	}
	path, err = dialect.MethodPath(resource, method)
	return w, path, err
}

// Response implements provider.Adapter.
func (*Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	switch {
	case fromClaude(r):
		return carry.Response(claude.Wire{}, r, call)
	case call.Operation == llm.Embeddings:
		return carry.Response(dialect.VertexAnswer(call, carry.Path(r)), r, call)
	case call.Operation.Media():
		return carry.Response(wire.WishAnswer(carry.Path(r)), r, call)
	}
	return carry.Response(wire, r, call)
}

// ModelList implements provider.Adapter.
func (a *Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	at, err := a.place(c)
	if err != nil {
		return nil, err
	}
	return a.request(ctx, c, at.root, "v1beta1/publishers/google/models?pageSize=300", nil)
}

// Models implements provider.Adapter.
func (*Adapter) Models(r *http.Response) ([]string, error) {
	names, err := carry.Models(wire, r, "publisherModels", "name")
	for i := range names {
		names[i] = strings.TrimPrefix(names[i], "publishers/google/models/")
	}
	return names, err
}

// place is where a connection's models are.
type place struct {
	root     string // scheme and host, and what path a proxy has in front
	project  string
	resource string // "projects/p/locations/l/", or "" for an API key without a project
}

// place reads the connection's address; what it does not say, a service account's key does.
func (a *Adapter) place(c *provider.Connection) (at place, err error) {
	root, s := provider.SettingsOf(provider.Vertex, c.BaseURL)
	location := s["location"]
	if location == "" {
		location = "global"
	}
	if at.root = root; root == "" {
		at.root = provider.VertexHost(location)
	}
	at.project = s["project"]
	key := c.Credential.Reveal()
	if at.project == "" && provider.IsServiceAccount(key) {
		account, err := a.accounts.Of(c)
		if err != nil {
			return at, err
		}
		at.project = account.About.Project
	}
	switch {
	case at.project != "":
		at.resource = "projects/" + url.PathEscape(at.project) + "/locations/" + location + "/"
	case key == "" || provider.IsServiceAccount(key):
		return at, fault.Field("settings.project", "This connection names no Google Cloud project, and its credential does not either. Enter the project's id.")
	}
	return at, nil
}

func (a *Adapter) request(ctx context.Context, c *provider.Connection, root, path string, body []byte) (*http.Request, error) {
	there := *c
	there.BaseURL = root
	r, err := carry.Request(ctx, &there, root, path, body)
	if err != nil {
		return nil, err
	}
	key := c.Credential.Reveal()
	if key != "" && !provider.IsServiceAccount(key) {
		r.Header["X-Goog-Api-Key"] = []string{key}
		return r, nil
	}
	account, err := a.accounts.Of(c)
	if err != nil {
		return nil, err
	}
	token, err := account.Token(ctx)
	if err != nil {
		return nil, err
	}
	r.Header["Authorization"] = []string{"Bearer " + token.Reveal()}
	return r, nil
}
