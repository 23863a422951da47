// Package azure is Azure OpenAI: OpenAI's dialect under the paths of a resource, where a model's name is a deployment's,
// with the resource's key or with tokens of an Entra ID application.
package azure

import (
	"context"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// Version is the api-version that we send where the client named none: the newest that is not a preview.
const Version = "2024-10-21"

// Adapter implements provider.Adapter. It holds the Entra tokens of its connections.
type Adapter struct {
	accounts *carry.Accounts[provider.Entra]
}

var _ provider.Adapter = (*Adapter)(nil)

// New makes the adapter. Tokens are fetched through out, the one way out of the process.
func New(out http.RoundTripper, c clock.Clock) *Adapter {
	return &Adapter{&carry.Accounts[provider.Entra]{Clock: c, Open: market{out}.open}}
}

// Operations implements provider.Adapter.
func (*Adapter) Operations() []llm.Operation {
	return slices.Concat([]llm.Operation{llm.Chat, llm.Embeddings}, slices.Sorted(maps.Keys(mediaPaths)))
}

var (
	paths = map[llm.Operation]string{llm.Chat: "chat/completions", llm.Embeddings: "embeddings"}
	wire  = openai.Wire{}
	// plain are deployment names that may stand in a path without changing where it leads. Azure takes fewer.
	plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._+=-]*$`)
)

// Request implements provider.Adapter. The api-version of an Azure client passes when its body does: halves of a pair. It
// may wait for a token; that costs nothing.
func (a *Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	if call.Operation.Media() {
		return a.media(ctx, c, call, edit, in)
	}
	path, ok := paths[call.Operation]
	if !ok {
		return nil, carry.Unsupported(call)
	}
	if edit.Model == "" {
		edit.Model = call.Model
	}
	edit.IncludeUsage = call.Stream
	body, pieces, err := llm.Sent(wire, call, edit)
	if err != nil {
		return nil, err
	}
	if !unversioned(c.BaseURL) {
		version := Version
		if v := openai.VersionOf(call); v != "" && call.Family == llm.OpenAI {
			version = v
		}
		if path, err = deployment(edit.Model, path, version); err != nil {
			return nil, err
		}
	}
	r, err := a.request(ctx, c, path, body)
	if err != nil {
		return nil, err
	}
	carry.Forward(r, in, carry.Accept(call, wire))
	carry.Pieced(r, pieces)
	return r, nil
}

// deployment is the path of a deployment's operation.
func deployment(name, path, version string) (string, error) {
	if !plain.MatchString(name) {
		return "", fault.Newf(fault.Invalid, "model_not_found", "Azure has no deployments with a name like %q. Name one as the resource's list of deployments has it.", name)
	}
	return "deployments/" + name + "/" + path + "?api-version=" + version, nil
}

// Response implements provider.Adapter.
func (*Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	return carry.Response(wire, r, call)
}

// ModelList implements provider.Adapter. Azure lists the models that a resource could deploy, not its deployments: whoever
// connects it names those in aliases. The list still proves the credential.
func (a *Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	if unversioned(c.BaseURL) {
		return a.request(ctx, c, "models", nil)
	}
	return a.request(ctx, c, "models?api-version="+Version, nil)
}

// Models implements provider.Adapter.
func (*Adapter) Models(r *http.Response) ([]string, error) {
	return carry.Models(wire, r, "data", "id")
}

// unversioned reports whether a base URL is the newer API's, which names deployments in the body and no version.
func unversioned(base string) bool {
	return strings.HasSuffix(strings.TrimRight(base, "/"), "/openai/v1")
}

func (a *Adapter) request(ctx context.Context, c *provider.Connection, path string, body []byte) (*http.Request, error) {
	if base := strings.TrimRight(c.BaseURL, "/"); !unversioned(base) && !strings.HasSuffix(base, "/openai") {
		path = "openai/" + path
	}
	r, err := carry.Request(ctx, c, "", path, body)
	if err != nil {
		return nil, err
	}
	key := c.Credential.Reveal()
	if !provider.IsEntra(key) {
		if key != "" {
			r.Header["Api-Key"] = []string{key}
		}
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
