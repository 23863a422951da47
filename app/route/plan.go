package route

import (
	"fmt"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Plan says where a call goes that no rule decides, in order. The model it asks for is, in this order of precedence:
//
//	an alias               its targets, as a fallback chain
//	connection/model       that one; any model name, so what is newer than our lists works
//	a catalogue id         openai/gpt-5.5: every connection of that kind, oldest first
//	a bare model name      every connection that offers it, by its endpoint's own list or by the catalogue
//
// Connections that are switched off or lack a key are left out. A refusal is model_not_found and names what there is.
func (x *Index) Plan(o id.Org, call *llm.Call) (Plan, error) {
	t := x.tenants[o]
	if t == nil {
		return Plan{}, notFound(call.Model, `Your organization has no provider connection yet. Add one in the dashboard under "Connections".`)
	}
	return x.plan(t, call.Model)
}

func (x *Index) plan(t *tenant, model string) (Plan, error) {
	p, err := x.named(t, model)
	if t.aliases[model] == nil { // else it has its own word
		t.policy.general(&p)
	}
	return p, err
}

func (x *Index) named(t *tenant, model string) (Plan, error) {
	if a, ok := t.aliases[model]; ok {
		if len(a.plan.Targets) == 0 {
			return Plan{}, notFound(model, fmt.Sprintf("The alias %q has no target that works: %s. Ask whoever manages connections.", model, a.down))
		}
		return a.plan, nil
	}
	if strings.HasPrefix(model, "prompt:") {
		return Plan{}, notFound(model, "Stored prompts cannot be called by name in this version. Ask for a model or an alias. "+t.available())
	}
	if prefix, rest, ok := strings.Cut(model, "/"); ok && rest != "" {
		if c := t.connections[prefix]; c != nil {
			if c.down != "" {
				return Plan{}, notFound(model, fmt.Sprintf("The connection %q is %s. %s", prefix, c.down, t.available()))
			}
			return Plan{Route: "connection " + c.Name, Targets: []Target{offered(c, rest, "the request names connection "+c.Name)}}, nil
		}
		if targets := x.byCatalogue(t, prefix, rest); len(targets) > 0 {
			return Plan{Route: "catalogue " + model, Targets: targets}, nil
		}
	}
	if p, ok := t.bare[model]; ok {
		return p.plan, nil
	}
	if targets := x.byName(t, model); len(targets) > 0 {
		return Plan{Route: "model " + model, Targets: targets}, nil
	}
	return Plan{}, notFound(model, fmt.Sprintf("There is no model or alias %q. %s", clip(model), t.available()))
}

// byCatalogue finds the connections to the provider that a catalogue id's first part names, as the catalogue does
// ("google") or as its kind ("gemini").
func (x *Index) byCatalogue(t *tenant, prefix, model string) []Target {
	var out []Target
	for _, c := range t.ordered {
		if c.down != "" || c.known != prefix && string(c.Kind) != prefix && x.supplier(c, model) != prefix {
			continue
		}
		if x.knows(t, c, model) {
			out = append(out, offered(c, model, "connection "+c.Name+" leads to "+prefix))
		}
	}
	return out
}

// supplier is the catalogue's provider of a model as a connection serves it.
func (x *Index) supplier(c *connection, model string) string {
	if c.ownList {
		return ""
	}
	if m, ok := x.catalog.Find(c.known, model); ok {
		return m.Provider
	}
	return ""
}

// byName finds the connections whose kind has the model in the catalogue.
func (x *Index) byName(t *tenant, model string) []Target {
	var out []Target
	for _, c := range t.ordered {
		if c.down == "" && x.knows(t, c, model) {
			out = append(out, offered(c, model, "the catalogue has it for connection "+c.Name))
		}
	}
	return out
}

// knows reports whether a connection can be expected to serve a model: its own list has it, or the catalogue. For a
// compatible server at an unknown address only its own list can tell. The sandbox's models take a script behind a plus
// sign: sandbox-chat+latency=800ms.
func (x *Index) knows(t *tenant, c *connection, model string) bool {
	if c.Kind == provider.Sandbox {
		model, _, _ = strings.Cut(model, "+")
	}
	if p := t.bare[model]; p != nil {
		for _, target := range p.plan.Targets {
			if target.Connection == c.Connection {
				return true
			}
		}
	}
	return x.supplier(c, model) != ""
}

// available names a few models that do exist, aliases among them, for a refusal.
func (t *tenant) available() string {
	const few = 6
	if len(t.offered) == 0 {
		return "No connection offers a model right now; test the connections in the dashboard."
	}
	var names []string
	for _, n := range t.offered {
		if a := t.aliases[n]; a != nil && len(names) < few {
			names = append(names, n)
		}
	}
	for _, n := range t.offered {
		if t.aliases[n] == nil && len(names) < few {
			names = append(names, n)
		}
	}
	more := ""
	if left := len(t.offered) - len(names); left > 0 {
		more = fmt.Sprintf(" and %d more", left)
	}
	return "Available: " + strings.Join(names, ", ") + more + " (GET /v1/models lists all), or connection/model."
}

func notFound(model, sentence string) *fault.Error {
	return fault.New(fault.NotFound, "model_not_found", sentence).With("model", clip(model))
}

func notLoaded() *fault.Error {
	f := fault.New(fault.Unavailable, "overloaded", "The gateway has not loaded its routes yet. Try again in a second.")
	f.RetryAfter = time.Second
	return f
}

// offered is a target of which no route says anything.
func offered(c *connection, model, why string) Target {
	return Target{Connection: c.Connection, Model: model, Why: why, Weight: 1}
}
