// Package bedrock is AWS Bedrock: Converse in a region, and InvokeModel for what Converse does not have, with a Bedrock API key or with requests signed by an access key.
package bedrock

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	dialect "github.com/bodhi-gateway/bodhi/app/llm/dialect/bedrock"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// Adapter implements provider.Adapter.
type Adapter struct {
	clock  clock.Clock // dates signatures
	signer *v4.Signer
}

var _ provider.Adapter = (*Adapter)(nil)

// New makes the adapter.
func New(c clock.Clock) *Adapter { return &Adapter{clock: c, signer: v4.NewSigner()} }

// Operations implements provider.Adapter.
func (*Adapter) Operations() []llm.Operation {
	return []llm.Operation{llm.Chat, llm.Embeddings, llm.MakeImages}
}

// plain are model ids, inference profiles and their ARNs.
var plain = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._:/+=-]*$`)

// Request implements provider.Adapter.
func (a *Adapter) Request(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	model := dialect.Model(call, edit)
	w, method, accept, err := asked(call, model)
	if err != nil {
		return nil, err
	}
	body, err := llm.Body(w, call, edit)
	if err != nil {
		return nil, err
	}
	if !plain.MatchString(model) || strings.Contains(model, "..") || strings.Contains(model, "//") {
		return nil, fault.Newf(fault.Invalid, "model_not_found", "Bedrock has no models with a name like %q. Name one by its model id, or by the id or ARN of an inference profile.", model)
	}
	r, err := a.request(ctx, c, "", "model/"+model+"/"+method, body)
	if err != nil {
		return nil, err
	}
	// The id is one segment: a colon, and the slash of an ARN, are escaped in it, and signed that way.
	base := strings.TrimSuffix(r.URL.Path, "model/"+model+"/"+method)
	r.URL.RawPath = (&url.URL{Path: base}).EscapedPath() + "model/" + escaped(model) + "/" + method
	carry.Forward(r, in, accept)
	return r, a.sign(ctx, c, r, body)
}

// asked is the wire, the method and the answer's media type for a call.
func asked(call *llm.Call, model string) (w llm.Wire, method, accept string, err error) {
	const document = "application/json"
	switch {
	case call.Operation == llm.Embeddings && dialect.Embeds(model), call.Operation == llm.MakeImages && dialect.Draws(model):
		return dialect.Maker{}, "invoke", document, nil
	case call.Operation != llm.Chat:
		return nil, "", "", carry.Unsupported(call)
	case call.Stream:
		return dialect.Wire{}, "converse-stream", "application/vnd.amazon.eventstream", nil
	}
	return dialect.Wire{}, "converse", document, nil
}

// escaped is a path segment as AWS's SDKs write it.
func escaped(s string) string {
	return strings.NewReplacer(":", "%3A", "+", "%2B", "=", "%3D").Replace(url.PathEscape(s))
}

// Response implements provider.Adapter.
func (*Adapter) Response(r *http.Response, call *llm.Call) (llm.Stream, error) {
	w := dialect.Wire{Exception: r.Header.Get("X-Amzn-Errortype")}
	if call.Operation == llm.Chat {
		return carry.Response(w, r, call)
	}
	m := dialect.Maker{Wire: w}
	if n, err := strconv.ParseInt(r.Header.Get("X-Amzn-Bedrock-Input-Token-Count"), 10, 64); err == nil {
		m.Tokens = &n
	}
	return carry.Response(m, r, call)
}

// ModelList implements provider.Adapter: the foundation models of the region, from Bedrock's other endpoint.
func (a *Adapter) ModelList(ctx context.Context, c *provider.Connection) (*http.Request, error) {
	r, err := a.request(ctx, c, "bedrock.", "foundation-models", nil)
	if err != nil {
		return nil, err
	}
	return r, a.sign(ctx, c, r, nil)
}

// Models implements provider.Adapter.
func (*Adapter) Models(r *http.Response) ([]string, error) {
	return carry.Models(dialect.Wire{Exception: r.Header.Get("X-Amzn-Errortype")}, r, "modelSummaries", "modelId")
}

// request builds a request to a connection's own endpoint, or to the one of Bedrock's that begins with prefix.
func (a *Adapter) request(ctx context.Context, c *provider.Connection, prefix, path string, body []byte) (*http.Request, error) {
	root, region := place(c)
	if root == "" {
		root = "https://" + cmp.Or(prefix, "bedrock-runtime.") + region + ".amazonaws.com"
		if strings.HasPrefix(region, "cn-") {
			root += ".cn"
		}
	}
	there := *c
	there.BaseURL = root
	return carry.Request(ctx, &there, root, path, body)
}

// place is where a connection leads: "" for Bedrock's own address in the region.
func place(c *provider.Connection) (root, region string) {
	root, s := provider.SettingsOf(provider.Bedrock, c.BaseURL)
	return root, cmp.Or(s["region"], provider.DefaultRegion)
}

// sign shows the credential. A signature covers every header there is, so it comes last.
func (a *Adapter) sign(ctx context.Context, c *provider.Connection, r *http.Request, body []byte) error {
	key := c.Credential.Reveal()
	switch {
	case key == "":
		return nil
	case !provider.IsAccessKey(key):
		r.Header["Authorization"] = []string{"Bearer " + key}
		return nil
	}
	k, err := provider.ParseAccessKey(key)
	if err != nil {
		return err
	}
	_, region := place(c)
	sum := sha256.Sum256(body)
	err = a.signer.SignHTTP(ctx, aws.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret.Reveal(), SessionToken: k.Session.Reveal()}, r,
		hex.EncodeToString(sum[:]), "bedrock", region, a.clock.Now())
	if err != nil {
		return fmt.Errorf("bedrock: sign the request: %w", err)
	}
	return nil
}
