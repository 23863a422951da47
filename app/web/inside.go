package web

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
)

// insideKey carries the actor of a page that asks our own management API. Nothing outside this process can set it.
type insideKey struct{}

func inside(ctx context.Context) (org.Actor, bool) {
	a, ok := ctx.Value(insideKey{}).(org.Actor)
	return a, ok
}

// Inside asks the management API as the member who looks at the page, without a token and without leaving the process: what a page
// does this way passes the same checks and leaves the same audit entries as a script's call. path is below /api/v1; in and out are
// JSON or nil. A refusal is a *fault.Error. Each call is a request of its own: several of them are not one transaction.
func (c *Context) Inside(ctx context.Context, method, path string, query url.Values, in, out any) error {
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("%s %s: %w", method, path, err)
		}
	}
	address, err := url.Parse(strings.TrimSuffix(APIRoot, "/") + path)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	address.RawQuery = query.Encode()
	r, err := http.NewRequestWithContext(context.WithValue(ctx, insideKey{}, c.actor), method, address.String(), &body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	r.RemoteAddr, r.Host = c.Request().RemoteAddr, c.Request().Host
	r.Header.Set("Content-Type", "application/json")
	answer := &kept{header: http.Header{}, status: http.StatusOK}
	c.server.pages.ServeHTTP(answer, r)
	if answer.status >= http.StatusBadRequest {
		return answer.refusal()
	}
	if out == nil || answer.body.Len() == 0 {
		return nil
	}
	if err := json.Unmarshal(answer.body.Bytes(), out); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

// kept is an answer in memory.
type kept struct {
	header http.Header
	status int
	body   bytes.Buffer
}

// Header implements http.ResponseWriter.
func (k *kept) Header() http.Header { return k.header }

// WriteHeader implements http.ResponseWriter.
func (k *kept) WriteHeader(status int) { k.status = status }

// Write implements http.ResponseWriter.
func (k *kept) Write(b []byte) (int, error) { return k.body.Write(b) }

// refusal is the problem that the API answered, as the fault that it came from. The field stays in the text's care: a page's form has
// other fields than the API.
func (k *kept) refusal() error {
	var p struct{ Code, Detail string }
	if json.Unmarshal(k.body.Bytes(), &p) != nil || p.Detail == "" {
		return fmt.Errorf("the management API answered %d", k.status)
	}
	for kind, status := range statuses {
		if status == k.status && kind != fault.Internal {
			return fault.New(kind, p.Code, p.Detail)
		}
	}
	if k.status < http.StatusInternalServerError {
		return fault.New(fault.Invalid, p.Code, p.Detail)
	}
	return fmt.Errorf("the management API answered %d: %s", k.status, p.Detail)
}
