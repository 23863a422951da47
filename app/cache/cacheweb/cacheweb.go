// Package cacheweb is the cache in the dashboard and in the management API.
package cacheweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// Handlers answer for the cache.
type Handlers struct {
	cache  *cache.Service
	people web.PlacePeople
	keys   web.PlaceKeys
}

// New makes the handlers.
func New(c *cache.Service, people web.PlacePeople, keys web.PlaceKeys) *Handlers {
	return &Handlers{c, people, keys}
}

const (
	root     = "/cache"
	policies = "/cache-policies"
	entries  = root + "/entries"
)

func tabs(active string) []ui.Tab {
	return []ui.Tab{{Label: "Savings", Href: root, Active: active == root}, {Label: "Policies", Href: policies, Active: active == policies}, {Label: "Kept answers", Href: entries, Active: active == entries}, {Label: "Like questions", Href: likes, Active: active == likes}}
}

// Routes are all URLs of the cache. What the service refuses to somebody's part of the tree has no higher floor here.
func (h *Handlers) Routes() []web.Route {
	const one, rule, api = policies + "/:id", web.APIRoot + "cache-policies", web.APIRoot + "cache"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "cache.home", Guard: web.Person, Floor: org.Viewer, Handle: h.home},
		{Method: http.MethodPost, Path: root + "/clear", Name: "cache.clear", Guard: web.Person, Floor: org.Developer, Audit: "cache.cleared", Handle: h.clear},
		{Method: http.MethodGet, Path: entries, Name: "cache.entries", Guard: web.Person, Floor: org.Viewer, Handle: h.entries},
		{Method: http.MethodGet, Path: entries + "/:key", Name: "cache.entry", Guard: web.Person, Floor: org.Viewer, Handle: h.entry},
		{Method: http.MethodGet, Path: likes, Name: "cache.likes", Guard: web.Person, Floor: org.Viewer, Handle: h.likes},
		{Method: http.MethodPost, Path: likes + "/:id/judge", Name: "cache.judge", Guard: web.Person, Floor: org.Developer, Audit: "cache.like_judged", Handle: h.judge},
		{Method: http.MethodGet, Path: policies, Name: "cache_policies.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: policies + "/new", Name: "cache_policies.new", Guard: web.Person, Floor: org.Developer, Handle: h.new},
		{Method: http.MethodPost, Path: policies, Name: "cache_policies.create", Guard: web.Person, Floor: org.Developer, Audit: "cache_policy.created", Handle: h.create},
		{Method: http.MethodGet, Path: one + "/edit", Name: "cache_policies.edit", Guard: web.Person, Floor: org.Developer, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "cache_policies.update", Guard: web.Person, Floor: org.Developer, Audit: "cache_policy.updated", Handle: h.update},
		{Method: http.MethodPost, Path: one + "/approve", Name: "cache_policies.approve", Guard: web.Person, Floor: org.Admin, Audit: "cache_policy.approved", Handle: h.approve},
		{Method: http.MethodPost, Path: one + "/delete", Name: "cache_policies.delete", Guard: web.Person, Floor: org.Developer, Audit: "cache_policy.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: rule, Name: "api.cache_policies.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: policyList{}, Does: "List cache policies, the outermost scopes first."},
		{Method: http.MethodPost, Path: rule, Name: "api.cache_policies.create", Guard: web.Token, Floor: org.Developer, Audit: "cache_policy.created", Handle: h.apiCreate, In: policyInput{}, Out: policyJSON{}, Does: "Set a cache policy."},
		{Method: http.MethodGet, Path: rule + "/:id", Name: "api.cache_policies.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: policyJSON{}, Does: "Show a cache policy."},
		{Method: http.MethodPatch, Path: rule + "/:id", Name: "api.cache_policies.update", Guard: web.Token, Floor: org.Developer, Audit: "cache_policy.updated", Handle: h.apiUpdate, In: policyChange{}, Out: policyJSON{}, Does: "Change what is named of a cache policy."},
		{Method: http.MethodPost, Path: rule + "/:id/approve", Name: "api.cache_policies.approve", Guard: web.Token, Floor: org.Admin, Audit: "cache_policy.approved", Handle: h.apiApprove, In: web.None{}, Out: policyJSON{}, Made: http.StatusOK,
			Does: "Agree to a cache policy's sharing in the whole organization."},
		{Method: http.MethodDelete, Path: rule + "/:id", Name: "api.cache_policies.delete", Guard: web.Token, Floor: org.Developer, Audit: "cache_policy.deleted", Handle: h.apiDelete, Out: web.None{}, Does: "Delete a cache policy."},
		{Method: http.MethodGet, Path: api + "/likes", Name: "api.cache.likes", Guard: web.Token, Floor: org.Viewer, Handle: h.apiLikes, Out: likeList{}, Does: "List kept answers that were found for questions worded differently, newest first.",
			Query: []web.Parameter{{Name: "entry", Does: "of this kept answer only", Example: "0f3c"}}},
		{Method: http.MethodGet, Path: api + "/likes/simulation", Name: "api.cache.simulation", Guard: web.Token, Floor: org.Viewer, Handle: h.apiSimulation, Out: cacheSimulationJSON{}, Does: "Say what a mode and a threshold would have saved.",
			Query: []web.Parameter{{Name: "mode", Does: "strict or relaxed; relaxed without", Values: []string{"strict", "relaxed"}}, {Name: "threshold", Does: "least cosine, 0.9 without", Example: "0.95"}, {Name: "days", Does: "of how many days up to now, 7 without, 30 at most", Example: "7"}}},
		{Method: http.MethodPost, Path: api + "/likes/:id/judge", Name: "api.cache.judge", Guard: web.Token, Floor: org.Developer, Audit: "cache.like_judged", Handle: h.apiJudge, In: judgeInput{}, Out: likeJSON{}, Made: http.StatusOK,
			Does: "Say whether one answer serves both questions: right or wrong."},
		{Method: http.MethodGet, Path: api + "/savings", Name: "api.cache.savings", Guard: web.Token, Floor: org.Viewer, Handle: h.apiSavings, Out: cacheSavingsJSON{}, Does: "Say what the cache saved.",
			Query: []web.Parameter{{Name: "days", Does: "of how many days up to now, 30 without", Example: "7"}, {Name: "by", Does: "divided by this; days without", Values: []string{"model", "team", "member"}}}},
		{Method: http.MethodGet, Path: api + "/entries", Name: "api.cache.entries", Guard: web.Token, Floor: org.Viewer, Handle: h.apiEntries, Out: entryList{}, Does: "List kept answers, without what is in them.",
			Query: []web.Parameter{{Name: "model", Does: "only of this model"}, {Name: "sharing", Does: "only what these share", Values: []string{"user", "team", "organization"}}, {Name: "sort", Does: "the most used first", Values: []string{"hits"}}}},
		{Method: http.MethodPost, Path: api + "/clear", Name: "api.cache.clear", Guard: web.Token, Floor: org.Developer, Audit: "cache.cleared", Handle: h.apiClear, In: clearInput{}, Out: clearedJSON{}, Made: http.StatusOK,
			Does: "Clear kept answers: they are given no more within a second, on every node."},
	}
}

func ruleID(c *web.Context) (id.Caching, error) {
	return web.Param(c, "id", id.ParseCaching, error(cache.NotFound()))
}

func (h *Handlers) get(c *web.Context) (cache.Listed, error) {
	which, err := ruleID(c)
	if err != nil {
		return cache.Listed{}, err
	}
	return h.cache.Get(c.Ctx(), c.Actor(), which)
}
