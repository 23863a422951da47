// Package limitweb is rate limits in the dashboard and in the management API.
package limitweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/limit"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for rate limits.
type Handlers struct {
	limits *limit.Service
	people web.PlacePeople
	keys   web.PlaceKeys
}

// New makes the handlers.
func New(limits *limit.Service, people web.PlacePeople, keys web.PlaceKeys) *Handlers {
	return &Handlers{limits, people, keys}
}

const root = "/limits"

// Routes are all URLs of rate limits. Refusals of soft limits send people to limits.ask, which everybody may open whom
// the limit binds.
func (h *Handlers) Routes() []web.Route {
	const one, asked, api, asks = root + "/:id", "/limit-requests", web.APIRoot + "limits", web.APIRoot + "limit-requests"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "limits.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "limits.new", Guard: web.Person, Floor: org.Lead, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "limits.create", Guard: web.Person, Floor: org.Lead, Audit: "limit.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "limits.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/edit", Name: "limits.edit", Guard: web.Person, Floor: org.Lead, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "limits.update", Guard: web.Person, Floor: org.Lead, Audit: "limit.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/delete", Name: "limits.delete", Guard: web.Person, Floor: org.Lead, Audit: "limit.deleted", Handle: h.delete},
		{Method: http.MethodPost, Path: one + "/raise", Name: "limits.raise", Guard: web.Person, Floor: org.Lead, Audit: "limit.raised", Handle: h.raise},
		{Method: http.MethodPost, Path: one + "/increases/:increase/end", Name: "limits.lower", Guard: web.Person, Floor: org.Lead, Audit: "limit.lowered", Handle: h.lower},
		{Method: http.MethodGet, Path: one + "/ask", Name: "limits.ask", Guard: web.Person, Floor: org.Viewer, Handle: h.ask},
		{Method: http.MethodPost, Path: one + "/ask", Name: "limits.asked", Guard: web.Person, Floor: org.Viewer, Audit: "limit.asked", Handle: h.asked},
		{Method: http.MethodPost, Path: asked + "/:id/approve", Name: "limit_requests.approve", Guard: web.Person, Floor: org.Lead, Audit: "limit.approved", Handle: h.approve},
		{Method: http.MethodPost, Path: asked + "/:id/deny", Name: "limit_requests.deny", Guard: web.Person, Floor: org.Lead, Audit: "limit.denied", Handle: h.deny},

		{Method: http.MethodGet, Path: api, Name: "api.limits.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: limitList{}},
		{Method: http.MethodPost, Path: api, Name: "api.limits.create", Guard: web.Token, Floor: org.Lead, Audit: "limit.created", Handle: h.apiCreate, In: limitInput{}, Out: limitJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.limits.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: limitJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.limits.update", Guard: web.Token, Floor: org.Lead, Audit: "limit.updated", Handle: h.apiUpdate, In: limitChange{}, Out: limitJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.limits.delete", Guard: web.Token, Floor: org.Lead, Audit: "limit.deleted", Handle: h.apiDelete, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/:id/increases", Name: "api.limits.raise", Does: "Raise a limit for a while.", Guard: web.Token, Floor: org.Lead, Audit: "limit.raised", Handle: h.apiRaise, In: increaseInput{}, Out: limitJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id/increases/:increase", Name: "api.limits.lower", Does: "End an increase of a limit.", Guard: web.Token, Floor: org.Lead, Audit: "limit.lowered", Handle: h.apiLower, Out: web.None{}},
		{Method: http.MethodPost, Path: api + "/:id/requests", Name: "api.limits.ask", Does: "Ask that a limit be raised for a while.", Guard: web.Token, Floor: org.Viewer, Audit: "limit.asked", Handle: h.apiAsk, In: askInput{}, Out: requestJSON{}},
		{Method: http.MethodGet, Path: asks, Name: "api.limit_requests.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRequests, Out: requestList{},
			Query: []web.Parameter{{Name: "state", Does: "Only those in this state.", Values: states}}},
		{Method: http.MethodGet, Path: asks + "/:id", Name: "api.limit_requests.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRequest, Out: requestJSON{}},
		{Method: http.MethodPost, Path: asks + "/:id/approve", Name: "api.limit_requests.approve", Guard: web.Token, Floor: org.Lead, Audit: "limit.approved", Handle: h.apiApprove, In: verdictInput{}, Out: requestJSON{}},
		{Method: http.MethodPost, Path: asks + "/:id/deny", Name: "api.limit_requests.deny", Guard: web.Token, Floor: org.Lead, Audit: "limit.denied", Handle: h.apiDeny, In: denialInput{}, Out: requestJSON{}},
	}
}

func (h *Handlers) get(c *web.Context) (limit.Entry, error) {
	which, err := limitID(c)
	if err != nil {
		return limit.Entry{}, err
	}
	return h.limits.Get(c.Ctx(), c.Actor(), which)
}

func limitID(c *web.Context) (id.Limit, error) {
	return web.Param(c, "id", id.ParseLimit, error(limit.NotFound()))
}

// end ends the increase that the path names.
func (h *Handlers) end(c *web.Context) (id.Limit, error) {
	which, err := limitID(c)
	if err != nil {
		return which, err
	}
	// A malformed increase is as unknown as an unknown one, but the limit comes first: another tenant's is not found.
	x, _ := id.ParseIncrease(c.Param("increase"))
	return which, h.limits.Lower(c.Ctx(), c.Actor(), which, x)
}
