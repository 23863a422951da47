package web

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/views/layout"
)

// StyleGuide is the living style page: every part of the design system with sample props, to be looked at in both
// themes and at any width. It shows no data, so anyone may see it.
func StyleGuide() Route {
	return Route{Method: http.MethodGet, Path: "/dev/ui", Name: "dev.ui", Guard: Open, Handle: func(c *Context) error {
		return c.Render(layout.Styleguide(c.Shell("Style guide", "")))
	}}
}
