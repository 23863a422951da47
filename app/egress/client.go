package egress

import (
	"context"
	"net/http"
)

// Client wraps a way out for a library that insists on an http.Client and has no context: every request ends with ctx, no
// redirect is followed, and no cookie is kept.
func Client(ctx context.Context, out http.RoundTripper) *http.Client {
	return &http.Client{Transport: bound{ctx, out}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type bound struct {
	ctx context.Context
	out http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.out.RoundTrip(r.WithContext(b.ctx))
}
