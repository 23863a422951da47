package web

import (
	"net/http"

	"github.com/labstack/echo/v4"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/views/layout"
)

// titles head error pages in words; other statuses use the protocol's.
var titles = map[int]string{
	http.StatusBadRequest:          "That did not work",
	http.StatusForbidden:           "You may not do this",
	http.StatusNotFound:            "Nothing here",
	http.StatusConflict:            "That does not go together",
	http.StatusTooManyRequests:     "Too fast",
	http.StatusInternalServerError: "Something went wrong",
	http.StatusServiceUnavailable:  "Not available right now",
}

// failurePage writes the page of an error: what happened, what to do, and the id to quote when asking for help.
func (s *server) failurePage(c echo.Context, status int, f *fault.Error) error {
	x, ok := c.Get(contextKey).(*Context)
	if !ok { // no route, so nobody looked who asks; a member keeps the navigation, if that can be known
		x = &Context{Context: c, server: s}
		if err := s.openSession(x); err == nil {
			_ = s.identify(x)
		}
	}
	title := titles[status]
	if title == "" {
		title = http.StatusText(status)
	}
	return x.render(status, layout.Error(x.Shell(title, ""), layout.Failure{
		Status: status, Title: title, Text: f.Public, RequestID: x.RequestID(), Retry: f.Kind == fault.Unavailable || f.Kind == fault.Timeout,
	}))
}
