package gateway

import (
	"net/http"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// countHere decides who counts a conversation's tokens. Targets that can are asked, which costs nothing; without one we
// count ourselves, by the same careful ratio by which an answer without usage is booked, and say that it is an estimate.
// What the request does not show (an uploaded file, a PDF) cannot be counted here.
func (g *Gateway) countHere(x *Exchange) error {
	able := slices.DeleteFunc(slices.Clone(x.Plan.Targets), func(t route.Target) bool {
		a, ok := g.Adapters.For(t.Connection.Kind)
		return !ok || !slices.Contains(a.Operations(), llm.CountTokens)
	})
	if len(able) > 0 {
		x.Plan.Targets = able
		return nil
	}
	n := counted(x.Call, 0).Input
	body := x.Dialect.Tokens(n)
	if body == nil || x.Call.Bound.Opaque {
		return fault.Newf(fault.Invalid, "not_implemented", "The provider of %q does not count tokens, and this request holds documents whose length it does not show. Count without them, or ask for a model of Anthropic or Google.", clip(x.Call.Model))
	}
	x.warn("token count estimated from the request's size, the provider cannot count")
	x.Answer = &Answer{Status: http.StatusOK, Body: body}
	return nil
}
