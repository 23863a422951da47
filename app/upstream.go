package app

import (
	"errors"
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/egress"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// upstreams is the one way out to providers. It implements gateway.Upstreams and provider.Sender.
type upstreams struct {
	out     http.RoundTripper // egress: every dial is checked
	sandbox http.RoundTripper // the built-in provider, reached without a socket
}

var errNoHold = errors.New("no request leaves without a hold")

// Send implements gateway.Upstreams: money is held first, always (decision D9).
func (u *upstreams) Send(h *ledger.Hold, c *provider.Connection, r *http.Request) (*http.Response, error) {
	if h == nil {
		return nil, errNoHold
	}
	return u.Ask(c, r)
}

// Ask sends what costs nothing, the list of models to test a credential, and loads of batches, whose every line was booked before (provider/nativebatch).
func (u *upstreams) Ask(c *provider.Connection, r *http.Request) (*http.Response, error) {
	transport := u.out
	if c.Kind == provider.Sandbox && c.BaseURL == "" {
		transport = u.sandbox
	}
	resp, err := transport.RoundTrip(r)
	if egress.Unsent(err) {
		return nil, &provider.Failure{Class: provider.Unreachable, Message: reason(err), Cause: err}
	}
	return resp, err
}

// reason is the end of an error chain: the part a person understands.
func reason(err error) string {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err.Error()
		}
		err = next
	}
}
