// Package providerweb is the connections in the dashboard and in the management API.
package providerweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Reports is what a connection's page asks the report room. *report.Service implements it.
type Reports interface {
	// Health tells how the connections' recent attempts went; of one, if one is named.
	Health(ctx context.Context, a org.Actor, one id.Connection) (map[id.Connection]report.Health, error)
	// SpendByConnection is this month's cost by the connection's name, and when the month began.
	SpendByConnection(ctx context.Context, a org.Actor) (map[string]money.USD, time.Time, error)
}

// Handlers answer for connections.
type Handlers struct {
	connections *provider.Service
	reports     Reports
}

// New makes the handlers.
func New(connections *provider.Service, reports Reports) *Handlers {
	return &Handlers{connections, reports}
}

// Routes are all URLs of connections.
func (h *Handlers) Routes() []web.Route {
	const one, api = "/connections/:id", "/api/v1/connections"
	return []web.Route{
		{Method: http.MethodGet, Path: "/connections", Name: "connections.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: "/connections/new", Name: "connections.new", Guard: web.Person, Floor: provider.MayChange, Handle: h.new},
		{Method: http.MethodPost, Path: "/connections", Name: "connections.create", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.created", Handle: h.create},
		{Method: http.MethodPost, Path: "/connections/found", Name: "connections.found", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.created", Handle: h.connectFound},
		{Method: http.MethodGet, Path: one, Name: "connections.show", Guard: web.Person, Floor: provider.MayRead, Handle: h.show},
		{Method: http.MethodPost, Path: one, Name: "connections.update", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/test", Name: "connections.test", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.tested", Handle: h.test},
		{Method: http.MethodGet, Path: one + "/credential", Name: "connections.credential", Guard: web.Person, Floor: provider.MayChange, Handle: h.newCredential},
		{Method: http.MethodPost, Path: one + "/credential", Name: "connections.rotate", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.credential_rotated", Handle: h.rotate},
		{Method: http.MethodPost, Path: one + "/delete", Name: "connections.delete", Guard: web.Person, Floor: provider.MayChange, Audit: "connection.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: "/api/v1/providers", Name: "api.providers.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiKinds, Out: kindList{}},
		{Method: http.MethodGet, Path: api, Name: "api.connections.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: connectionList{}},
		{Method: http.MethodPost, Path: api, Name: "api.connections.create", Guard: web.Token, Floor: provider.MayChange, Audit: "connection.created", Handle: h.apiCreate, In: connectionInput{}, Out: connectionJSON{}},
		{Method: http.MethodGet, Path: api + "/found", Name: "api.connections.found", Guard: web.Token, Floor: provider.MayChange, Handle: h.apiFound, Out: foundList{}},
		{Method: http.MethodGet, Path: api + "/:id/health", Name: "api.connections.health", Guard: web.Token, Floor: org.Viewer, Handle: h.apiHealth, Out: healthJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.connections.show", Guard: web.Token, Floor: provider.MayRead, Handle: h.apiShow, Out: connectionJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.connections.update", Guard: web.Token, Floor: provider.MayChange, Audit: "connection.updated", Handle: h.apiUpdate, In: connectionChange{}, Out: connectionJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/credential", Name: "api.connections.rotate", Does: "Replace a connection's credential.", Guard: web.Token, Floor: provider.MayChange, Audit: "connection.credential_rotated", Handle: h.apiRotate, In: credentialInput{}, Out: connectionJSON{}},
		{Method: http.MethodPost, Path: api + "/:id/test", Name: "api.connections.test", Guard: web.Token, Floor: provider.MayChange, Audit: "connection.tested", Handle: h.apiTest, In: web.None{}, Out: checkJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.connections.delete", Guard: web.Token, Floor: provider.MayChange, Audit: "connection.deleted", Handle: h.apiDelete, Out: web.None{}},
	}
}

// connectionID reads the path; a malformed id is as unknown as an unknown one.
func connectionID(c *web.Context) (id.Connection, error) {
	v, err := id.ParseConnection(c.Param("id"))
	if err != nil {
		return v, provider.NotFound()
	}
	return v, nil
}
