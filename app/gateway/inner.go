package gateway

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/money"
)

// innerPurpose is what requests of the cache are for, so that reports tell them apart and policies can name them.
const innerPurpose = "semantic-cache"

// inner asks a model for the cache while a request waits: a request of its own by the same pipeline, with its own hold, fact and limits,
// on the account of whoever the first is of, who has to be allowed to ask that model. It is neither cached nor compared itself, and takes no
// second place in the turnstile. why says what went wrong.
func (g *Gateway) inner(ctx context.Context, x *Exchange, path string, body []byte) (answer []byte, why string) {
	within, cancel := context.WithTimeout(ctx, patienceWithin)
	defer cancel()
	x.heard = x.Started
	defer g.assure(x)()
	answer, _, why = g.errand(within, askerOf(x, innerPurpose, patienceWithin, "asked for the cache, within request "+x.ID.String()), path, body)
	return answer, why
}

// asker is on whose account, and from where, the gateway itself asks something. It outlives its request.
type asker struct {
	grant            *key.Grant
	from, host       string
	user, tags       string
	purpose, because string
	wait             time.Duration
	most             money.USD // that it may cost; 0 is whatever the chain pays
}

func askerOf(x *Exchange, purpose string, wait time.Duration, because string) asker {
	return asker{wait: wait, grant: x.Grant, from: x.R.RemoteAddr, host: x.R.Host, user: x.Hints.EndUser, tags: x.Hints.Tags, purpose: purpose, because: because}
}

// errand is a request of the gateway's own, by the same pipeline, with its own hold, fact and limits. The context bounds it. It has part in no experiment and is not cached.
func (g *Gateway) errand(within context.Context, a asker, path string, body []byte) (answer []byte, cost money.USD, why string) {
	r := (&http.Request{Method: http.MethodPost, URL: &url.URL{Path: path}, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, RemoteAddr: a.from, Host: a.host,
		Header: http.Header{"Content-Type": {"application/json"}, "X-Bodhi-Cache": {"off"}, "X-Bodhi-Purpose": {a.purpose}, "X-Bodhi-Timeout": {a.wait.String()}},
		Body:   io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body))}).WithContext(within)
	for name, value := range map[string]string{"X-Bodhi-User": a.user, "X-Bodhi-Tags": a.tags} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if a.most > 0 {
		r.Header.Set("X-Bodhi-Max-Cost", a.most.String())
	}
	m, refusal := match(r)
	if refusal != nil {
		return nil, 0, refusal.Public
	}
	w := &overheard{header: http.Header{}}
	y := &Exchange{ID: id.NewRequest(g.ids), W: w, R: r, Endpoint: m.endpoint, Named: m.name, Dialect: g.dialect(m.family), Started: g.clock.Now(), Grant: a.grant, inner: true}
	y.note(a.because)
	g.run(within, y)
	switch {
	case y.Err != nil:
		return nil, y.spent, fault.From(y.Err).Public
	case w.status != http.StatusOK || w.over:
		return nil, y.spent, "it was refused, or said too much"
	}
	return w.body.Bytes(), y.spent, ""
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
