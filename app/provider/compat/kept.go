package compat

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/carry"
)

// about are the methods and the path's ends for what is asked of a kept response.
var about = map[llm.Operation]struct{ method, end string }{
	llm.ShowKept:   {http.MethodGet, ""},
	llm.DeleteKept: {http.MethodDelete, ""},
	llm.CancelKept: {http.MethodPost, "/cancel"},
	llm.ListKept:   {http.MethodGet, "/input_items"},
}

// kept builds a request about a response that the service keeps.
func (a *Adapter) kept(ctx context.Context, c *provider.Connection, call *llm.Call, in http.Header) (*http.Request, error) {
	ask, ok := about[call.Operation]
	if !ok || !a.s.Responses {
		return nil, carry.Unsupported(call)
	}
	path := responsesPath + "/" + call.Follows + ask.end
	if q, _ := call.Native.(responses.Query); q != "" {
		path += "?" + string(q)
	}
	r, err := a.request(ctx, c, path, nil)
	if err != nil {
		return nil, err
	}
	r.Method = ask.method
	carry.Forward(r, in, "", a.s.Forward...)
	return r, nil
}
