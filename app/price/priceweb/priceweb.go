// Package priceweb is prices in the dashboard and in the management API: the catalogue, and a tenant's own.
package priceweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/price"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Connections are an organization's connections. *provider.Service implements it.
type Connections interface {
	List(ctx context.Context, actor org.Actor) ([]provider.ConnectionRecord, error)
}

// Handlers answer for prices.
type Handlers struct {
	prices      *price.Service
	connections Connections
	refresher   *price.Refresher
}

// New makes the handlers.
func New(prices *price.Service, connections Connections, refresher *price.Refresher) *Handlers {
	return &Handlers{prices, connections, refresher}
}

// Routes are all URLs of prices.
func (h *Handlers) Routes() []web.Route {
	const one, list, own = root + "/:id", "/api/v1/prices", "/api/v1/prices/overrides"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "prices.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "prices.new", Guard: web.Person, Floor: price.MayChange, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "prices.create", Guard: web.Person, Floor: price.MayChange, Audit: "price.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "prices.show", Guard: web.Person, Floor: price.MayChange, Handle: h.show},
		{Method: http.MethodPost, Path: one, Name: "prices.update", Guard: web.Person, Floor: price.MayChange, Audit: "price.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/end", Name: "prices.end", Guard: web.Person, Floor: price.MayChange, Audit: "price.ended", Handle: h.end},

		{Method: http.MethodGet, Path: list, Name: "api.prices.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: priceList{}},
		{Method: http.MethodGet, Path: own, Name: "api.overrides.list", Guard: web.Token, Floor: price.MayRead, Handle: h.apiOwn, Out: overrideList{}},
		{Method: http.MethodPost, Path: own, Name: "api.overrides.create", Guard: web.Token, Floor: price.MayChange, Audit: "price.created", Handle: h.apiCreate, In: overrideInput{}, Out: overrideJSON{}},
		{Method: http.MethodGet, Path: own + "/:id", Name: "api.overrides.show", Guard: web.Token, Floor: price.MayRead, Handle: h.apiShow, Out: overrideJSON{}},
		{Method: http.MethodPatch, Path: own + "/:id", Name: "api.overrides.update", Guard: web.Token, Floor: price.MayChange, Audit: "price.updated", Handle: h.apiUpdate, In: overrideChange{}, Out: overrideJSON{}},
		{Method: http.MethodDelete, Path: own + "/:id", Name: "api.overrides.end", Guard: web.Token, Floor: price.MayChange, Audit: "price.ended", Handle: h.apiEnd, Out: web.None{}},
	}
}

// overrideID reads the path; a malformed id is as unknown as an unknown one.
func overrideID(c *web.Context) (id.Override, error) {
	return web.Param(c, "id", id.ParseOverride, error(price.NotFound()))
}
