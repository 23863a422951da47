package web

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"

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
	Texts              func() map[string]string // comments of types and fields
	Errors             string                   // docs/reference/errors.md
}

// Routes are the pages and the document about these routes. They are made when somebody first reads them: a node that nobody asks
// starts sooner, and keeps some megabytes less.
func (d Docs) Routes(routes []Route) []Route {
	document := sync.OnceValues(func() ([]byte, error) {
		text, err := json.Marshal(Describe(routes, d.PublicURL, d.Version, d.Texts()))
		return append(text, '\n'), err
	})
	reference := sync.OnceValues(func() (views.APIPage, error) {
		text, err := document()
		if err != nil {
			return views.APIPage{}, err
		}
		return referenceOf(text)
	})
	explain := errorsRoute(d.Errors)
	return []Route{
		{Method: http.MethodGet, Path: OpenAPIPath, Name: "docs.openapi", Guard: Open, Handle: func(c *Context) error {
			text, err := document()
			if err != nil {
				return err
			}
			return c.JSONBlob(http.StatusOK, text)
		}},
		{Method: http.MethodGet, Path: APIDocsPath, Name: "docs.api", Guard: Open, Handle: func(c *Context) error {
			p, err := reference()
			if err != nil {
				return err
			}
			p.Shell = c.Shell("Management API", "")
			return c.Render(views.API(p))
		}},
		{Method: http.MethodGet, Path: strings.TrimSuffix(ErrorsPath, "/"), Name: "docs.errors", Guard: Open, Handle: explain},
		{Method: http.MethodGet, Path: ErrorsPath + ":code", Name: "docs.problem", Guard: Open, Handle: explain},
	}
}
