package gateway

import (
	"cmp"
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/document/tool"
	"github.com/bodhi-gateway/bodhi/app/key"
)

// Documents asks models about documents. *tool.Service implements it. Each of its questions comes back as a request of its own (As), which
// passes the whole pipeline; the call around them holds nothing and leaves no record.
type Documents interface {
	Serve(r *http.Request, g *key.Grant, name string, body []byte) (tool.Reply, error)
}

// readDocument answers POST /v1/documents/NAME. The file is in memory until the last question is answered.
func (g *Gateway) readDocument(x *Exchange, name string) {
	if g.Documents == nil {
		x.Err = unknownPath(x.R)
		return
	}
	if x.Err = cmp.Or(narrowed(x), undry(x)); x.Err != nil { // a text that is there to be read asks nobody who would check
		return
	}
	landed, err := g.weigh(x)
	if err != nil {
		x.Err = err
		return
	}
	defer func() {
		if landed != nil {
			landed(context.WithoutCancel(x.R.Context()), x)
		}
	}()
	body, err := g.readBody(x)
	if err != nil {
		x.Err = err
		return
	}
	reply, err := g.Documents.Serve(x.R, x.Grant, name, body)
	if err != nil {
		x.Err = err
		return
	}
	x.W.Header()["Content-Type"] = []string{reply.Type}
	x.say("X-Bodhi-Cost-Usd", reply.Cost.String())
	x.wrote = true
	x.W.WriteHeader(http.StatusOK)
	_, _ = x.W.Write(reply.Body)
}
