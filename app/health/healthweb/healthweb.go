// Package healthweb is the status page of targets, in the dashboard and in the management API.
package healthweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/health"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for health.
type Handlers struct{ health *health.Service }

// New makes the handlers.
func New(s *health.Service) *Handlers { return &Handlers{s} }

const root = "/health"

// Routes are all URLs of health. A target is named by its connection and model, so it has no id.
func (h *Handlers) Routes() []web.Route {
	const api = web.APIRoot + "health"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "health.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodPost, Path: root + "/open", Name: "health.open", Guard: web.Person, Floor: health.MayChange, Audit: "breaker.opened", Handle: h.open},
		{Method: http.MethodPost, Path: root + "/close", Name: "health.close", Guard: web.Person, Floor: health.MayChange, Audit: "breaker.closed", Handle: h.close},

		{Method: http.MethodGet, Path: api, Name: "api.health.list", Does: "List targets with their breakers, availability and latency of 24 hours.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: targetList{}},
		{Method: http.MethodGet, Path: api + "/events", Name: "api.health.events", Does: "List what breakers did within 30 days, newest first.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiEvents, Out: eventList{}},
		{Method: http.MethodPost, Path: api + "/open", Name: "api.health.open", Does: "Take a target out of service.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker.opened", Handle: h.apiOpen, In: targetInput{}, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/close", Name: "api.health.close", Does: "Put a target back into service.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker.closed", Handle: h.apiClose, In: targetInput{}, Out: web.None{}},
	}
}
