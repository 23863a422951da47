package gateway

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// fewAble is how many models a refusal names.
const fewAble = 3

// suggest ends the refusal of a request that no target's dialect can say with models that can: those of this key whose
// provider speaks the client's own dialect, as far as the catalogue knows that they serve what is asked.
func (g *Gateway) suggest(x *Exchange, f *fault.Error) *fault.Error {
	var names []string
	for _, name := range g.offer(x) {
		if len(names) < fewAble && g.says(x, name) {
			names = append(names, name)
		}
	}
	if len(names) == 0 {
		return f
	}
	told := *f
	told.Public += " Models that can take it: " + strings.Join(names, ", ") + "."
	return &told
}

// says reports whether a model's first target takes the request's own bytes.
func (g *Gateway) says(x *Exchange, name string) bool {
	other := *x.Call
	other.Model = name
	p, err := g.Routes.Plan(x.Grant.Chain.Org, &other)
	if err != nil || len(p.Targets) == 0 || !p.Targets[0].Connection.Kind.Speaks(native(x.Call.Family), p.Targets[0].Model) {
		return false
	}
	if op := x.Call.Operation; (op.Media() || op == llm.Embeddings) && !catalog.Suits(p.Targets[0].Model, op) {
		return false
	}
	size := x.Call.Bound
	size.Opaque = false // whatever it is, its own provider can read it
	q, known := g.quoteOf(x, p.Targets[0])
	return known && q.Serves(x.Call.Needs, size)
}

// native is the family of providers that take a client's bodies: those of Bedrock's invoke are Anthropic's.
func native(f llm.Family) llm.Family {
	if f == llm.Invoke {
		return llm.Anthropic
	}
	return f
}
