package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

const htmlType = "text/html; charset=utf-8"

// Render answers 200 with the page. A browser gets it whole; htmx gets only the templ.Fragment whose name is the id
// of its target, if the page has one, so page and partial cannot drift.
func (c *Context) Render(page templ.Component) error { return c.render(http.StatusOK, page) }

// Invalid answers 422 with the page: the form again, with what was typed and what is wrong with it.
func (c *Context) Invalid(page templ.Component) error {
	return c.render(http.StatusUnprocessableEntity, page)
}

func (c *Context) render(status int, page templ.Component) error {
	var b bytes.Buffer
	c.Response().Header().Add("Vary", "HX-Request, HX-Target")
	if target := c.Request().Header.Get("HX-Target"); c.isHTMX() && target != "" {
		if err := templ.RenderFragments(c.Ctx(), &b, page, target); err != nil {
			return fmt.Errorf("render %s: %w", target, err)
		}
	}
	if b.Len() == 0 {
		if err := page.Render(c.Ctx(), &b); err != nil {
			return fmt.Errorf("render page: %w", err)
		}
	}
	return c.page(status, b.Bytes())
}

// isHTMX reports a request for a part of a page. Boosted links and history restoration want whole pages.
func (c *Context) isHTMX() bool {
	h := c.Request().Header
	return h.Get("HX-Request") == "true" && h.Get("HX-Boosted") != "true" && h.Get("HX-History-Restore-Request") != "true"
}

// maxJSON bounds a management API request.
const maxJSON = 1 << 20

// Decode reads a management API request: one JSON object, unknown fields refused, so that a misspelt field is an
// error and not a silent default.
func Decode[T any](c *Context) (T, error) {
	var in T
	r := c.Request()
	if kind := r.Header.Get("Content-Type"); kind != "" && !strings.HasPrefix(kind, "application/json") {
		return in, fault.New(fault.Invalid, "invalid_request", "Send JSON: Content-Type: application/json.")
	}
	d := json.NewDecoder(http.MaxBytesReader(c.Response(), r.Body, maxJSON))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return in, jsonFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, fault.New(fault.Invalid, "invalid_request", "The body holds more than one JSON value.")
	}
	return in, nil
}

func jsonFault(err error) error {
	var kind *json.UnmarshalTypeError
	var syntax *json.SyntaxError
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return bodyFault(err)
	case errors.As(err, &kind):
		return fault.Field(kind.Field, fmt.Sprintf("%q must be a %s, not a %s.", kind.Field, kind.Type, kind.Value))
	case errors.As(err, &syntax):
		return fault.New(fault.Invalid, "invalid_request", fmt.Sprintf("The body is not JSON: %s at byte %d.", syntax, syntax.Offset))
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault.New(fault.Invalid, "invalid_request", "The body ends before the JSON does.")
	}
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return fault.Field(strings.Trim(name, `"`), "There is no field "+name+" here; check its spelling.")
	}
	return fault.New(fault.Invalid, "invalid_request", "The body does not fit this request.").Because(err)
}
