package web

import (
	"context"
	"html"
	"io"
	"net/http"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// failurePage writes the page of an error: what happened, and the id to quote when asking for help.
func (s *server) failurePage(c echo.Context, status int, f *fault.Error) error {
	page := templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, "<!doctype html><html lang=en><meta charset=utf-8><title>"+http.StatusText(status)+
			"</title><h1>"+http.StatusText(status)+"</h1><p>"+html.EscapeString(f.Public)+
			"</p><p>Request id: <code>"+html.EscapeString(requestID(c))+"</code></p><p><a href=/>Home</a></p></html>")
		return err
	})
	x, ok := c.Get(contextKey).(*Context)
	if !ok { // no route, so nobody looked who asks
		x = &Context{Context: c, server: s}
	}
	return x.render(status, page)
}
