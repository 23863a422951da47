// Package promptweb is the prompt library in the dashboard and in the management API.
package promptweb

import (
	"context"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Usage says what was asked and spent. *usage.Service implements it.
type Usage interface {
	Query(ctx context.Context, a org.Actor, q usage.Query) (usage.Result, error)
	Timings(ctx context.Context, a org.Actor, names []string, from time.Time) ([]usage.Timing, error)
}

// People know the teams. *identity.Service implements it.
type People interface {
	Teams(ctx context.Context, a org.Actor) ([]org.Team, error)
	Team(ctx context.Context, a org.Actor, t id.Team) (org.Team, error)
}

// Offers are those who would answer a request for a model now, with what they charge.
type Offers func(ctx context.Context, a org.Actor, model string) []prompt.Offer

// Handlers answer for the library.
type Handlers struct {
	library *prompt.Service
	usage   Usage
	people  People
	offers  Offers
}

// New makes the handlers. Without offers nothing is known of prices.
func New(l *prompt.Service, u Usage, p People, o Offers) *Handlers { return &Handlers{l, u, p, o} }

const (
	root     = "/prompts"
	starters = root + "/starters"
	imports  = root + "/import"
)

// Routes are all URLs of the library. Whose a prompt is decides the service.
func (h *Handlers) Routes() []web.Route {
	const one, api = root + "/:id", web.APIRoot + "prompts"
	const single = api + "/:id"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "prompts.list", Guard: web.Person, Floor: org.Viewer, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/new", Name: "prompts.new", Guard: web.Person, Floor: org.Developer, Handle: h.new},
		{Method: http.MethodPost, Path: root, Name: "prompts.create", Guard: web.Person, Floor: org.Developer, Audit: "prompt.created", Handle: h.create},
		{Method: http.MethodGet, Path: starters, Name: "prompts.starters", Guard: web.Person, Floor: org.Developer, Handle: h.starters},
		{Method: http.MethodGet, Path: imports, Name: "prompts.import_form", Guard: web.Person, Floor: org.Developer, Handle: h.importForm},
		{Method: http.MethodPost, Path: imports, Name: "prompts.import", Guard: web.Person, Floor: org.Developer, Audit: "prompt.created", Handle: h.importFile},
		{Method: http.MethodGet, Path: one, Name: "prompts.show", Guard: web.Person, Floor: org.Viewer, Handle: h.show},
		{Method: http.MethodGet, Path: one + "/export", Name: "prompts.export", Guard: web.Person, Floor: org.Viewer, Handle: h.export},
		{Method: http.MethodGet, Path: one + "/edit", Name: "prompts.edit", Guard: web.Person, Floor: org.Developer, Handle: h.edit},
		{Method: http.MethodPost, Path: one, Name: "prompts.update", Guard: web.Person, Floor: org.Developer, Audit: "prompt.updated", Handle: h.update},
		{Method: http.MethodGet, Path: one + "/versions/new", Name: "prompts.new_version", Guard: web.Person, Floor: org.Developer, Handle: h.newVersion},
		{Method: http.MethodPost, Path: one + "/versions", Name: "prompts.revise", Guard: web.Person, Floor: org.Developer, Audit: "prompt.revised", Handle: h.revise},
		{Method: http.MethodPost, Path: one + "/versions/delete", Name: "prompts.delete_version", Guard: web.Person, Floor: org.Developer, Audit: "prompt.version_deleted", Handle: h.deleteVersion},
		{Method: http.MethodPost, Path: one + "/labels", Name: "prompts.label", Guard: web.Person, Floor: org.Developer, Audit: "prompt.labelled", Handle: h.label},
		{Method: http.MethodPost, Path: one + "/labels/delete", Name: "prompts.unlabel", Guard: web.Person, Floor: org.Developer, Audit: "prompt.unlabelled", Handle: h.unlabel},
		{Method: http.MethodPost, Path: one + "/preview", Name: "prompts.preview", Guard: web.Person, Floor: org.Viewer, Audit: "none: it shows what would be asked, and asks nobody", Handle: h.preview},
		{Method: http.MethodPost, Path: one + "/rate", Name: "prompts.rate", Guard: web.Person, Floor: org.Viewer, Audit: "prompt.rated", Handle: h.rate},
		{Method: http.MethodPost, Path: one + "/delete", Name: "prompts.delete", Guard: web.Person, Floor: org.Developer, Audit: "prompt.deleted", Handle: h.delete},

		{Method: http.MethodGet, Path: api, Name: "api.prompts.list", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: promptList{}, Does: "List stored prompts, by folder and name.",
			Query: []web.Parameter{{Name: "name", Does: "only the prompt of this name", Example: "support-reply"}, {Name: "folder", Does: "only of this folder", Example: "Support"}, {Name: "q", Does: "only those with this in their name, description, folder or text", Example: "parcel"}}},
		{Method: http.MethodPost, Path: api, Name: "api.prompts.create", Guard: web.Token, Floor: org.Developer, Audit: "prompt.created", Handle: h.apiCreate, In: promptInput{}, Out: promptJSON{}, Does: "Store a prompt with its first version."},
		{Method: http.MethodGet, Path: single, Name: "api.prompts.show", Guard: web.Token, Floor: org.Viewer, Handle: h.apiShow, Out: promptJSON{}, Does: "Show a stored prompt."},
		{Method: http.MethodPatch, Path: single, Name: "api.prompts.update", Guard: web.Token, Floor: org.Developer, Audit: "prompt.updated", Handle: h.apiUpdate, In: promptChange{}, Out: promptJSON{}, Does: "Change what is said about a prompt, and who sees it."},
		{Method: http.MethodDelete, Path: single, Name: "api.prompts.delete", Guard: web.Token, Floor: org.Developer, Audit: "prompt.deleted", Handle: h.apiDelete, Out: web.None{}, Does: "Delete a prompt that has no label and that no other includes."},
		{Method: http.MethodGet, Path: single + "/versions", Name: "api.prompts.versions", Guard: web.Token, Floor: org.Viewer, Handle: h.apiVersions, Out: promptVersionList{}, Does: "List a prompt's versions, the newest first.", Query: web.NoQuery},
		{Method: http.MethodPost, Path: single + "/versions", Name: "api.prompts.revise", Guard: web.Token, Floor: org.Developer, Audit: "prompt.revised", Handle: h.apiRevise, In: promptVersionInput{}, Out: promptVersionJSON{}, Made: http.StatusCreated,
			Does: "Add a version to a prompt. Labels stay where they are."},
		{Method: http.MethodDelete, Path: single + "/versions/:version", Name: "api.prompts.delete_version", Guard: web.Token, Floor: org.Developer, Audit: "prompt.version_deleted", Handle: h.apiDeleteVersion, Out: web.None{}, Does: "Delete a version that has no label and that no prompt includes."},
		{Method: http.MethodPost, Path: single + "/preview", Name: "api.prompts.preview", Guard: web.Token, Floor: org.Viewer, Audit: "none: it shows what would be asked, and asks nobody", Handle: h.apiPreview, In: promptPreviewInput{}, Out: promptPreviewJSON{}, Made: http.StatusOK,
			Does: "Say what a version says with these variables. Nobody is asked."},
		{Method: http.MethodPost, Path: api + "/preview", Name: "api.prompts.draft", Guard: web.Token, Floor: org.Developer, Audit: "none: it shows what would be asked, and asks nobody", Handle: h.apiDraft, In: promptDraftInput{}, Out: promptPreviewJSON{}, Made: http.StatusOK,
			Does: "Check a content that is not stored, and say what it says with these variables and what a request would cost. Nobody is asked."},
		{Method: http.MethodGet, Path: single + "/estimate", Name: "api.prompts.estimate", Guard: web.Token, Floor: org.Viewer, Handle: h.apiEstimate, Out: promptEstimateJSON{}, Does: "Say what a request for a version would cost, before there was any.",
			Query: []web.Parameter{{Name: "version", Does: "a version's number; without, the one that production is at", Example: "2"}}},
		{Method: http.MethodGet, Path: single + "/models", Name: "api.prompts.models", Guard: web.Token, Floor: org.Viewer, Handle: h.apiModels, Out: promptModelList{}, Does: "Say how each model did with each version in the last 30 days: requests, cost, time.", Query: web.NoQuery},
		{Method: http.MethodGet, Path: single + "/ratings", Name: "api.prompts.ratings", Guard: web.Token, Floor: org.Viewer, Handle: h.apiRatings, Out: promptRatingList{}, Does: "List what people say of a prompt, the newest first.", Query: web.NoQuery},
		{Method: http.MethodPut, Path: single + "/labels/:label", Name: "api.prompts.label", Guard: web.Token, Floor: org.Developer, Audit: "prompt.labelled", Handle: h.apiLabel, In: promptLabelInput{}, Out: promptLabelJSON{},
			Does: "Put a label at a version. Requests that name it get that version within a second, on every node."},
		{Method: http.MethodDelete, Path: single + "/labels/:label", Name: "api.prompts.unlabel", Guard: web.Token, Floor: org.Developer, Audit: "prompt.unlabelled", Handle: h.apiUnlabel, Out: web.None{}, Does: "Take a label away from a prompt."},
	}
}

func promptID(c *web.Context) (id.Prompt, error) {
	return web.Param(c, "id", id.ParsePrompt, error(prompt.Missing()))
}

func (h *Handlers) get(c *web.Context) (prompt.Full, error) {
	which, err := promptID(c)
	if err != nil {
		return prompt.Full{}, err
	}
	return h.library.Get(c.Ctx(), c.Actor(), which)
}
