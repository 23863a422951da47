package gateway

import (
	"context"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// refer leaves of a plan the connections that keep the files that a request names. A file of another key is as unknown as one
// that never was: one account at the provider serves the whole organization, so whoever may name a file reads it.
func (g *Gateway) refer(ctx context.Context, x *Exchange, p route.Plan) (route.Plan, error) {
	c := x.Call
	if g.Objects == nil || c.Family != llm.OpenAI && c.Family != llm.Responses {
		return p, nil
	}
	if !c.Needs.Files && !c.Bound.Opaque && !c.Bound.Unpriced && c.Operation != llm.EditImages {
		return p, nil // the decoders saw nothing that could be a file
	}
	if _, form := c.Native.(*openai.Form); form {
		return p, nil
	}
	for _, name := range named(c.Body) {
		o, ok, err := g.Objects.Find(ctx, x.Grant.Chain.Org, x.Grant.Chain.Key, object.File, name)
		if err != nil {
			return p, err
		}
		if !ok {
			f := openai.UnknownFile(name)
			f.Field = "file_id"
			return p, f
		}
		p.Targets = slices.DeleteFunc(slices.Clone(p.Targets), func(t route.Target) bool { return t.Connection.ID != o.Connection })
	}
	if len(p.Targets) == 0 {
		f := fault.Newf(fault.Invalid, "unsupported_parameter", "The model %q is not served by the connection that keeps the file. Send the file in the request, or ask for a model of that connection.", clip(c.Model))
		f.Field = "file_id"
		return p, f
	}
	return p, nil
}

// named are the ids of files in a JSON body, wherever they stand. What an earlier answer cited is sent back as it came, and
// names files of the provider's tools: nobody reads them by that.
func named(body []byte) []string {
	w := references{Cursor: scan.New(body), body: true}
	w.value(false)
	return w.ids
}

type references struct {
	scan.Cursor
	ids  []string
	body bool // nothing but the request itself was entered
}

// value walks over a value; file says that its strings are ids.
func (w *references) value(file bool) {
	switch w.Kind() {
	case scan.Object:
		w.object()
	case scan.Array:
		w.Array()
		for w.More() {
			w.value(file)
		}
	case scan.String:
		if t, ok := w.String(); ok && file {
			w.ids = append(w.ids, string(w.Value(t, nil)))
		}
	default:
		w.Skip()
	}
}

func (w *references) object() {
	before, cited, body := len(w.ids), false, w.body
	w.body = false
	w.Object()
	for key, more := w.Key(); more; key, more = w.Key() {
		name := string(w.Value(key, nil))
		if body && name == "metadata" { // the client's own labels
			w.Skip()
			continue
		}
		if name == "type" && w.Kind() == scan.String {
			t, _ := w.String()
			kind := string(w.Value(t, nil))
			cited = strings.HasSuffix(kind, "_citation") || kind == "file_path"
			continue
		}
		w.value(name == "file_id" || name == "file_ids")
	}
	if cited {
		w.ids = w.ids[:before]
	}
}
