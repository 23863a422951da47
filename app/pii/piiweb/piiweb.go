// Package piiweb is data rules and incidents in the dashboard and in the management API.
package piiweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for data rules.
type Handlers struct {
	rules  *pii.Service
	people web.PlacePeople
	keys   web.PlaceKeys
}

// New makes the handlers.
func New(rules *pii.Service, people web.PlacePeople, keys web.PlaceKeys) *Handlers {
	return &Handlers{rules, people, keys}
}

const (
	root      = "/data-rules"
	incidents = "/incidents"
)

const nothingKept = "none: nothing is changed or kept"

// Routes are all URLs of data rules and incidents. Everybody may read the rules that bind them.
func (h *Handlers) Routes() []web.Route {
	const one, api, found = root + "/:id", web.APIRoot + "data-rules", web.APIRoot + "incidents"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "data_rules.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "data_rules.new", Guard: web.Person, Floor: org.Lead, Handle: h.new},
		{Method: http.MethodGet, Path: root + "/try", Name: "data_rules.trial", Guard: web.Person, Floor: org.Viewer, Handle: h.trial},
		{Method: http.MethodPost, Path: root + "/try", Name: "data_rules.try", Guard: web.Person, Floor: org.Viewer, Audit: nothingKept, Handle: h.try},
		{Method: http.MethodPost, Path: root, Name: "data_rules.create", Guard: web.Person, Floor: org.Lead, Audit: "data_rule.created", Handle: h.create},
		{Method: http.MethodPost, Path: root + "/recognition", Name: "data_rules.set_cap", Guard: web.Person, Floor: org.Admin, Audit: "recognition.capped", Handle: h.setCap},
		{Method: http.MethodGet, Path: one, Name: "data_rules.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/edit", Name: "data_rules.edit", Guard: web.Person, Floor: org.Lead, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "data_rules.update", Guard: web.Person, Floor: org.Lead, Audit: "data_rule.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/delete", Name: "data_rules.delete", Guard: web.Person, Floor: org.Lead, Audit: "data_rule.deleted", Handle: h.delete},
		{Method: http.MethodGet, Path: incidents, Name: "incidents.list", Guard: web.Person, Floor: org.Viewer, Handle: h.incidents},

		{Method: http.MethodGet, Path: api, Name: "api.data_rules.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: ruleList{}},
		{Method: http.MethodPost, Path: api, Name: "api.data_rules.create", Guard: web.Token, Floor: org.Lead, Audit: "data_rule.created", Handle: h.apiCreate, In: ruleInput{}, Out: ruleJSON{}},
		{Method: http.MethodPost, Path: api + "/try", Name: "api.data_rules.try", Guard: web.Token, Floor: org.Viewer, Audit: nothingKept, Handle: h.apiTry, In: tryInput{}, Out: tryJSON{}, Made: http.StatusOK,
			Does: "Say what the rules would do with a text; nothing of it is kept."},
		{Method: http.MethodGet, Path: api + "/recognition", Name: "api.data_rules.cap", Guard: web.Token, Floor: org.Admin, Handle: h.apiCap, Out: capJSON{}, Query: web.NoQuery,
			Does: "Show what looking for names and addresses may cost the organization a day, and has cost it today."},
		{Method: http.MethodPut, Path: api + "/recognition", Name: "api.data_rules.set_cap", Guard: web.Token, Floor: org.Admin, Audit: "recognition.capped", Handle: h.apiSetCap, In: capInput{}, Out: capJSON{},
			Does: "Bound what looking for names and addresses costs the organization a day. When it is used up, requests are refused or let pass as their rule's on_failure says."},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.data_rules.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: ruleJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.data_rules.update", Guard: web.Token, Floor: org.Lead, Audit: "data_rule.updated", Handle: h.apiUpdate, In: ruleChange{}, Out: ruleJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.data_rules.delete", Guard: web.Token, Floor: org.Lead, Audit: "data_rule.deleted", Handle: h.apiDelete, Out: web.None{}},

		{Method: http.MethodGet, Path: found, Name: "api.incidents.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiIncidents, Out: incidentList{}, Does: "List requests in which data rules found something, newest first.",
			Query: []web.Parameter{{Name: "action", Does: "only these", Values: []string{"log", "warn", "mask", "block"}}, {Name: "detector", Does: "only where this one found something", Values: detectorNames()}, {Name: "team", Does: "only of this team's keys"}, {Name: "from", Does: "not before this moment", Example: "2026-11-01T00:00:00Z"}}},
		{Method: http.MethodGet, Path: found + "/:id", Name: "api.incidents.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiIncident, Out: incidentJSON{}},
	}
}

func detectorNames() []string {
	out := make([]string, len(pii.Kinds))
	for i, k := range pii.Kinds {
		out[i] = k.Name()
	}
	return append(out, pii.Unreadable)
}

func (h *Handlers) get(c *web.Context) (pii.Listed, error) {
	which, err := ruleID(c)
	if err != nil {
		return pii.Listed{}, err
	}
	return h.rules.Get(c.Ctx(), c.Actor(), which)
}

func ruleID(c *web.Context) (id.DataRule, error) {
	return web.Param(c, "id", id.ParseDataRule, error(pii.NotFound()))
}
