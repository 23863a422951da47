package azure

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
	"github.com/bodhi-gateway/bodhi/app/provider/compat"
)

// mediaPaths are what a deployment of pictures or sound has behind its name.
var mediaPaths = map[llm.Operation]string{
	llm.MakeImages: "images/generations", llm.EditImages: "images/edits", llm.Transcribe: "audio/transcriptions",
	llm.Interpret: "audio/translations", llm.Speak: "audio/speech",
}

// MediaVersion is the api-version for pictures and sound where the client named none: editing pictures, and the models that
// are billed by tokens, exist in preview versions only.
const MediaVersion = "2025-04-01-preview"

// media builds a request about pictures or sound. A form's model stays in it; Azure reads the deployment in the path.
func (a *Adapter) media(ctx context.Context, c *provider.Connection, call *llm.Call, edit llm.Edit, in http.Header) (*http.Request, error) {
	path, ok := mediaPaths[call.Operation]
	if !ok {
		return nil, carry.Unsupported(call)
	}
	if edit.Model == "" {
		edit.Model = call.Model
	}
	if !unversioned(c.BaseURL) {
		version := MediaVersion
		if v := openai.VersionOf(call); v != "" {
			version = v
		}
		var err error
		if path, err = deployment(edit.Model, path, version); err != nil {
			return nil, err
		}
	}
	r, err := a.request(ctx, c, path, []byte{})
	if err != nil {
		return nil, err
	}
	accept := carry.Accept(call, wire)
	if call.Plain != "" {
		accept = "*/*"
	}
	carry.Forward(r, in, accept)
	body := compat.PayloadOf(call, edit, compat.Counted)
	carry.Pieces(r, body.Pieces, body.Type)
	return r, nil
}
