package web

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// policy is the content security policy of every page: nothing inline, nothing from elsewhere, no frames.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// maxForm bounds a dashboard form; larger uploads get routes of their own.
const maxForm = 1 << 20

// maxTyped bounds a form without files, whatever its route takes: it is in memory as a whole.
const maxTyped = 64 << 20

// Names of what one request carries in Echo's context.
const (
	requestIDKey = "bodhi.request_id"
	contextKey   = "bodhi.context"
)

// frame surrounds every answer, found or not: request id, security headers, panic containment, one log line.
func (s *server) frame(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		start := s.Clock.Now()
		c.Set(requestIDKey, id.NewRequest(s.IDs).String())
		s.secureHeaders(c)
		if err := s.contain(next, c); err != nil {
			s.fail(err, c)
		}
		r := c.Request()
		s.Log.LogAttrs(r.Context(), slog.LevelInfo, "web request",
			slog.String("request_id", requestID(c)), slog.String("method", r.Method), slog.String("route", c.Path()),
			slog.Int("status", c.Response().Status), slog.Int64("bytes", c.Response().Size),
			slog.Duration("took", clock.Since(start)))
		return nil
	}
}

// contain turns a panic into an error of this one request. A half-written answer is cut instead, so that the browser
// does not take it for a whole one.
func (s *server) contain(next echo.HandlerFunc, c echo.Context) (err error) {
	defer func() {
		p := recover()
		if p == nil {
			return
		}
		if p == http.ErrAbortHandler {
			panic(p)
		}
		s.Log.Error("panic in a handler", "request_id", requestID(c), "route", c.Path(),
			"panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		if c.Response().Committed {
			panic(http.ErrAbortHandler)
		}
		err = fault.From(errors.New("panic"))
	}()
	return next(c)
}

func (s *server) secureHeaders(c echo.Context) {
	h := c.Response().Header()
	h.Set("X-Request-Id", requestID(c))
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=()")
	if s.secure {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

func requestID(c echo.Context) string {
	v, _ := c.Get(requestIDKey).(string)
	return v
}

// limitForm bounds a form's body and parses it, so that handlers can use FormValue without thinking of errors.
func limitForm(c *Context, most int64) error {
	r := c.Request()
	if name, ok := written(c.QueryParams()); !ok {
		return fault.Field(name, "The address holds characters that are not text. Begin again.")
	}
	if r.Method == http.MethodGet || r.Body == nil {
		return nil
	}
	typed := strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded")
	parts, own := strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/form-data"), most > 0
	if most = cmp.Or(most, maxForm); typed {
		most = min(most, maxTyped)
	}
	r.Body = http.MaxBytesReader(c.Response(), r.Body, most)
	if !typed && (own || !parts) {
		return nil // what has files is read by its handler, under the same bound
	}
	read := r.ParseForm
	if parts {
		read = func() error { return r.ParseMultipartForm(most) }
	}
	if err := read(); err != nil {
		return bodyFault(err)
	}
	if _, ok := written(r.PostForm); !ok {
		return fault.New(fault.Invalid, "invalid_request", "The form holds characters that are not text. Type them again.")
	}
	return nil
}

// written reports whether all names and values are text, and else which one is not: PostgreSQL takes neither broken UTF-8 nor a NUL, and would
// make somebody's odd letters an error of ours.
func written(all url.Values) (name string, ok bool) {
	odd := func(s string) bool { return !utf8.ValidString(s) || strings.ContainsRune(s, 0) }
	for name, values := range all {
		if odd(name) || slices.ContainsFunc(values, odd) {
			return clip(name, 40), false
		}
	}
	return "", true
}

// bodyFault says in words what was wrong with a request's body.
func bodyFault(err error) error {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return fault.Newf(fault.TooLarge, "body_too_large", "The request is larger than %d KiB, the most this page takes.", tooLarge.Limit>>10).Because(err)
	default:
		return fault.New(fault.Invalid, "invalid_request", "The request's body could not be read. Send it again.").Because(err)
	}
}
