// Package patienceweb is timeouts and retries in the dashboard and in the management API.
package patienceweb

import (
	"context"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Aliases are the names that a setting is likely to be for.
type Aliases func(ctx context.Context, actor org.Actor) ([]string, error)

// Handlers answer for timeouts and retries.
type Handlers struct {
	settings *patience.Service
	aliases  Aliases
}

// New makes the handlers.
func New(settings *patience.Service, aliases Aliases) *Handlers { return &Handlers{settings, aliases} }

const root = "/timeouts"

// Routes are all URLs of timeouts and retries. A setting is named by its model and operation, so it has no id.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "timeouts"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "timeouts.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/edit", Name: "timeouts.edit", Guard: web.Person, Floor: patience.MayChange, Handle: h.edit},
		{Method: http.MethodPost, Path: root, Name: "timeouts.set", Guard: web.Person, Floor: patience.MayChange, Audit: "timeouts.updated", Handle: h.set},
		{Method: http.MethodPost, Path: root + "/remove", Name: "timeouts.remove", Guard: web.Person, Floor: patience.MayChange, Audit: "timeouts.removed", Handle: h.remove},

		{Method: http.MethodGet, Path: api, Name: "api.timeouts.list", Does: "List timeouts and retries.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: timeoutList{}},
		{Method: http.MethodPut, Path: api, Name: "api.timeouts.set", Does: "Set timeouts and retries of a model and an operation.", Guard: web.Token, Floor: patience.MayChange, Audit: "timeouts.updated", Handle: h.apiSet, In: timeoutInput{}, Out: timeoutJSON{}},
		{Method: http.MethodPost, Path: api + "/remove", Name: "api.timeouts.remove", Does: "Take a setting back; the wider ones count again.", Guard: web.Token, Floor: patience.MayChange, Audit: "timeouts.removed", Handle: h.apiRemove, In: timeoutName{}, Out: web.None{}},
	}
}
