package gateway

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// Gateway is the data plane's handler. Everything it needs answers from memory or from the provider.
type Gateway struct {
	Ports
	clock    clock.Clock
	ids      *id.Source
	log      *slog.Logger
	limits   Sizes
	waits    Waits
	pipeline []Stage
	openai   llm.Dialect
}

// Sizes bound what a client may send.
type Sizes struct {
	Body int64 // bytes of a request in all: 32 MiB, what providers take
	Text int64 // bytes of it that are not inline media: 10 MiB is beyond any context window
}

// Waits bound how long the gateway waits for a provider.
type Waits struct {
	Total time.Duration // one request, all attempts: 10 min, for reasoning models
	Gap   time.Duration // between two events of a stream: 60 s
	Ping  time.Duration // of silence towards the client before a comment keeps proxies from cutting: 15 s
}

// Config is what New needs beyond the ports.
type Config struct {
	Ports   Ports
	Clock   clock.Clock
	IDs     *id.Source
	Log     *slog.Logger
	OpenAI  llm.Dialect
	Sizes   Sizes // zero fields take the defaults
	Waits   Waits
	Markers []Stage // tests only: stages run before the others
}

// New makes the data plane.
func New(c Config) *Gateway {
	g := &Gateway{Ports: c.Ports, clock: c.Clock, ids: c.IDs, log: c.Log, limits: c.Sizes, waits: c.Waits, openai: c.OpenAI}
	orInt(&g.limits.Body, 32<<20)
	orInt(&g.limits.Text, 10<<20)
	orInt((*int64)(&g.waits.Total), int64(10*time.Minute))
	orInt((*int64)(&g.waits.Gap), int64(time.Minute))
	orInt((*int64)(&g.waits.Ping), int64(15*time.Second))
	g.pipeline = append(c.Markers, g.stages()...)
	return g
}

func orInt(v *int64, def int64) {
	if *v == 0 {
		*v = def
	}
}

// endpoint is one path of one family.
type endpoint struct {
	method  string
	path    string // below the root; a trailing * matches the rest
	op      llm.Operation
	answer  func(g *Gateway, x *Exchange, rest string) // answers itself after authenticate; nil = the pipeline
	upgrade bool
}

// endpoints are all paths of the proxy; anything else is 404, never proxied blindly.
var endpoints = []*endpoint{
	{method: "POST", path: "chat/completions", op: llm.Chat},
	{method: "POST", path: "embeddings", op: llm.Embeddings},
	{method: "GET", path: "models", answer: (*Gateway).listModels},
	{method: "GET", path: "models/*", answer: (*Gateway).showModel},
	{method: "GET", path: "key", answer: (*Gateway).showKey},
	{method: "GET", path: "responses", upgrade: true},
}

// Serves reports whether a path belongs to the data plane.
func Serves(path string) bool {
	return strings.HasPrefix(path, "/v1/") || strings.HasPrefix(path, "/t/")
}

// ServeHTTP implements http.Handler for every path that Serves.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	x := &Exchange{ID: id.NewRequest(g.ids), W: w, R: r, Started: g.clock.Now()}
	rid := x.ID.String()
	h := w.Header()
	h["X-Request-Id"] = []string{rid}
	h["X-Bodhi-Request-Id"] = h["X-Request-Id"]

	ep, slug, rest, refusal := match(r)
	if refusal != nil {
		g.refuse(x, refusal)
		return
	}
	x.Endpoint, x.Slug = ep, slug
	if ep.answer == nil {
		g.run(r.Context(), x)
		return
	}
	g.contain(x, ep.path, func() {
		if _, x.Err = g.authenticate(r.Context(), x); x.Err != nil {
			g.refuse(x, fault.From(x.Err))
			return
		}
		ep.answer(g, x, rest)
	})
	if x.Err != nil && !x.Began() {
		g.refuse(x, fault.From(x.Err))
	}
}

// match finds the endpoint of a path, with the organization the path names.
func match(r *http.Request) (ep *endpoint, slug, rest string, refusal *fault.Error) {
	p := r.URL.Path
	if after, ok := strings.CutPrefix(p, "/t/"); ok {
		var found bool
		if slug, p, found = strings.Cut(after, "/"); !found || slug == "" {
			return nil, "", "", unknownPath(r)
		}
		p = "/" + p
	}
	p, ok := strings.CutPrefix(p, "/v1/")
	if !ok {
		return nil, "", "", unknownPath(r)
	}
	allowed := ""
	for _, e := range endpoints {
		prefix, wild := strings.CutSuffix(e.path, "*")
		if p != e.path && (!wild || !strings.HasPrefix(p, prefix) || p == prefix) {
			continue
		}
		if e.upgrade {
			if strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
				return nil, "", "", fault.New(fault.Invalid, "upgrade_required", "Websockets are not served here; send the request over HTTP.")
			}
			continue
		}
		if e.method != r.Method && !(e.method == "GET" && r.Method == "HEAD") {
			allowed = e.method
			continue
		}
		if wild {
			rest = p[len(prefix):]
		}
		return e, slug, rest, nil
	}
	if allowed != "" {
		return nil, "", "", fault.Newf(fault.Invalid, "method_not_allowed", "This path takes %s, not %s.", allowed, clip(r.Method))
	}
	return nil, "", "", unknownPath(r)
}

func unknownPath(r *http.Request) *fault.Error {
	return fault.Newf(fault.NotFound, "unknown_path", "There is no %s %s here. See the list of endpoints in the documentation; the base URL ends in /v1.", clip(r.Method), clip(r.URL.Path))
}
