// Package ssoweb is the pages and management API of single sign-on: the way to the provider and back, what the provider
// calls, and an admin's settings.
package ssoweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/sso"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for the sso room.
type Handlers struct {
	sso    *sso.Service
	people *identity.Service
}

// New makes the handlers.
func New(s *sso.Service, people *identity.Service) *Handlers { return &Handlers{s, people} }

const (
	startPath    = web.LogInPath + "/sso"
	goPath       = startPath + "/start"
	settingsPath = "/settings/sso"
	securityPath = "/account/security"
)

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot
	admin := func(method, path, name, audit string, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: path, Name: name, Guard: web.Person, Floor: org.Admin, Audit: audit, Handle: handle}
	}
	program := func(method, path, name, audit string, in, out any, handle func(*web.Context) error) web.Route {
		return web.Route{Method: method, Path: api + path, Name: name, Guard: web.Token, Floor: org.Admin, Audit: audit, In: in, Out: out, Handle: handle}
	}
	return []web.Route{
		{Method: http.MethodGet, Path: startPath, Name: "sso.form", Guard: web.Open, Handle: h.form},
		{Method: http.MethodPost, Path: startPath, Name: "sso.choose", Guard: web.Open, Audit: "none: it only leads to the provider", Handle: h.choose},
		{Method: http.MethodGet, Path: goPath, Name: "sso.start", Guard: web.Open, Handle: h.start},
		{Method: http.MethodGet, Path: sso.CallbackPath, Name: "sso.callback", Guard: web.Open, Handle: h.callback},
		{Method: http.MethodPost, Path: sso.BackChannelPath, Name: "sso.back_channel", Guard: web.Open, Audit: "session.revoked", Handle: h.backChannel},
		{Method: http.MethodPost, Path: securityPath + "/sso", Name: "sso.link", Guard: web.Person, Floor: org.Viewer,
			Audit: "none: the account is linked when the provider answers", Handle: h.link},

		admin(http.MethodGet, settingsPath, "sso.show", "", h.show),
		admin(http.MethodPost, settingsPath, "sso.set", "sso.set", h.set),
		admin(http.MethodPost, settingsPath+"/remove", "sso.remove", "sso.removed", h.remove),
		admin(http.MethodPost, settingsPath+"/groups", "sso.group_add", "sso.groups_set", h.addGroup),
		admin(http.MethodPost, settingsPath+"/groups/remove", "sso.group_remove", "sso.groups_set", h.removeGroup),

		program(http.MethodGet, "sso", "api.sso.show", "", nil, providerJSON{}, h.apiShow),
		program(http.MethodPut, "sso", "api.sso.set", "sso.set", providerInput{}, providerJSON{}, h.apiSet),
		program(http.MethodDelete, "sso", "api.sso.remove", "sso.removed", nil, web.None{}, h.apiRemove),
		program(http.MethodGet, "sso/groups", "api.sso.groups", "", nil, groupList{}, h.apiGroups),
		program(http.MethodPut, "sso/groups", "api.sso.set_groups", "sso.groups_set", groupList{}, groupList{}, h.apiSetGroups),
	}
}
