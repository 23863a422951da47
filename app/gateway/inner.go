package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
)

// innerPurpose is what requests of the cache are for, so that reports tell them apart and policies can name them.
const innerPurpose = "semantic-cache"

// inner asks a model for the cache while a request waits: a request of its own by the same pipeline, with its own hold, fact and limits,
// on the account of whoever the first is of, who has to be allowed to ask that model. It is neither cached nor compared itself, and takes no
// second place in the turnstile. why says what went wrong.
func (g *Gateway) inner(ctx context.Context, x *Exchange, path string, body []byte) (answer []byte, why string) {
	within, cancel := context.WithTimeout(ctx, patienceWithin)
	defer cancel()
	r := (&http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: x.R.RemoteAddr, Host: x.R.Host,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Bodhi-Cache": {"off"}, "X-Bodhi-Purpose": {innerPurpose}, "X-Bodhi-Timeout": {patienceWithin.String()}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}).WithContext(within)
	if x.Hints.EndUser != "" {
		r.Header.Set("X-Bodhi-User", x.Hints.EndUser)
	}
	if x.Hints.Tags != "" {
		r.Header.Set("X-Bodhi-Tags", x.Hints.Tags)
	}
	m, refusal := match(r)
	if refusal != nil {
		return nil, refusal.Public
	}
	w := &overheard{header: http.Header{}}
	y := &Exchange{ID: id.NewRequest(g.ids), W: w, R: r, Endpoint: m.endpoint, Named: m.name, Dialect: g.dialect(m.family), Started: g.clock.Now(), Grant: x.Grant, inner: true}
	y.note("asked for the cache, within request ", x.ID.String())
	x.heard = x.Started
	defer g.assure(x)()
	g.run(within, y)
	switch {
	case y.Err != nil:
		return nil, fault.From(y.Err).Public
	case w.status != http.StatusOK || w.over:
		return nil, "it was refused, or said too much"
	}
	return w.body.Bytes(), ""
}

// overheard is where an answer goes that the gateway itself reads.
type overheard struct {
	header http.Header
	status int
	body   bytes.Buffer
	over   bool
}

// mostHeard is more than any vector takes.
const mostHeard = 1 << 20

func (h *overheard) Header() http.Header { return h.header }

func (h *overheard) Write(p []byte) (int, error) {
	if h.over = h.over || h.body.Len()+len(p) > mostHeard; !h.over {
		_, _ = h.body.Write(p)
	}
	return len(p), nil
}

func (h *overheard) WriteHeader(status int) { h.status = status }

func (h *overheard) Flush() {}
