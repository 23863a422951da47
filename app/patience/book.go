package patience

import (
	"maps"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/live"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Setting is what an organization says about the requests for one model or alias and one operation. Both may be empty, which
// means all; the narrower a setting, the more it counts: a model's before an operation's. A field that it leaves empty comes
// from the wider ones. Its JSON form is part of the snapshot on disk.
type Setting struct {
	Org       id.Org        `json:"org"`
	Model     string        `json:"model"`
	Operation llm.Operation `json:"operation"`
	Policy    Policy        `json:"policy"`
}

// tenant is an organization's policies, ready to be looked up.
type tenant struct {
	models map[string]*byOperation
	rest   *byOperation
}

type byOperation struct {
	operations map[llm.Operation]*Policy
	rest       *Policy
}

// Book gives the policy of a request from memory. The zero Book gives everybody the defaults. Safe for concurrent use.
type Book struct{ cell live.Cell[map[id.Org]*tenant] }

var defaults = Defaults()

// For is the policy of a request for a model as the client names it. It must not be changed.
func (b *Book) For(o id.Org, model string, op llm.Operation) *Policy {
	x := b.cell.Get()
	if x == nil {
		return &defaults
	}
	t := (*x)[o]
	if t == nil {
		return &defaults
	}
	m := t.models[model]
	if m == nil {
		m = t.rest
	}
	if p := m.operations[op]; p != nil {
		return p
	}
	return m.rest
}

// Load compiles a set of settings and puts it into use.
func (b *Book) Load(all []Setting) error {
	orgs := map[id.Org][]Setting{}
	for _, s := range all {
		orgs[s.Org] = append(orgs[s.Org], s)
	}
	out := make(map[id.Org]*tenant, len(orgs))
	for o, settings := range orgs {
		out[o] = compile(settings)
	}
	b.cell.Set(&out)
	return nil
}

type place struct {
	model string
	op    llm.Operation
}

func compile(settings []Setting) *tenant {
	said := map[place]Policy{}
	operations := map[llm.Operation]bool{}
	models := map[string]bool{}
	for _, s := range settings {
		said[place{s.Model, s.Operation}] = s.Policy
		operations[s.Operation] = true
		models[s.Model] = true
	}
	delete(models, "")
	t := &tenant{models: map[string]*byOperation{}, rest: compileModel(said, "", operations)}
	for m := range models {
		t.models[m] = compileModel(said, m, operations)
	}
	return t
}

func compileModel(said map[place]Policy, model string, operations map[llm.Operation]bool) *byOperation {
	out := &byOperation{operations: map[llm.Operation]*Policy{}}
	for _, op := range slices.Sorted(maps.Keys(operations)) {
		p := resolve(said, place{model, op})
		out.operations[op] = &p
	}
	p := resolve(said, place{model, ""})
	out.rest = &p
	return out
}

// resolve adds up what is said about a request, from the narrowest to the widest. Words that are yes or no are the
// narrowest setting's that there is.
func resolve(said map[place]Policy, at place) Policy {
	var out Policy
	found := false
	for _, p := range []place{at, {at.model, ""}, {"", at.op}, {}} {
		s, ok := said[p]
		if !ok {
			continue
		}
		if !found {
			out, found = s, true
			continue
		}
		out = out.Or(s)
	}
	return out.Or(Defaults())
}
