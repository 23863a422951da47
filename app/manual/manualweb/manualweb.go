// Package manualweb serves the documentation to everybody: it says nothing of anybody's data.
package manualweb

import (
	"context"
	"io"
	"net/http"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/manual"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/manual"
)

// Handlers answer for the documentation.
type Handlers struct {
	manual func() (*manual.Manual, error)
}

// New makes the handlers. The manual is asked for when somebody reads it.
func New(m func() (*manual.Manual, error)) *Handlers { return &Handlers{m} }

// Routes are all URLs of the documentation.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: manual.Root, Name: "docs.first", Guard: web.Open, Handle: h.page},
		{Method: http.MethodGet, Path: manual.Root + "/*", Name: "docs.page", Guard: web.Open, Handle: h.page},
	}
}

func (h *Handlers) page(c *web.Context) error {
	m, err := h.manual()
	if err != nil {
		return err
	}
	p, ok := m.Find(c.Param("*"))
	if !ok {
		return fault.New(fault.NotFound, "not_found", "There is no such page. The list of all pages is at "+manual.Root+".")
	}
	out := views.Page{Shell: c.Shell(p.Title, ""), Body: written(p.HTML)}
	for _, part := range m.Parts {
		links := views.Part{Title: part.Title}
		for _, x := range part.Pages {
			links.Links = append(links.Links, views.Link{Title: x.Title, Href: x.Href(), Here: x.Name == p.Name})
		}
		out.Parts = append(out.Parts, links)
	}
	return c.Render(views.Manual(out))
}

// written is a page's body, which was made of our own files and never of input.
func written(html string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, html)
		return err
	})
}
