// Package keyweb is the pages and management API of virtual keys.
package keyweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/identity"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Usage sums up what a key did. *usage.Service implements it; nil shows nothing of it.
type Usage interface {
	Lately(ctx context.Context, a org.Actor, d usage.Dim, value string, days int) (usage.Totals, error)
}

// Handlers answer for the key room.
type Handlers struct {
	keys   *key.Service
	people *identity.Service
	usage  Usage
	texts  Texts
}

// Texts says whether what requests say is kept. *transcript.Service implements it.
type Texts interface {
	// Days is for how long, of a team that the actor sees; 0 is not at all.
	Days(ctx context.Context, actor org.Actor, t id.Team) (int, error)
}

// New makes the handlers. usage and texts may be nil, for tests.
func New(keys *key.Service, people *identity.Service, usage Usage, texts Texts) *Handlers {
	return &Handlers{keys, people, usage, texts}
}

// Routes are the room's URLs, for app/routes.go.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "keys"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "keys.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "keys.form", Guard: web.Person, Floor: org.Developer, Handle: h.form},
		{Method: http.MethodPost, Path: root, Name: "keys.create", Guard: web.Person, Floor: org.Developer, Audit: "key.created", Handle: h.create},
		{Method: http.MethodPost, Path: root + "/revoke", Name: "keys.revoke", Guard: web.Person, Floor: org.Lead, Audit: "key.deleted", Handle: h.revoke},
		{Method: http.MethodGet, Path: root + "/:id", Name: "keys.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: root + "/:id/edit", Name: "keys.edit", Guard: web.Person, Floor: org.Developer, Handle: h.edit},
		{Method: http.MethodPost, Path: root + "/:id", Name: "keys.update", Guard: web.Person, Floor: org.Developer, Audit: "key.updated", Handle: h.update},
		{Method: http.MethodPost, Path: root + "/:id/rotate", Name: "keys.rotate", Guard: web.Person, Floor: org.Developer,
			Audit: "key.rotated", Handle: h.rotate},
		{Method: http.MethodPost, Path: root + "/:id/disable", Name: "keys.disable", Guard: web.Person, Floor: org.Developer,
			Audit: "key.disabled", Handle: h.disable},
		{Method: http.MethodPost, Path: root + "/:id/enable", Name: "keys.enable", Guard: web.Person, Floor: org.Developer,
			Audit: "key.enabled", Handle: h.enable},
		{Method: http.MethodPost, Path: root + "/:id/delete", Name: "keys.delete", Guard: web.Person, Floor: org.Developer,
			Audit: "key.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: api, Name: "api.keys.list", Guard: web.Token, Floor: org.Viewer, Out: keyList{}, Query: listQuery, Handle: h.apiList},
		{Method: http.MethodPost, Path: api, Name: "api.keys.create", Guard: web.Token, Floor: org.Developer, Audit: "key.created",
			In: keyInput{}, Out: createdJSON{}, Handle: h.apiCreate},
		{Method: http.MethodPost, Path: api + "/revoke", Name: "api.keys.revoke", Guard: web.Token, Floor: org.Lead, Audit: "key.deleted",
			In: revokeInput{}, Out: web.None{}, Handle: h.apiRevoke, Does: "Delete keys that nobody used for 30 days: all that are named, or none."},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.keys.show", Guard: web.Token, Floor: org.Viewer, Out: keyJSON{}, Handle: h.apiShow},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.keys.update", Guard: web.Token, Floor: org.Developer, Audit: "key.updated",
			In: keyChange{}, Out: keyJSON{}, Handle: h.apiUpdate, Does: "Change a key: whoever may change it may narrow it; widening is for those who may create such a key."},
		{Method: http.MethodPost, Path: api + "/:id/rotate", Name: "api.keys.rotate", Guard: web.Token, Floor: org.Developer, Audit: "key.rotated",
			In: rotateInput{}, Out: createdJSON{}, Handle: h.apiRotate, Does: "Give a key a new secret, shown once; the old one goes on working for a while."},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.keys.delete", Guard: web.Token, Floor: org.Developer, Audit: "key.deleted",
			Out: web.None{}, Handle: h.apiDelete},
		{Method: http.MethodPost, Path: api + "/:id/disable", Name: "api.keys.disable", Guard: web.Token, Floor: org.Developer, Audit: "key.disabled",
			In: web.None{}, Out: keyJSON{}, Handle: h.apiDisable},
		{Method: http.MethodPost, Path: api + "/:id/enable", Name: "api.keys.enable", Guard: web.Token, Floor: org.Developer, Audit: "key.enabled",
			In: web.None{}, Out: keyJSON{}, Handle: h.apiEnable},
	}
}
