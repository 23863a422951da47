package route

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Catalog knows the models of provider kinds. *catalog.Catalog implements it.
type Catalog interface {
	// Find resolves a model's name within a kind, or what ProviderOf named.
	Find(kind, model string) (*catalog.Model, bool)
	// Models lists a kind's models; nil for one that could be any provider.
	Models(kind string) []*catalog.Model
	// ProviderOf names the provider behind a connection more exactly than its kind, by its address.
	ProviderOf(kind, baseURL string) string
}

// Index is the routes of all organizations, compiled and immutable, so that Plan is a few map look-ups (decision D13).
type Index struct {
	tenants map[id.Org]*tenant
	catalog Catalog
}

// tenant is one organization's routes.
type tenant struct {
	connections map[string]*connection
	ordered     []*connection // oldest first
	aliases     map[string]*compiled
	bare        map[string]*compiled // model names from the endpoints' own lists
	offered     []string             // aliases that work and bare names, sorted
	policy      Policy
	rules       []ruling // for any model
	names       words    // that those speak of
	holidays    map[string]bool
	written     map[id.Alias]*Alias // as they are stored, for drafts
	byID        map[id.Connection]*connection
}

// connection is one connection and, if it takes no traffic, why. Of one with ownList only its own list of models counts,
// not the catalogue.
type connection struct {
	*provider.Connection
	known   string // what the catalogue knows it as
	down    string
	mute    bool // nothing can be said to it at all: it has no key, or none that can be read
	ownList bool
}

// compiled is a plan made ahead, or why there is none; and for an alias its rules, asked before.
type compiled struct {
	plan   Plan
	down   string
	rules  []ruling
	names  words // that the rules speak of
	canary *split
}

// Records are what the index is compiled of. They are JSON-able, so a live.Mirror can keep the last good ones on disk.
type Records struct {
	Connections []provider.ConnectionRecord `json:"connections"` // oldest first
	Aliases     []Alias                     `json:"aliases"`
	Policies    []Policy                    `json:"policies"`
}

// Reader reads the records of all organizations.
type Reader struct {
	Connections provider.Store
	Aliases     Store
}

// Read reads aliases first: a connection made in between is then there too, and no alias lacks its target.
func (r Reader) Read(ctx context.Context) (Records, error) {
	aliases, err := r.Aliases.All(ctx)
	if err != nil {
		return Records{}, fmt.Errorf("route: read aliases: %w", err)
	}
	connections, err := r.Connections.All(ctx)
	if err != nil {
		return Records{}, fmt.Errorf("route: read connections: %w", err)
	}
	policies, err := r.Aliases.Policies(ctx)
	if err != nil {
		return Records{}, fmt.Errorf("route: read policies: %w", err)
	}
	return Records{Connections: connections, Aliases: aliases, Policies: policies}, nil
}

// Compile makes the index. A credential that does not open takes its connection out of service and is reported; the
// index is usable all the same, because one tenant's broken row must not stop the others. Where several connections
// offer a model, the oldest is tried first.
func Compile(ctx context.Context, all Records, book Catalog, vault provider.Opener) (*Index, []error) {
	connections, aliases := all.Connections, all.Aliases
	x := &Index{tenants: map[id.Org]*tenant{}, catalog: book}
	var broken []error
	for i := range connections {
		c, err := compileConnection(ctx, &connections[i], vault)
		if err != nil {
			broken = append(broken, fmt.Errorf("route: credential of %s: %w", connections[i].ID, err))
		}
		c.known, c.ownList = knownAs(&connections[i], book)
		c.PricedAs = provider.Payee(c.known, c.ID)
		t := x.tenant(c.Org)
		t.byID[c.ID] = c
		t.connections[c.Name] = c
		t.ordered = append(t.ordered, c)
		for _, m := range Offers(&connections[i], book) {
			t.offer(c, m)
		}
	}
	for i := range aliases {
		x.tenant(aliases[i].Org).written[aliases[i].ID] = &aliases[i]
	}
	for _, p := range all.Policies {
		x.tenant(p.Org).policy = p
	}
	for _, t := range x.tenants {
		broken = append(broken, t.compile()...)
	}
	return x, broken
}

func compileConnection(ctx context.Context, r *provider.ConnectionRecord, vault provider.Opener) (*connection, error) {
	c, err := r.Open(ctx, vault)
	switch {
	case err != nil:
		lost := &provider.Connection{ID: r.ID, Org: r.Org, Name: r.Name, Kind: r.Kind}
		return &connection{Connection: lost, down: "unusable, its key cannot be read", mute: true}, err
	case r.Disabled:
		on := *r
		on.Disabled = false
		return &connection{Connection: c, down: "switched off", mute: !on.Usable()}, nil
	case !r.Usable():
		return &connection{Connection: c, down: "without a key", mute: true}, nil
	}
	return &connection{Connection: c}, nil
}

func (x *Index) tenant(o id.Org) *tenant {
	t := x.tenants[o]
	if t == nil {
		t = &tenant{connections: map[string]*connection{}, bare: map[string]*compiled{}, written: map[id.Alias]*Alias{}, byID: map[id.Connection]*connection{}}
		x.tenants[o] = t
	}
	return t
}

func (t *tenant) offer(c *connection, model string) {
	if c.down != "" {
		return
	}
	p := t.bare[model]
	if p == nil {
		p = &compiled{plan: Plan{Route: "model " + model}}
		t.bare[model] = p
	}
	p.plan.Targets = append(p.plan.Targets, offered(c, model, "offered by connection "+c.Name))
}

// list collects what can be asked for.
func (t *tenant) list() {
	names := make(map[string]struct{}, len(t.aliases)+len(t.bare))
	for name, p := range t.aliases {
		if len(p.plan.Targets) > 0 {
			names[name] = struct{}{}
		}
	}
	for name := range t.bare {
		names[name] = struct{}{}
	}
	t.offered = slices.Sorted(maps.Keys(names))
}

// Offer lists the model names a grant may ask for, sorted.
func (x *Index) Offer(g *key.Grant) []string {
	t := x.tenants[g.Chain.Org]
	if t == nil {
		return nil
	}
	if len(g.Models) == 0 {
		return t.offered
	}
	var out []string
	for _, name := range g.Models {
		if _, err := x.Plan(g.Chain.Org, &llm.Call{Model: name}); err == nil {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
