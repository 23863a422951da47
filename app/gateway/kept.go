package gateway

import (
	"context"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/object"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// What providers keep belongs to the key whose request made it. Everything here answers the same to a key that does not own
// an object as to one that asks for an object that never was.

// own notes that the provider keeps an answer, or a file.
func (g *Gateway) own(x *Exchange, e llm.Event) {
	if e.Kept == "" || g.Objects == nil {
		return
	}
	o := object.Object{Org: x.Grant.Chain.Org, Key: x.Grant.Chain.Key, Kind: object.Response, Upstream: e.Kept,
		Connection: x.try.target.Connection.ID, Created: g.clock.Now()}
	if x.Call.Operation == llm.UploadFile {
		o.Kind, o.Detail = object.File, string(e.Raw)
	}
	g.Objects.Own(o)
}

// owned finds the answer that a call is about; false if the key owns none of this id.
func (g *Gateway) owned(ctx context.Context, x *Exchange) (object.Object, bool, error) {
	if g.Objects == nil {
		return object.Object{}, false, nil
	}
	return g.Objects.Find(ctx, x.Grant.Chain.Org, x.Grant.Chain.Key, object.Response, x.Call.Follows)
}

// planKept sends a call about a kept answer to the connection that made it, and nowhere else.
func (g *Gateway) planKept(ctx context.Context, x *Exchange) error {
	o, ok, err := g.owned(ctx, x)
	if err != nil {
		return err
	}
	if ok {
		if c, there := g.Routes.Connection(o.Org, o.Connection); there {
			x.kept = o
			x.Plan = route.Plan{Route: "stored response", Targets: []route.Target{{Connection: c, Why: "it keeps the response"}}}
			return nil
		}
	}
	return responses.Unknown(x.Call.Follows)
}

// follow leaves of a plan the connection that keeps the answer from which the call goes on.
func (g *Gateway) follow(ctx context.Context, x *Exchange, p route.Plan) (route.Plan, error) {
	o, ok, err := g.owned(ctx, x)
	if err != nil {
		return p, err
	}
	if !ok {
		f := fault.Newf(fault.NotFound, "previous_response_not_found", "Previous response with id '%s' not found.", clip(x.Call.Follows))
		f.Field = "previous_response_id"
		return p, f
	}
	p.Targets = slices.DeleteFunc(slices.Clone(p.Targets), func(t route.Target) bool { return t.Connection.ID != o.Connection })
	if len(p.Targets) == 0 {
		f := fault.Newf(fault.Invalid, "unsupported_parameter", "The model %q is not served by the connection that keeps the previous response. Send the whole conversation in \"input\", or ask for a model of that connection.", clip(x.Call.Model))
		f.Field = "previous_response_id"
		return p, f
	}
	return p, nil
}

// forget notes that the provider has deleted an answer.
func (g *Gateway) forget(x *Exchange) {
	if (x.Call.Operation == llm.DeleteKept || x.Call.Operation == llm.DeleteFile) && g.Objects != nil {
		g.Objects.Forget(x.kept)
	}
}
