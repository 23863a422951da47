package ui

import (
	"context"
	"io"

	"github.com/a-h/templ"
)

// Part marks a piece of a page that htmx may fetch alone: web.Render answers with it when the request's target has
// this id. Its one child element must carry the id. Use it instead of templ.Fragment, which hands its own children on
// to every component inside that was called without any.
func Part(id string) templ.Component {
	return templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
		children := templ.GetChildren(ctx)
		block := templ.ComponentFunc(func(ctx context.Context, w io.Writer) error {
			return children.Render(templ.ClearChildren(ctx), w)
		})
		return templ.Fragment(id).Render(templ.WithChildren(ctx, block), w)
	})
}
