package gateway

import (
	"log/slog"
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/bodhi-gateway/bodhi/app/balance"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/key"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

// Gateway is the data plane's handler. Everything it needs answers from memory or from the provider.
type Gateway struct {
	Ports
	clock    clock.Clock
	ids      *id.Source
	log      *slog.Logger
	limits   Sizes
	waits    Waits
	patience patience.Policy     // of whoever has none
	random   func(n int64) int64 // a number in [0, n)
	pipeline []Stage
	dialects map[llm.Family]llm.Dialect
	wires    map[llm.Family]llm.Wire
	denials  map[wording]denial
	domain   string // see tenant
	affinity affinity
	loads    *balance.Book
	flight   flight
	renewals sync.WaitGroup
	atJudges atomic.Int32 // judgements under way
	looks    looks        // for names and addresses
	hurries  atomic.Bool  // hurried is not empty
	hurried  sync.Map     // hurry → whether priority processing answers there unasked
}

// Sizes bound what a client may send.
type Sizes struct {
	Body int64 // bytes of a request in all: 32 MiB, what providers take
	Text int64 // bytes of it that are not inline media: 10 MiB is beyond any context window
	// Flight is how many bytes of large bodies may be in memory at once: 1 GiB, 32 of the largest.
	Flight int64
}

// Waits bound how long the gateway waits for a provider where no policy says otherwise; 0 = patience.Standard.
type Waits struct {
	Total time.Duration // one request, all attempts
	Gap   time.Duration // between two events of a stream
	Write time.Duration // for a client that does not read its answer: 30 s
	Body  time.Duration // for a body, beside a second for each 16 KiB of it: 30 s
	Ping  time.Duration // of silence towards the client before a comment keeps proxies from cutting: 15 s
}

// Config is what New needs beyond the ports.
type Config struct {
	Ports Ports
	Clock clock.Clock
	IDs   *id.Source
	Log   *slog.Logger
	// Dialects are the families that are served. OpenAI must be among them: it answers what belongs to none.
	Dialects []llm.Dialect
	// Wires write what stored prompts say in the families' words; a family without one takes none.
	Wires   []llm.Wire
	Domain  string // hosts below it name an organization; "" = none does
	Sizes   Sizes  // zero fields take the defaults
	Waits   Waits
	Random  func(n int64) int64 // a number in [0, n), for pauses; nil = math/rand
	Markers []Stage             // tests only: stages run before the others
}

// New makes the data plane.
func New(c Config) *Gateway {
	g := &Gateway{Ports: c.Ports, clock: c.Clock, ids: c.IDs, log: c.Log, limits: c.Sizes, waits: c.Waits, domain: c.Domain}
	g.denials = denials(c.Dialects)
	g.dialects = make(map[llm.Family]llm.Dialect, len(c.Dialects))
	for _, d := range c.Dialects {
		g.dialects[d.Family()] = d
	}
	g.wires = make(map[llm.Family]llm.Wire, len(c.Wires))
	for _, w := range c.Wires {
		g.wires[w.Family()] = w
	}
	orInt(&g.limits.Body, 32<<20)
	orInt(&g.limits.Text, 10<<20)
	orInt(&g.limits.Flight, 1<<30)
	g.flight.most = g.limits.Flight
	g.patience = patience.Policy{Waits: patience.Waits{Total: c.Waits.Total, Gap: c.Waits.Gap}}.Or(patience.Defaults())
	if g.loads = c.Ports.Loads; g.loads == nil {
		g.loads = &balance.Book{}
	}
	if g.random = c.Random; g.random == nil {
		g.random = rand.Int64N
	}
	orInt((*int64)(&g.waits.Body), int64(30*time.Second))
	orInt((*int64)(&g.waits.Ping), int64(15*time.Second))
	g.pipeline = append(c.Markers, g.stages()...)
	return g
}

func orInt(v *int64, def int64) {
	if *v == 0 {
		*v = def
	}
}

// decisions is as long as the decision log of most requests.
const decisions = 256

// ServeHTTP implements http.Handler for every path that Serves.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.serve(w, r, nil) }

// As answers requests of this process as if the grant's key had been shown: for a person who was shown to own it in the
// dashboard. Everything but the look at the key is as for any request.
func (g *Gateway) As(grant *key.Grant) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { g.serve(w, r, grant) })
}

func (g *Gateway) serve(w http.ResponseWriter, r *http.Request, grant *key.Grant) {
	m, refusal := match(r)
	d := g.dialect(m.family)
	if refusal == nil && m.family != "" && d.Family() != m.family {
		refusal = unknownPath(r)
	}
	c := caller{grant: grant}
	if refusal == nil && g.sendAway(w, r, m, &c) {
		return
	}
	x := &Exchange{ID: id.NewRequest(g.ids), W: w, R: r, Started: g.clock.Now(), Grant: c.grant, visit: c.visit, Dialect: d}
	if b, ok := w.(Replayer); ok {
		x.returned = b.Answer()
		x.ID = x.returned.Deposit.Request
	}
	x.decisions.Grow(decisions)
	identify(w.Header(), x.ID)
	x.Endpoint, x.Slug, x.Named = m.endpoint, m.slug, m.name
	if x.Slug == "" {
		x.Slug = g.tenant(r.Host)
	}
	if refusal != nil {
		g.refuse(x, refusal)
		return
	}
	if m.endpoint.answer == nil {
		if g.run(r.Context(), x); x.torn {
			panic(http.ErrAbortHandler) // a clean end would look like a whole answer
		}
		return
	}
	g.contain(x, m.endpoint.prefix, func() {
		if _, x.Err = g.authenticate(r.Context(), x); x.Err != nil {
			g.refuse(x, fault.From(x.Err))
			return
		}
		m.endpoint.answer(g, x, m.name)
	})
	if x.Err != nil && !x.Began() {
		g.refuse(x, fault.From(x.Err))
	}
	if x.torn {
		panic(http.ErrAbortHandler)
	}
}

// identify says a request's id under every spelling that clients look for.
func identify(h http.Header, r id.Request) {
	rid := []string{r.String()}
	h["X-Request-Id"], h["Request-Id"], h["X-Bodhi-Request-Id"] = rid, rid, rid
}

// dialect finds the one that speaks for a family; OpenAI's speaks for those that are not served.
func (g *Gateway) dialect(f llm.Family) llm.Dialect {
	if d, ok := g.dialects[f]; ok {
		return d
	}
	return g.dialects[llm.OpenAI]
}
