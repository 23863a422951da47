package gateway

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// descend sends a request to the cheaper model that a budget near its limit names, if that model is open to the key, can
// serve the request, and really is cheaper. Otherwise the request keeps its model, and the decision log says why: a
// downgrade is never a reason to refuse.
func (g *Gateway) descend(x *Exchange, p route.Plan) route.Plan {
	if x.Grant.Exact {
		return p
	}
	step, ok := g.Budgets.Descend(x.Grant.Chain, x.Hints.Tags)
	if !ok || step.Model == x.Call.Model {
		return p
	}
	cheaper, why := g.cheaper(x, p, step)
	if why != "" {
		x.note("kept its model although ", step.Label, "'s budget asks for ", step.Model, ": ", why)
		return p
	}
	x.note("downgraded to ", step.Model, " by the budget ", step.Why.Name, " of ", step.Label)
	x.warn(step.Sentence(clip(x.Call.Model), step.Model))
	return cheaper
}

// cheaper plans for the named model, with the targets that can serve the request; or it says why there are none.
func (g *Gateway) cheaper(x *Exchange, p route.Plan, step budget.Step) (route.Plan, string) {
	if len(x.Grant.Models) > 0 && !slices.Contains(x.Grant.Models, step.Model) {
		return p, "the key may not use it"
	}
	if x.Call.Operation != llm.Chat {
		return p, "it answers no " + string(x.Call.Operation)
	}
	other := *x.Call
	other.Model = step.Model
	ask := x.ask
	ask.Call, ask.Named = &other, true
	plan, err := g.Routes.Choose(&ask)
	if err != nil {
		return p, "nothing serves it"
	}
	if plan, err = permit(&x.bound, step.Model, plan, g.tiers(x.Grant.Chain.Org)); err != nil {
		return p, "a policy denies it"
	}
	if plan, err = g.demanded(x, plan, p.Only); err != nil {
		return p, "none of its targets fulfils what the route demands"
	}
	now, known := g.quoteOf(x, p.Targets[0])
	plan.Targets = slices.DeleteFunc(slices.Clone(plan.Targets), func(t route.Target) bool {
		q, ok := g.quoteOf(x, t)
		return !ok || !q.Serves(x.Call.Needs, x.Call.Bound) || known && !dearer(now, q, x.Call)
	})
	if len(plan.Targets) == 0 {
		return p, "it is not known to take " + strings.Join(asks(x.Call.Needs), ", ") + " of this size, or is not cheaper"
	}
	return plan, ""
}

// dearer reports whether a call costs more with one quote than with another, at most.
func dearer(than, q catalog.Quote, call *llm.Call) bool {
	outputs := max(call.MaxOutput, leastOutput) * call.Choices
	a, err := than.Ceiling(call.Bound)
	b, other := q.Ceiling(call.Bound)
	if err != nil || other != nil {
		return false
	}
	most, err := worst(a, outputs)
	least, other := worst(b, outputs)
	return err == nil && other == nil && most.Money > least.Money
}

// asks names what a call needs beside text.
func asks(n llm.Needs) []string {
	out := []string{"text"}
	for _, need := range []struct {
		is   bool
		name string
	}{{n.Tools, "tools"}, {n.Vision, "images"}, {n.Audio, "audio"}, {n.Files, "files"}, {n.Schema, "JSON schema"}, {n.Reasoning, "reasoning"}} {
		if need.is {
			out = append(out, need.name)
		}
	}
	return out
}
