// Package agentweb is how programs log in over HTTP (OAuth's device flow, as Claude Code and bodhi login speak it), and the page
// and management API of what coding agents are sent.
package agentweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/agent"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Desk is this node's data plane, which must know a session before its agent's first request. *key.Desk implements it.
type Desk interface {
	Await(ctx context.Context, public string)
}

// Handlers answer for the room.
type Handlers struct {
	agents *agent.Service
	people *identity.Service
	desk   Desk
}

// New makes the handlers.
func New(agents *agent.Service, people *identity.Service, desk Desk) *Handlers {
	return &Handlers{agents, people, desk}
}

// Where programs log in, below the installation's address and below each organization's: a client joins them to whatever address it was given.
const (
	metadataPath = "/.well-known/oauth-authorization-server"
	devicePath   = "/oauth/device_authorization"
	tokenPath    = "/oauth/token"
	revokePath   = "/oauth/revoke"
	below        = "/t/:slug"
)

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "agents/settings"
	out := []web.Route{
		{Method: http.MethodGet, Path: root, Name: "agents.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodPost, Path: root + "/settings", Name: "agents.set", Guard: web.Person, Floor: org.Admin, Audit: "agent_settings.changed", Handle: h.set},
		{Method: http.MethodGet, Path: api, Name: "api.agents.settings", Guard: web.Token, Floor: org.Viewer, Out: agentSettingsJSON{}, Query: web.NoQuery, Handle: h.apiShow,
			Does: "Show what coding agents that are logged in are sent."},
		{Method: http.MethodPut, Path: api, Name: "api.agents.set_settings", Guard: web.Token, Floor: org.Admin, Audit: "agent_settings.changed",
			In: agentSettingsInput{}, Out: agentSettingsJSON{}, Handle: h.apiSet, Does: "Replace what coding agents that are logged in are sent; {} sends empty settings, null none."},
	}
	for _, at := range []struct{ path, name string }{{"", "oauth"}, {below, "tenant_oauth"}} {
		out = append(out,
			web.Route{Method: http.MethodGet, Path: at.path + metadataPath, Name: at.name + ".metadata", Guard: web.Open, Handle: h.metadata},
			web.Route{Method: http.MethodPost, Path: at.path + devicePath, Name: at.name + ".device", Guard: web.Open, Audit: "none: nobody has confirmed anything yet", Handle: h.start},
			web.Route{Method: http.MethodPost, Path: at.path + tokenPath, Name: at.name + ".token", Guard: web.Open, Audit: "token.created", Handle: h.token},
			web.Route{Method: http.MethodPost, Path: at.path + revokePath, Name: at.name + ".revoke", Guard: web.Open, Audit: "key.deleted", Handle: h.revoke})
	}
	return out
}
