// Package scimweb is the SCIM 2.0 server at /scim/v2, and the pages and management API of the directory's tokens and
// group mappings. The library checks requests against the schemas and shapes answers; who may do what, and what it
// means, is room scim's.
package scimweb

import (
	"log/slog"
	"net/http"

	"github.com/elimity-com/scim/schema"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/scim"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for the scim room.
type Handlers struct {
	directory *scim.Service
	people    *identity.Service
	clock     clock.Clock
	log       *slog.Logger
	// The schemas are large and never change.
	userSchema, enterprise, groupSchema schema.Schema
}

// New makes the handlers.
func New(directory *scim.Service, people *identity.Service, c clock.Clock, log *slog.Logger) *Handlers {
	return &Handlers{directory: directory, people: people, clock: c, log: log, userSchema: schema.CoreUserSchema(), enterprise: schema.ExtensionEnterpriseUser(),
		groupSchema: schema.CoreGroupSchema()}
}

const (
	root      = web.SCIMRoot
	directory = "/directory"
)

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	return append(append(h.protocol(), h.pages()...), h.api()...)
}

// protocol is RFC 7644's URLs. What they may write to the audit log beside the action declared here follows from what a
// request changes: one PATCH may rename somebody, put them out, and place ten others.
func (h *Handlers) protocol() []web.Route {
	read := func(path, name string) web.Route {
		return web.Route{Method: http.MethodGet, Path: root + path, Name: name, Guard: web.SCIM, Floor: org.Admin, Handle: h.serve}
	}
	write := func(method, path, name, action string) web.Route {
		return web.Route{Method: method, Path: root + path, Name: name, Guard: web.SCIM, Floor: org.Admin, Audit: action, Handle: h.serve}
	}
	return []web.Route{
		read("Users", "scim.users.list"), read("Users/:id", "scim.users.show"),
		write(http.MethodPost, "Users", "scim.users.create", "member.added"),
		write(http.MethodPut, "Users/:id", "scim.users.replace", "member.changed"),
		write(http.MethodPatch, "Users/:id", "scim.users.patch", "member.changed"),
		write(http.MethodDelete, "Users/:id", "scim.users.delete", "member.removed"),
		write(http.MethodPost, "Users/.search", "scim.users.search", "none: a question in a body"),

		read("Groups", "scim.groups.list"), read("Groups/:id", "scim.groups.show"),
		write(http.MethodPost, "Groups", "scim.groups.create", "group.created"),
		write(http.MethodPut, "Groups/:id", "scim.groups.replace", "group.changed"),
		write(http.MethodPatch, "Groups/:id", "scim.groups.patch", "group.changed"),
		write(http.MethodDelete, "Groups/:id", "scim.groups.delete", "group.deleted"),
		write(http.MethodPost, "Groups/.search", "scim.groups.search", "none: a question in a body"),

		{Method: http.MethodGet, Path: root + "ServiceProviderConfig", Name: "scim.config", Guard: web.SCIM, Floor: org.Admin, Handle: h.config},
		read("ResourceTypes", "scim.types"), read("ResourceTypes/*", "scim.types.show"),
		read("Schemas", "scim.schemas"), read("Schemas/*", "scim.schemas.show"),
	}
}

func (h *Handlers) pages() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: directory, Name: "directory.show", Guard: web.Person, Floor: org.Admin, Handle: h.page},
		{Method: http.MethodPost, Path: directory, Name: "directory.change", Guard: web.Person, Floor: org.Admin, Audit: "directory.changed", Handle: h.change},
		{Method: http.MethodPost, Path: directory + "/tokens", Name: "directory.token", Guard: web.Person, Floor: org.Admin, Audit: "scim_token.created", Handle: h.createToken},
		{Method: http.MethodPost, Path: directory + "/scim-tokens/:id/rotate", Name: "directory.rotate", Guard: web.Person, Floor: org.Admin, Audit: "scim_token.rotated", Handle: h.rotateToken},
		{Method: http.MethodPost, Path: directory + "/scim-tokens/:id/revoke", Name: "directory.revoke", Guard: web.Person, Floor: org.Admin, Audit: "scim_token.revoked", Handle: h.revokeToken},
		{Method: http.MethodGet, Path: directory + "/groups/:id", Name: "directory.group", Guard: web.Person, Floor: org.Admin, Handle: h.group},
		{Method: http.MethodPost, Path: directory + "/groups/:id", Name: "directory.map", Guard: web.Person, Floor: org.Admin, Audit: "group.mapped", Handle: h.mapGroup},
	}
}

func (h *Handlers) api() []web.Route {
	const api = web.APIRoot + "directory"
	return []web.Route{
		{Method: http.MethodGet, Path: api, Name: "api.directory.show", Guard: web.Token, Floor: org.Admin, Out: directoryJSON{}, Handle: h.apiShow},
		{Method: http.MethodPatch, Path: api, Name: "api.directory.update", Guard: web.Token, Floor: org.Admin, Audit: "directory.changed",
			In: grantJSON{}, Out: directoryJSON{}, Handle: h.apiChange},
		{Method: http.MethodPost, Path: api + "/scim-tokens", Name: "api.directory.token", Guard: web.Token, Made: http.StatusCreated, Floor: org.Admin, Audit: "scim_token.created",
			In: tokenInput{}, Out: madeJSON{}, Handle: h.apiCreateToken},
		{Method: http.MethodPost, Path: api + "/scim-tokens/:id/rotate", Name: "api.directory.rotate", Guard: web.Token, Made: http.StatusCreated, Floor: org.Admin, Audit: "scim_token.rotated",
			In: web.None{}, Out: madeJSON{}, Handle: h.apiRotateToken},
		{Method: http.MethodDelete, Path: api + "/scim-tokens/:id", Name: "api.directory.revoke", Guard: web.Token, Floor: org.Admin, Audit: "scim_token.revoked",
			Out: web.None{}, Handle: h.apiRevokeToken},
		{Method: http.MethodGet, Path: api + "/groups/:id", Name: "api.directory.group", Guard: web.Token, Floor: org.Admin, Out: groupJSON{}, Handle: h.apiGroup},
		{Method: http.MethodPatch, Path: api + "/groups/:id", Name: "api.directory.map", Guard: web.Token, Floor: org.Admin, Audit: "group.mapped",
			In: grantJSON{}, Out: groupJSON{}, Handle: h.apiMap},
	}
}
