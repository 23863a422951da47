package egress

import (
	"context"
	"net/http"
	"time"
)

// Client wraps a way out for a library that insists on an http.Client and has no context: every request ends with ctx, no
// redirect is followed, and no cookie is kept.
func Client(ctx context.Context, out http.RoundTripper) *http.Client {
	return &http.Client{Transport: bound{ctx, out}, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// Library wraps a way out for a library that insists on an http.Client and gives each request its own context: each may take as
// long as patience, its body included; no redirect is followed, and no cookie is kept.
func Library(out http.RoundTripper, patience time.Duration) *http.Client {
	return &http.Client{Transport: out, Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

type bound struct {
	ctx context.Context
	out http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (b bound) RoundTrip(r *http.Request) (*http.Response, error) {
	return b.out.RoundTrip(r.WithContext(b.ctx))
}
