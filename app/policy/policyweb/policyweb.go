// Package policyweb is policies on models in the dashboard and in the management API.
package policyweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/policy"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for policies.
type Handlers struct {
	policies *policy.Service
	people   web.PlacePeople
	keys     web.PlaceKeys
	offered  func(o id.Org) []policy.Model
}

// New makes the handlers. offered are the models that an organization could ask for without policies.
func New(policies *policy.Service, people web.PlacePeople, keys web.PlaceKeys, offered func(o id.Org) []policy.Model) *Handlers {
	return &Handlers{policies, people, keys, offered}
}

const root = "/policies"

// Routes are all URLs of policies. Everybody may read those that bind them.
func (h *Handlers) Routes() []web.Route {
	const one, api = root + "/:id", web.APIRoot + "policies"
	return append(h.tierRoutes(), []web.Route{
		{Method: http.MethodGet, Path: root, Name: "policies.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "policies.new", Guard: web.Person, Floor: org.Lead, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "policies.create", Guard: web.Person, Floor: org.Lead, Audit: "policy.created", Handle: h.create},
		{Method: http.MethodGet, Path: one, Name: "policies.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/edit", Name: "policies.edit", Guard: web.Person, Floor: org.Lead, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "policies.update", Guard: web.Person, Floor: org.Lead, Audit: "policy.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/delete", Name: "policies.delete", Guard: web.Person, Floor: org.Lead, Audit: "policy.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: api, Name: "api.policies.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: policyList{}},
		{Method: http.MethodPost, Path: api, Name: "api.policies.create", Guard: web.Token, Floor: org.Lead, Audit: "policy.created", Handle: h.apiCreate, In: policyInput{}, Out: policyJSON{}},
		{Method: http.MethodGet, Path: api + "/:id", Name: "api.policies.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: policyJSON{}},
		{Method: http.MethodPatch, Path: api + "/:id", Name: "api.policies.update", Guard: web.Token, Floor: org.Lead, Audit: "policy.updated", Handle: h.apiUpdate, In: policyChange{}, Out: policyJSON{}},
		{Method: http.MethodDelete, Path: api + "/:id", Name: "api.policies.delete", Guard: web.Token, Floor: org.Lead, Audit: "policy.deleted", Handle: h.apiDelete, Out: web.None{}},
	}...)
}

func (h *Handlers) get(c *web.Context) (policy.Listed, error) {
	which, err := policyID(c)
	if err != nil {
		return policy.Listed{}, err
	}
	return h.policies.Get(c.Ctx(), c.Actor(), which)
}

func policyID(c *web.Context) (id.Policy, error) {
	return web.Param(c, "id", id.ParsePolicy, error(policy.NotFound()))
}
