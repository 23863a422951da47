package web

import (
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"math"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
)

// statuses is the one map from what went wrong to an HTTP status, for pages and the management API alike.
var statuses = map[fault.Kind]int{
	fault.Internal:        http.StatusInternalServerError,
	fault.Invalid:         http.StatusBadRequest,
	fault.Unauthenticated: http.StatusUnauthorized,
	fault.Forbidden:       http.StatusForbidden,
	fault.NotFound:        http.StatusNotFound,
	fault.Conflict:        http.StatusConflict,
	fault.TooLarge:        http.StatusRequestEntityTooLarge,
	fault.Limited:         http.StatusTooManyRequests,
	fault.Exhausted:       http.StatusPaymentRequired,
	fault.Upstream:        http.StatusBadGateway,
	fault.Timeout:         http.StatusGatewayTimeout,
	fault.Unavailable:     http.StatusServiceUnavailable,
}

// exact are statuses that HTTP has for what only app/web refuses, more exact than the kind's.
var exact = map[string]int{
	"changed_since":          http.StatusPreconditionFailed,
	"no_revision":            http.StatusPreconditionFailed,
	"idempotency_key_reused": http.StatusUnprocessableEntity,
	"method_not_allowed":     http.StatusMethodNotAllowed,
}

// fail renders an error: a page for browsers, an RFC 9457 problem for the management API. It is Echo's error handler
// and the only place that turns an error into bytes.
func (s *server) fail(err error, c echo.Context) {
	f := classify(err)
	status := statuses[f.Kind]
	if s, ok := exact[f.Code]; ok {
		status = s
	}
	level := slog.LevelError
	if c.Request().Context().Err() != nil { // whoever asked is gone, and with them what was being read
		level = slog.LevelDebug
	}
	if status >= 500 {
		s.Log.LogAttrs(c.Request().Context(), level, "web request failed",
			slog.String("request_id", requestID(c)), slog.String("route", c.Path()), slog.Any("error", err))
	}
	if c.Response().Committed { // a stream that broke off: it says so in its own words, or by ending early
		return
	}
	if f.RetryAfter > 0 {
		c.Response().Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(f.RetryAfter.Seconds()))))
	}
	switch {
	case isAPI(c):
		err = s.problem(c, status, f, err)
	case strings.HasPrefix(c.Request().URL.Path, SCIMRoot):
		err = scimProblem(c, status, f)
	default:
		err = s.failurePage(c, status, f)
	}
	if err != nil {
		s.Log.LogAttrs(c.Request().Context(), level, "error answer not written", slog.String("request_id", requestID(c)), slog.Any("error", err))
	}
}

// classify finds the refusal in err; Echo's own errors (no such route, wrong method) become refusals too.
func classify(err error) *fault.Error {
	var f *fault.Error
	var he *echo.HTTPError
	if errors.As(err, &f) || !errors.As(err, &he) {
		return fault.From(err)
	}
	switch {
	case he.Code == http.StatusNotFound:
		return fault.New(fault.NotFound, "not_found", "There is nothing at this address.")
	case he.Code == http.StatusMethodNotAllowed:
		return fault.New(fault.Invalid, "method_not_allowed", "This address does not take that method.")
	case he.Code == http.StatusRequestEntityTooLarge:
		return fault.New(fault.TooLarge, "body_too_large", "The request is too large.")
	case he.Code >= 400 && he.Code < 500:
		return fault.New(fault.Invalid, "invalid_request", "The request could not be read.").Because(err)
	}
	return fault.From(err)
}

func isAPI(c echo.Context) bool { return strings.HasPrefix(c.Request().URL.Path, APIRoot) }

// ErrorsPath is where a problem's type is explained to people: one page per code.
const ErrorsPath = "/docs/errors/"

// problem writes RFC 9457's application/problem+json. Facts of the refusal sit beside the standard members.
func (s *server) problem(c echo.Context, status int, f *fault.Error, cause error) error {
	p := map[string]any{}
	for k, v := range maps.All(f.Detail) {
		p[k] = v
	}
	p["type"] = strings.TrimRight(s.PublicURL, "/") + ErrorsPath + f.Code
	p["title"] = http.StatusText(status)
	p["status"] = status
	p["detail"] = f.Public
	p["code"] = f.Code
	p["request_id"] = requestID(c)
	if r, ok := Refused(cause); ok && len(r.Fields) > 0 {
		p["errors"] = wrongFields(r, c.Request().Method == http.MethodGet)
	}
	if status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="bodhi"`)
	}
	b, err := json.Marshal(p)
	if err != nil {
		return err
	}
	return c.Blob(status, "application/problem+json", append(b, '\n'))
}

// scimProblem writes RFC 7644's error, for what goes wrong before the SCIM server itself answers.
func scimProblem(c echo.Context, status int, f *fault.Error) error {
	if status == http.StatusUnauthorized {
		c.Response().Header().Set("WWW-Authenticate", `Bearer realm="bodhi"`)
	}
	b, err := json.Marshal(map[string]any{"schemas": []string{"urn:ietf:params:scim:api:messages:2.0:Error"}, "status": strconv.Itoa(status), "detail": f.Public})
	if err != nil {
		return err
	}
	return c.Blob(status, "application/scim+json", append(b, '\n'))
}

// WrongField is one thing that is wrong with a request: where in the body (RFC 6901) or which parameter, and what.
type WrongField struct {
	Pointer   string `json:"pointer,omitempty"`
	Parameter string `json:"parameter,omitempty"`
	Field     string `json:"field"`
	Detail    string `json:"detail"`
}

// wrongFields lists every field that is wrong, in a stable order, so that a client mends all at once.
func wrongFields(r Refusal, query bool) []WrongField {
	var out []WrongField
	for _, name := range slices.Sorted(maps.Keys(r.Fields)) {
		w := WrongField{Field: name, Detail: r.Fields[name]}
		if query {
			w.Parameter = name
		} else {
			w.Pointer = pointer(name)
		}
		out = append(out, w)
	}
	return out
}

// pointer is the JSON pointer of a field's name; dots lead into objects.
func pointer(name string) string {
	return "/" + strings.NewReplacer("~", "~0", "/", "~1", ".", "/").Replace(name)
}
