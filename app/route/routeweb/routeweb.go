// Package routeweb is models and aliases in the dashboard and in the management API.
package routeweb

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/catalog"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Book is the price catalogue, by connection and as a whole. *price.Shelf implements it.
type Book interface {
	route.Catalog
	// Catalog is the one in use now.
	Catalog() *catalog.Catalog
}

// Prices quotes models for one organization, its overrides first: the same prices that requests are billed by.
type Prices interface {
	Quote(org id.Org, kind, model string, at time.Time) (catalog.Quote, bool)
}

// Traffic is what the room of reports knows about an alias's requests. *report.Service implements it.
type Traffic interface {
	Traffic(ctx context.Context, a org.Actor, route string, bounds []int64) (report.Traffic, error)
}

// Handlers answer for aliases and models.
type Handlers struct {
	aliases     *route.Service
	connections *provider.Service
	catalog     Book
	prices      Prices
	clock       clock.Clock
	traffic     Traffic
	table       *route.Table
	loads       *balance.Book
}

// New makes the handlers.
func New(aliases *route.Service, connections *provider.Service, book Book, prices Prices, c clock.Clock, t Traffic, table *route.Table, loads *balance.Book) *Handlers {
	return &Handlers{aliases, connections, book, prices, c, t, table, loads}
}

// Routes are all URLs of aliases and models.
func (h *Handlers) Routes() []web.Route {
	const one, api = "/aliases/:id", "/api/v1/aliases"
	return slices.Concat(h.ruleRoutes(), h.dryRoutes(), h.rulePages(), h.fallbackRoutes(), []web.Route{
		{Method: http.MethodGet, Path: "/models", Name: "models.list", Guard: web.Person, Floor: org.Viewer, Handle: h.models},
		{Method: http.MethodGet, Path: "/catalog", Name: "catalog.browse", Guard: web.Person, Floor: org.Viewer, Handle: h.browse},
		{Method: http.MethodGet, Path: "/catalog/compare", Name: "catalog.compare", Guard: web.Person, Floor: org.Viewer, Handle: h.compare},
		{Method: http.MethodGet, Path: "/aliases/new", Name: "aliases.new", Guard: web.Person, Floor: route.MayChange, Handle: h.new},
		{Method: http.MethodPost, Path: "/aliases", Name: "aliases.create", Guard: web.Person, Floor: route.MayChange, Audit: "alias.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "aliases.show", Guard: web.Person, Floor: route.MayChange, Handle: h.show},
		{Method: http.MethodPost, Path: one, Name: "aliases.update", Guard: web.Person, Floor: route.MayChange, Audit: "alias.updated", Handle: h.update},
		{Method: http.MethodGet, Path: one + "/switch", Name: "aliases.candidates", Guard: web.Person, Floor: route.MayChange, Handle: h.candidatesPage},
		{Method: http.MethodPost, Path: one + "/switch", Name: "aliases.switch", Guard: web.Person, Floor: route.MayChange, Audit: "alias.switched", Handle: h.switchTarget},
		{Method: http.MethodPost, Path: one + "/delete", Name: "aliases.delete", Guard: web.Person, Floor: route.MayChange, Audit: "alias.deleted", Handle: h.delete},
		{Method: http.MethodPost, Path: "/models/policy", Name: "models.policy", Guard: web.Person, Floor: route.MayChange, Audit: "routing.updated", Handle: h.setPolicy},

		{Method: http.MethodGet, Path: "/api/v1/routing", Name: "api.routing.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiPolicy, Out: policyJSON{}},
		{Method: http.MethodPut, Path: "/api/v1/routing", Name: "api.routing.update", Guard: web.Token, Floor: route.MayChange, Audit: "routing.updated", Handle: h.apiSetPolicy, In: policyJSON{}, Out: policyJSON{}},
		{Method: http.MethodGet, Path: "/api/v1/models", Name: "api.models.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiModels, Out: modelList{}},
		{Method: http.MethodGet, Path: "/api/v1/models/catalog", Name: "api.models.catalog", Guard: web.Token, Floor: org.Viewer, Handle: h.apiCatalog, Out: entryList{}},
		{Method: http.MethodGet, Path: api, Name: "api.aliases.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: aliasList{}},
		{Method: http.MethodPost, Path: api, Name: "api.aliases.create", Guard: web.Token, Floor: route.MayChange, Audit: "alias.created", Handle: h.apiCreate, In: aliasInput{}, Out: aliasJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.aliases.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: aliasJSON{}},
		{Method: http.MethodGet, Path: api + "/:id/candidates", Name: "api.aliases.candidates", Guard: web.Token, Floor: route.MayChange, Handle: h.apiCandidates, Out: candidateList{}},
		{Method: http.MethodPost, Path: api + "/:id/switch", Name: "api.aliases.switch", Guard: web.Token, Floor: route.MayChange, Audit: "alias.switched", Handle: h.apiSwitch, In: switchInput{}, Out: aliasJSON{}},
		{Method: http.MethodPut, Path: api + "/:id", Name: "api.aliases.update", Guard: web.Token, Floor: route.MayChange, Audit: "alias.updated", Handle: h.apiUpdate, In: aliasInput{}, Out: aliasJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.aliases.delete", Guard: web.Token, Floor: route.MayChange, Audit: "alias.deleted", Handle: h.apiDelete, Out: web.None{}},
	})
}

// aliasID reads the path; a malformed id is as unknown as an unknown one.
func aliasID(c *web.Context) (id.Alias, error) {
	v, err := id.ParseAlias(c.Param("id"))
	if err != nil {
		return v, route.NotFound()
	}
	return v, nil
}
