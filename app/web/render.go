package web

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"reflect"
	"slices"
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
	if target := c.Part(); c.isHTMX() && target != "" {
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
	body, err := c.body()
	if err != nil {
		return in, err
	}
	if bytes.Contains(bytes.ReplaceAll(body, []byte(`\\`), nil), []byte(`\u0000`)) { // as in forms: PostgreSQL takes none
		return in, fault.New(fault.Invalid, "invalid_request", `The body holds the character \u0000, which is no text. Leave it out.`)
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.DisallowUnknownFields()
	fields := map[string]json.RawMessage{}
	if json.Unmarshal(body, &fields) == nil {
		if err := unknownFields(fields, reflect.TypeFor[T]()); err != nil {
			return in, err
		}
	}
	if err := d.Decode(&in); err != nil {
		return in, jsonFault(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return in, fault.New(fault.Invalid, "invalid_request", "The body holds more than one JSON value.")
	}
	return in, nil
}

// unknownFields refuses what a request has no field for, all at once and in exact spelling: Go's decoder would take NAME
// for name. t is nil for requests without any field.
func unknownFields(fields map[string]json.RawMessage, t reflect.Type) error {
	known := map[string]bool{}
	if t != nil && t.Kind() == reflect.Struct {
		for _, f := range reflect.VisibleFields(t) {
			if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "" && name != "-" {
				known[name] = true
			}
		}
	}
	var errs []error
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if known[name] {
			continue
		}
		hint := "this call takes no fields."
		if len(known) > 0 {
			hint = "there are " + strings.Join(slices.Sorted(maps.Keys(known)), ", ") + "."
		}
		errs = append(errs, fault.Field(clip(name, 60), "There is no field \""+clip(name, 60)+"\" here; "+hint))
	}
	return errors.Join(errs...)
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
