package gateway

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// demanded leaves out the targets that do not fulfil what their routes demand, and also if that is not nil. It refuses the request
// where none is left: a demand is never given up to get an answer.
func (g *Gateway) demanded(x *Exchange, p route.Plan, also *route.Only) (route.Plan, error) {
	if also == nil && !slices.ContainsFunc(p.Targets, func(t route.Target) bool { return t.Only != nil }) {
		return p, nil
	}
	kept := make([]route.Target, 0, len(p.Targets))
	var whys []string
	for _, t := range p.Targets {
		why := cmp.Or(g.lacks(x, t.Only, &t), g.lacks(x, also, &t))
		if why == "" {
			kept = append(kept, t)
			continue
		}
		x.note("left out ", t.Connection.Name, "/", t.Model, ": ", why)
		whys = append(whys, t.Connection.Name+"/"+t.Model+": "+why)
	}
	if len(kept) == 0 {
		return p, fault.Newf(fault.NotFound, "model_not_found", "No target of the model %q fulfils what its route demands. %s. Ask whoever manages routes, or use another model.", clip(x.Call.Model), strings.Join(whys, "; "))
	}
	p.Targets = kept
	return p, nil
}

func (g *Gateway) lacks(x *Exchange, o *route.Only, t *route.Target) string {
	if o == nil {
		return ""
	}
	if why := o.Bars(t.Place()); why != "" {
		return why
	}
	quote, ok := g.quoteOf(x, *t)
	if !ok {
		quote = nil
	}
	if why := o.Lacks(quote, x.Call.Operation.Generates()); why != "" {
		return why
	}
	if o.WantsCapable() && x.Call.Operation == llm.Chat && x.Call.Needs != (llm.Needs{}) && (!ok || !quote.Serves(x.Call.Needs, llm.Bound{})) {
		return "it is not known to take " + strings.Join(asks(x.Call.Needs), ", ")
	}
	return ""
}

// released lets the targets that are kept for failures take requests where no others are left.
func released(p route.Plan) route.Plan {
	if slices.ContainsFunc(p.Targets, func(t route.Target) bool { return !t.Waits() }) {
		return p
	}
	p.Targets = slices.Clone(p.Targets)
	for i := range p.Targets {
		p.Targets[i].After = ""
	}
	return p
}
