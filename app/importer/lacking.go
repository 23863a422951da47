package importer

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/route"
)

// lacks says what a connection cannot be made without and the file does not give: a page reads no variables, and few files hold keys
// themselves. "" if it can be made.
func (c Connection) lacks() string {
	o, _ := provider.OfferingOf(c.Kind)
	needsKey, at := o.NeedsKey, o.BaseURL
	if k, ok := provider.KnownService(c.Service); ok {
		needsKey, at = k.NeedsKey, k.BaseURL
	}
	switch {
	case c.BaseURL == "" && at == "" && !o.Local:
		return "an address"
	case needsKey && c.Credential.IsEmpty():
		return "a key"
	}
	return ""
}

// without is the import as far as it can be made: connections that lack something, unless they are there by their name, are left out
// with the targets that lead to them and the routes that would lead nowhere. Each is said.
func (in Import) without(there map[string]named) Import {
	b := builder{Import: in}
	b.Left = slices.Clone(in.Left)
	gone := map[string]bool{}
	b.Connections = slices.DeleteFunc(slices.Clone(in.Connections), func(c Connection) bool {
		what := c.lacks()
		if what == "" || there[c.Name].ID != "" {
			return false
		}
		gone[c.Name] = true
		b.left("The connection %s lacks %s, so it is left out, with what leads to it. Give the file that, or make the connection by hand under this name; then import again.", c.Name, what)
		return true
	})
	if len(gone) > 0 {
		b.cut(gone)
	}
	return b.Import
}

// cut takes out targets of connections that are gone, and of aliases that go with them.
func (b *builder) cut(gone map[string]bool) {
	aliases := map[string]bool{}
	leads := func(t route.ToTarget) bool {
		connection, _, model := strings.Cut(t.To, "/")
		return model && gone[connection] || !model && aliases[t.To]
	}
	routes := slices.Clone(b.Document.Routes)
	for again := true; again; {
		again = false
		routes = slices.DeleteFunc(routes, func(r route.Document) bool {
			empty := !slices.ContainsFunc(r.Targets, func(t route.ToTarget) bool { return !leads(t) })
			if empty {
				aliases[r.Alias], again = true, true
				b.left("The route %s would lead nowhere without that, and is left out.", r.Alias)
			}
			return empty
		})
	}
	for i := range routes {
		routes[i].Targets = slices.DeleteFunc(slices.Clone(routes[i].Targets), leads)
	}
	b.Document.Routes = routes
}
