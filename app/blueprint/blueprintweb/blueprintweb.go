// Package blueprintweb is templates and blueprints in the dashboard and in the management API. Pages do what the command line does, by
// the same code: they read, compare and apply through the management API, as the member who looks.
package blueprintweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/blueprint"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for templates.
type Handlers struct{ turns *blueprint.Turns }

// New makes the handlers.
func New(t *blueprint.Turns) *Handlers { return &Handlers{t} }

const (
	root   = "/templates"
	byItem = "none: each change that it makes is in the audit log by itself"
	reads  = "none: it only compares"
)

// SchemaPath is where editors find the form of a blueprint.
const SchemaPath = "/docs/blueprint.schema.json"

// Routes are all URLs of templates.
func (h *Handlers) Routes() []web.Route {
	const api, applies = web.APIRoot + "templates", web.APIRoot + "applies"
	return []web.Route{
		{Method: http.MethodGet, Path: root, Name: "templates.list", Guard: web.Person, Floor: org.Admin, Handle: h.list},
		{Method: http.MethodGet, Path: root + "/current", Name: "templates.current", Guard: web.Person, Floor: org.Admin, Handle: h.current},
		{Method: http.MethodGet, Path: root + "/current.yaml", Name: "templates.download", Guard: web.Person, Floor: org.Admin, Handle: h.download},
		{Method: http.MethodGet, Path: root + "/show", Name: "templates.show", Guard: web.Person, Floor: org.Admin, Handle: h.show},
		{Method: http.MethodPost, Path: root + "/preview", Name: "templates.preview", Guard: web.Person, Floor: org.Admin, Audit: reads, Handle: h.preview},
		{Method: http.MethodPost, Path: root + "/apply", Name: "templates.apply", Guard: web.Person, Floor: org.Admin, Audit: byItem, Handle: h.apply},
		{Method: http.MethodGet, Path: SchemaPath, Name: "templates.schema", Guard: web.Open, Handle: schema},

		{Method: http.MethodGet, Path: api, Name: "api.templates.list", Does: "List the blueprints to begin with, with their YAML.", Guard: web.Token, Floor: org.Viewer, Handle: h.apiList, Out: templateList{}, Query: web.NoQuery},
		{Method: http.MethodGet, Path: applies, Name: "api.applies.list", Does: "List the last applyings of blueprints, the newest first, and how far each came.", Guard: web.Token, Floor: blueprint.MayApply, Handle: h.apiTurns, Out: applyList{}, Query: web.NoQuery},
		{Method: http.MethodPost, Path: applies, Name: "api.applies.begin", Does: "Take the organization's turn at applying a blueprint. One has it at a time.", Guard: web.Token, Floor: blueprint.MayApply, Audit: "template.apply_began", Handle: h.apiBegin, In: applyInput{}, Out: applyJSON{}, Made: http.StatusCreated},
		{Method: http.MethodPatch, Path: applies + "/:id", Name: "api.applies.step", Does: "Say how far an applying is, before each change; that keeps the turn.", Guard: web.Token, Floor: blueprint.MayApply, Audit: "none: it says how far an applying is, whose changes are in the audit log by themselves", Handle: h.apiStep, In: stepInput{}, Out: applyJSON{}},
		{Method: http.MethodPost, Path: applies + "/:id/end", Name: "api.applies.end", Does: "Give the turn back, and say how it went.", Guard: web.Token, Floor: blueprint.MayApply, Audit: "template.apply_ended", Handle: h.apiEnd, In: endInput{}, Out: applyJSON{}, Made: http.StatusOK},
	}
}

func schema(c *web.Context) error {
	return c.Blob(http.StatusOK, "application/schema+json", blueprint.Schema())
}

// templateJSON is a blueprint to begin with.
type templateJSON struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	About string `json:"about"`
	YAML  string `json:"yaml"`
}

// templateList is all of them.
type templateList struct {
	Data []templateJSON `json:"data"`
}

func out(t blueprint.Template) templateJSON { return templateJSON{t.Name, t.Title, t.About, t.Text} }

func (h *Handlers) apiList(c *web.Context) error {
	list := templateList{Data: []templateJSON{}}
	for _, t := range blueprint.Templates() {
		list.Data = append(list.Data, out(t))
	}
	return c.JSON(http.StatusOK, list)
}

func named(c *web.Context) (blueprint.Template, error) {
	t, ok := blueprint.TemplateOf(c.QueryParam("name"))
	if !ok {
		return t, fault.New(fault.NotFound, "not_found", "There is no template of this name. The list has all of them.")
	}
	return t, nil
}
