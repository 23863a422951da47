package web

import (
	"encoding/json"
	"net/http"
	"strings"

	views "github.com/bodhi-gateway/bodhi/views/page"
)

// OpenAPIPath is where the API's description is; APIDocsPath where people read it.
const (
	OpenAPIPath = APIRoot + "openapi.json"
	APIDocsPath = "/docs/api"
)

// Docs are what the installation says about its own API. Anyone may read it: it names types and rules, nobody's data.
type Docs struct {
	PublicURL, Version string
	Texts              map[string]string // comments of types and fields
	Errors             string            // docs/reference/errors.md
}

// Routes are the pages and the document about these routes.
func (d Docs) Routes(routes []Route) ([]Route, error) {
	document := Describe(routes, d.PublicURL, d.Version, d.Texts)
	text, err := json.Marshal(document)
	if err != nil {
		return nil, err
	}
	page, err := referenceOf(text)
	if err != nil {
		return nil, err
	}
	explain := errorsRoute(d.Errors)
	return []Route{
		{Method: http.MethodGet, Path: OpenAPIPath, Name: "docs.openapi", Guard: Open, Handle: func(c *Context) error {
			return c.JSONBlob(http.StatusOK, append(text, '\n'))
		}},
		{Method: http.MethodGet, Path: APIDocsPath, Name: "docs.api", Guard: Open, Handle: func(c *Context) error {
			p := page
			p.Shell = c.Shell("Management API", "")
			return c.Render(views.API(p))
		}},
		{Method: http.MethodGet, Path: strings.TrimSuffix(ErrorsPath, "/"), Name: "docs.errors", Guard: Open, Handle: explain},
		{Method: http.MethodGet, Path: ErrorsPath + ":code", Name: "docs.problem", Guard: Open, Handle: explain},
	}, nil
}
