package app

import (
	"net/http"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/trace"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// meter counts what the data plane did. No label names a tenant, a person or a model: cardinality stays bounded, and a
// metrics page shows no customer.
type meter struct {
	registry *prometheus.Registry
	requests *prometheus.CounterVec
	duration *prometheus.HistogramVec
	first    *prometheus.HistogramVec
	overhead prometheus.Histogram
	tokens   *prometheus.CounterVec
	input    prometheus.Counter // of tokens
	output   prometheus.Counter
	cost     prometheus.Counter
	start    prometheus.Histogram
	measures *trace.Measures // nil = no collector takes them

	mu    sync.RWMutex
	lines map[line]*handles // label look-ups are dear; each combination is resolved once
}

type line struct {
	endpoint string
	status   int
	code     string
}

type handles struct {
	requests        prometheus.Counter
	duration, first prometheus.Observer
}

func newMeter(version string, stats func() budget.Stats) *meter {
	seconds := []float64{.001, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600}
	m := &meter{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bodhi_requests_total", Help: "Client requests by endpoint, status and refusal code."}, []string{"endpoint", "status", "code"}),
		duration: prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bodhi_request_duration_seconds", Help: "From the request's arrival to its last byte.", Buckets: seconds}, []string{"endpoint"}),
		first:    prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: "bodhi_first_byte_seconds", Help: "From the request's arrival to the first byte of its answer.", Buckets: seconds}, []string{"endpoint"}),
		overhead: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "bodhi_overhead_seconds", Help: "Time spent in the gateway before the answer began, the provider's own time left out.", Buckets: []float64{.00005, .0001, .00025, .0005, .001, .0025, .005, .01, .05, .25, 1}}),
		tokens:   prometheus.NewCounterVec(prometheus.CounterOpts{Name: "bodhi_tokens_total", Help: "Tokens settled, by direction."}, []string{"direction"}),
		cost:     prometheus.NewCounter(prometheus.CounterOpts{Name: "bodhi_cost_usd_total", Help: "Cost settled in USD; for graphs, the ledger is exact."}),
		start: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "bodhi_first_request_seconds", Help: "From an organization's sign-up to its first request, once each, when its set-up pages see it.",
			Buckets: []float64{30, 60, 120, 300, 600, 900, 1800, 3600, 86400, 604800}}),
		lines: map[line]*handles{},
	}
	m.input, m.output = m.tokens.WithLabelValues("input"), m.tokens.WithLabelValues("output")
	build := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "bodhi_build_info", Help: "The running version.", ConstLabels: prometheus.Labels{"version": version}}, func() float64 { return 1 })
	m.registry.MustRegister(m.requests, m.duration, m.first, m.overhead, m.tokens, m.cost, m.start, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	m.treasury(stats)
	return m
}

// started notes how long an organization took from its sign-up to its first request.
func (m *meter) started(took time.Duration) { m.start.Observe(took.Seconds()) }

// turnstile shows how full this process is.
func (m *meter) turnstile(stats func() turnstile.Stats) {
	gauge := func(name, help string, of func(turnstile.Stats) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return of(stats()) }))
	}
	count := func(name, help string, of func(turnstile.Stats) int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(of(stats())) }))
	}
	gauge("bodhi_requests_in_flight", "Client requests inside, most of which wait for a provider.", func(s turnstile.Stats) float64 { return float64(s.InFlight) })
	gauge("bodhi_scheduling_wait_seconds", "What nine of ten goroutines waited at most for a processor, lately.", func(s turnstile.Stats) float64 { return s.Wait.Seconds() })
	gauge("bodhi_overload_limit", "Requests that may be in hand in 50 ms; 0 = no limit, as nothing is wrong.", func(s turnstile.Stats) float64 { return float64(s.Limit) })
	gauge("bodhi_memory_used_ratio", "Part of the memory limit in use for good; 0 without a limit.", func(s turnstile.Stats) float64 { return s.Memory })
	count("bodhi_overloads_total", "How often this process began to refuse because it had too much to do.", func(s turnstile.Stats) int64 { return s.Times })
	count("bodhi_overload_refused_total", "Requests refused with overloaded for want of processor or memory, before their bodies were read. Those for a large body are in bodhi_requests_total alone.", func(s turnstile.Stats) int64 { return s.Refused })
	count("bodhi_overload_waited_total", "Requests that waited for their turn, for at most 100 ms.", func(s turnstile.Stats) int64 { return s.Waited })
}

// connections shows how many clients are connected.
func (m *meter) connections(b *bounded) {
	m.registry.MustRegister(
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "bodhi_connections", Help: "Connections of clients."}, func() float64 { return float64(b.open.Load()) }),
		prometheus.NewCounterFunc(prometheus.CounterOpts{Name: "bodhi_connections_refused_total", Help: "Connections above what the limit of open files allows, refused."}, func() float64 { return float64(b.refused.Load()) }))
}

// treasury shows the money of this node. The figures are counted when they are asked for.
func (m *meter) treasury(stats func() budget.Stats) {
	gauge := func(name, help string, of func(budget.Stats) float64) {
		m.registry.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return of(stats()) }))
	}
	count := func(name, help string, of func(budget.Stats) int64) {
		m.registry.MustRegister(prometheus.NewCounterFunc(prometheus.CounterOpts{Name: name, Help: help}, func() float64 { return float64(of(stats())) }))
	}
	gauge("bodhi_held_usd", "Money held by attempts in flight, in USD.", func(s budget.Stats) float64 { return float64(s.Held) / 1e9 })
	gauge("bodhi_leased_usd", "Money leased to this node and not spent, in USD.", func(s budget.Stats) float64 { return float64(s.Leased) / 1e9 })
	gauge("bodhi_journal_lag_bytes", "Journal that is not in the database yet, within its newest segment.", func(s budget.Stats) float64 { return float64(s.LagBytes) })
	gauge("bodhi_journal_lag_seconds", "How long the oldest record that the database lacks has waited at most; pages are as old as this.", func(s budget.Stats) float64 { return s.Lag.Seconds() })
	gauge("bodhi_journal_lag_segments", "Whole journal segments that are not in the database yet.", func(s budget.Stats) float64 { return float64(s.LagSegments) })
	gauge("bodhi_journal_unwritten_records", "Records that wait in memory because the journal cannot be written, its disk being full most likely; they are lost with the process.", func(s budget.Stats) float64 { return float64(s.Late) })
	count("bodhi_reserve_exceeded_total", "Attempts that cost more than was held for them; anything but 0 wants a human.", func(s budget.Stats) int64 { return s.Overruns })
	gauge("bodhi_nodes", "Nodes on this database that count as alive, this one included.", func(s budget.Stats) float64 { return float64(s.Nodes) })
	gauge("bodhi_node_epoch", "The number of this node's session.", func(s budget.Stats) float64 { return float64(s.Epoch) })
	count("bodhi_nodes_reaped_total", "Other nodes that this one took for dead; their leases became suspense.", func(s budget.Stats) int64 { return s.Reaped })
	count("bodhi_recalls_total", "Calls for lease that lay idle on other nodes.", func(s budget.Stats) int64 { return s.Recalls })
	count("bodhi_lease_trips_total", "Visits to the database for leases.", func(s budget.Stats) int64 { return s.LeaseTrips })
	count("bodhi_post_trips_total", "Visits to the database with pieces of the journal.", func(s budget.Stats) int64 { return s.PostTrips })
	count("bodhi_budget_refusals_total", "Requests refused for want of money.", func(s budget.Stats) int64 { return s.Refusals })
}

// Observe implements gateway.Meter.
func (m *meter) Observe(r *ledger.Request, of string) {
	h := m.handles(line{r.Endpoint, r.Status, r.Code})
	h.requests.Inc()
	trace.Example(h.duration, r.Duration.Seconds(), of)
	if r.FirstByte > 0 {
		trace.Example(h.first, r.FirstByte.Seconds(), of)
	}
	if m.measures != nil {
		m.measures.Observe(r, of)
	}
	m.overhead.Observe(r.Overhead.Seconds())
	m.input.Add(float64(r.Usage.Input))
	m.output.Add(float64(r.Usage.Output))
	m.cost.Add(float64(r.Cost) / 1e9)
}

// Tried implements gateway.Meter. /metrics has no series of providers: health's pages have.
func (m *meter) Tried(op llm.Operation, kind provider.Kind, streamed bool, s *ledger.Settlement) {
	if m.measures != nil {
		m.measures.Tried(op, kind, streamed, s)
	}
}

func (m *meter) handles(l line) *handles {
	m.mu.RLock()
	h := m.lines[l]
	m.mu.RUnlock()
	if h != nil {
		return h
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if h = m.lines[l]; h == nil {
		h = &handles{
			requests: m.requests.WithLabelValues(l.endpoint, strconv.Itoa(l.status), l.code),
			duration: m.duration.WithLabelValues(l.endpoint), first: m.first.WithLabelValues(l.endpoint),
		}
		m.lines[l] = h
	}
	return h
}

// handler answers in OpenMetrics where that is asked for, which alone has room for examples.
func (m *meter) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{EnableOpenMetrics: true})
}
