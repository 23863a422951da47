package gateway

import (
	"io"
	"net/http"
	"sync/atomic"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// dripping is a provider whose stream never ends, and that counts what is taken from it.
type dripping struct {
	block string
	taken *atomic.Int64
}

func (d *dripping) Send(_ *ledger.Hold, _ *provider.Connection, r *http.Request) (*http.Response, error) {
	in, out := io.Pipe()
	go func() {
		for {
			n, err := io.WriteString(out, d.block)
			if err != nil {
				return
			}
			d.taken.Add(int64(n))
		}
	}()
	go func() { <-r.Context().Done(); _ = out.CloseWithError(r.Context().Err()) }()
	return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, Body: in, Request: r}, nil
}
