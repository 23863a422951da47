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
		{Method: http.MethodGet, Path: rulesRoot, Name: "health.rules", Guard: web.Person, Floor: org.Viewer, Handle: h.rules},
		{Method: http.MethodGet, Path: rulesRoot + "/edit", Name: "health.edit_rules", Guard: web.Person, Floor: health.MayChange, Handle: h.editRules},
		{Method: http.MethodPost, Path: rulesRoot, Name: "health.set_rules", Guard: web.Person, Floor: health.MayChange, Audit: "breaker_rules.updated", Handle: h.setRules},
		{Method: http.MethodPost, Path: rulesRoot + "/remove", Name: "health.remove_rules", Guard: web.Person, Floor: health.MayChange, Audit: "breaker_rules.removed", Handle: h.removeRules},
		{Method: http.MethodGet, Path: outageRoot + "/:id", Name: "health.outage", Guard: web.Person, Floor: org.Viewer, Handle: h.outage},
		{Method: http.MethodPost, Path: outageRoot + "/:id/acknowledge", Name: "health.acknowledge", Guard: web.Person, Floor: health.MayChange, Audit: "outage.acknowledged", Handle: h.acknowledge},
		{Method: http.MethodPost, Path: outageRoot + "/:id/resolve", Name: "health.resolve", Guard: web.Person, Floor: health.MayChange, Audit: "outage.resolved", Handle: h.resolve},
		{Method: http.MethodPost, Path: outageRoot + "/:id/notes", Name: "health.note", Guard: web.Person, Floor: health.MayChange, Audit: "outage.noted", Handle: h.note},

		{Method: http.MethodGet, Path: api, Name: "api.health.list", Does: "List targets with their breakers, availability and latency of 24 hours.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: healthTargetList{}},
		{Method: http.MethodGet, Path: api + "/events", Name: "api.health.events", Does: "List what breakers did within 30 days, newest first.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiEvents, Out: eventList{}},
		{Method: http.MethodPost, Path: api + "/open", Name: "api.health.open", Does: "Take a target out of service.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker.opened", Handle: h.apiOpen, In: healthTargetInput{}, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/close", Name: "api.health.close", Does: "Put a target back into service.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker.closed", Handle: h.apiClose, In: healthTargetInput{}, Out: web.None{}},
		{Method: http.MethodGet, Path: api + "/rules", Name: "api.health.list_rules", Does: "List when breakers open and close.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRules, Out: ruleList{}},
		{Method: http.MethodPut, Path: api + "/rules", Name: "api.health.set_rules", Does: "Set when the breakers of a connection, or of all, open and close.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker_rules.updated", Handle: h.apiSetRules, In: ruleInput{}, Out: ruleJSON{}},
		{Method: http.MethodPost, Path: api + "/rules/remove", Name: "api.health.remove_rules", Does: "Take a setting back; the wider one counts again.", Guard: web.Token, Floor: health.MayChange, Audit: "breaker_rules.removed", Handle: h.apiRemoveRules, In: ruleName{}, Out: web.None{}},
		{Method: http.MethodGet, Path: api + "/outages", Name: "api.health.outages", Does: "List outages of targets within 30 days, newest first.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiOutages, Out: outageList{}},
		{Method: http.MethodGet, Path: api + "/outages/:id", Name: "api.health.outage", Does: "Show an outage with its notes.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiOutage, Out: outageJSON{}},
		{Method: http.MethodPost, Path: api + "/outages/:id/acknowledge", Name: "api.health.acknowledge", Does: "Say that you look after an outage.", Guard: web.Token, Floor: health.MayChange, Audit: "outage.acknowledged", Handle: h.apiAcknowledge, In: web.None{}, Out: outageJSON{}},
		{Method: http.MethodPost, Path: api + "/outages/:id/resolve", Name: "api.health.resolve", Does: "Say that an outage that is over has been dealt with.", Guard: web.Token, Floor: health.MayChange, Audit: "outage.resolved", Handle: h.apiResolve, In: remarkInput{}, Out: outageJSON{}},
		{Method: http.MethodPost, Path: api + "/outages/:id/notes", Name: "api.health.note", Does: "Note something about an outage.", Guard: web.Token, Floor: health.MayChange, Audit: "outage.noted", Handle: h.apiNote, In: remarkInput{}, Out: outageJSON{}},
	}
}
