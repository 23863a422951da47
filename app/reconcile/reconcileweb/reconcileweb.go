// Package reconcileweb is reconciliation in the dashboard and in the management API.
package reconcileweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/reconcile"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for reconciliation.
type Handlers struct{ books *reconcile.Service }

// New makes the handlers.
func New(books *reconcile.Service) *Handlers { return &Handlers{books} }

// Routes are all URLs of reconciliation. An account goes by its connection's id.
func (h *Handlers) Routes() []web.Route {
	const one, api = root + "/:id", "/api/v1/reconcile"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "reconcile.list", Guard: web.Person, Floor: reconcile.MayRead, Handle: h.list},
		{Method: http.MethodGet, Path: one, Name: "reconcile.show", Guard: web.Person, Floor: reconcile.MayRead, Handle: h.show},
		{Method: http.MethodPost, Path: one, Name: "reconcile.set", Guard: web.Person, Floor: reconcile.MayChange, Audit: "reconcile.credential_set", Handle: h.set},
		{Method: http.MethodPost, Path: one + "/read", Name: "reconcile.read", Guard: web.Person, Floor: reconcile.MayChange, Audit: "reconcile.read", Handle: h.read},
		{Method: http.MethodPost, Path: one + "/remove", Name: "reconcile.remove", Guard: web.Person, Floor: reconcile.MayChange, Audit: "reconcile.credential_removed", Handle: h.remove},

		{Method: http.MethodGet, Path: api, Name: "api.reconcile.list", Does: "List days of the providers' books beside ours.", Guard: web.Token, Floor: reconcile.MayRead, Handle: h.apiList, Out: dayList{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.reconcile.show", Does: "Show a connection's days in both books.", Guard: web.Token, Floor: reconcile.MayRead, Handle: h.apiShow, Out: accountJSON{}},
		{Method: http.MethodPut, Path: api + "/:id", Name: "api.reconcile.set", Does: "Set the credential that reads a provider's cost report.", Guard: web.Token, Floor: reconcile.MayChange, Audit: "reconcile.credential_set", Handle: h.apiSet, In: credentialInput{}, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/:id/read", Name: "api.reconcile.read", Does: "Read a provider's cost report now.", Guard: web.Token, Floor: reconcile.MayChange, Audit: "reconcile.read", Handle: h.apiRead, In: web.None{}, Out: web.None{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.reconcile.remove", Does: "Forget the credential of a cost report.", Guard: web.Token, Floor: reconcile.MayChange, Audit: "reconcile.credential_removed", Handle: h.apiRemove, Out: web.None{}},
	}
}

// connectionID reads the path; a malformed id is as unknown as an unknown one.
func connectionID(c *web.Context) (id.Connection, error) {
	return web.Param(c, "id", id.ParseConnection, error(reconcile.NotFound()))
}
