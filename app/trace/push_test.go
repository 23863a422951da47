package trace

import (
	"compress/gzip"
	"context"
	"io"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/logtest"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

const traced = "4bf92f3577b34da6a3ce929d0e0e4736"

// counted are the counts of the request that failed over, and of one that was refused.
func counted() *Measures {
	m := NewMeasures()
	r, tries := asked()
	for _, y := range tries {
		m.Tried("chat", provider.Kind(y.Kind), true, &y.Settlement)
	}
	r.Stream = true
	m.Observe(r, traced)
	refused := *r
	refused.Code = "budget_exhausted"
	m.Observe(&refused, "")
	m.Tried("chat", "openai", false, &ledger.Settlement{State: ledger.Handed, Class: "canceled"})
	return m
}

// read are the points of a metric as a collector gets them, by their attributes.
func read(t *testing.T, from prometheus.Gatherer, name string) map[string]metricdata.HistogramDataPoint[float64] {
	t.Helper()
	all, err := (&readings{clock: clock.System{}, from: from}).Produce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]metricdata.HistogramDataPoint[float64]{}
	for _, m := range all[0].Metrics {
		if h, ok := m.Data.(metricdata.Histogram[float64]); ok && m.Name == name {
			for _, p := range h.DataPoints {
				out[p.Attributes.Encoded(attribute.DefaultEncoder())] = p
			}
		}
	}
	return out
}

func TestMeasuresHaveTheNamesOfTheConventions(t *testing.T) {
	t.Parallel()
	m := counted()
	for name, want := range map[string]map[string]float64{ // sums, by attributes
		"gen_ai.client.token.usage": {"gen_ai.operation.name=chat,gen_ai.provider.name=openai,gen_ai.token.type=input": 12, "gen_ai.operation.name=chat,gen_ai.provider.name=openai,gen_ai.token.type=output": 34,
			"gen_ai.operation.name=chat,gen_ai.provider.name=azure.ai.openai,gen_ai.token.type=input": 0, "gen_ai.operation.name=chat,gen_ai.provider.name=azure.ai.openai,gen_ai.token.type=output": 0},
		"gen_ai.client.operation.duration":  {"error.type=unreachable,gen_ai.operation.name=chat,gen_ai.provider.name=azure.ai.openai": 1, "gen_ai.operation.name=chat,gen_ai.provider.name=openai": 1.9},
		"gen_ai.server.request.duration":    {"gen_ai.operation.name=chat,gen_ai.provider.name=bodhi": 3, "error.type=budget_exhausted,gen_ai.operation.name=chat,gen_ai.provider.name=bodhi": 3},
		"gen_ai.server.time_to_first_token": {"gen_ai.operation.name=chat,gen_ai.provider.name=bodhi": 1.2},
		// 1.8 s for the 33 tokens after the first
		"gen_ai.server.time_per_output_token": {"gen_ai.operation.name=chat,gen_ai.provider.name=bodhi": 1.8 / 33},
	} {
		points := read(t, m.registry, name)
		for of, sum := range want {
			if p, ok := points[of]; !ok || math.Abs(p.Sum-sum) > 1e-9 {
				t.Errorf("%s{%s} is %v of %d, want %v", name, of, p.Sum, p.Count, sum)
			}
			delete(points, of)
		}
		for of, p := range points {
			if p.Count > 0 {
				t.Errorf("%s{%s} counts %d that nobody asked for", name, of, p.Count)
			}
		}
	}
}

// A bucket of Prometheus' counts what is below its bound, one of OpenTelemetry what is between two; a request that is traced is an example.
func TestBucketsAndExamplesSurviveTheWay(t *testing.T) {
	t.Parallel()
	reg := prometheus.NewRegistry()
	h := prometheus.NewHistogram(prometheus.HistogramOpts{Name: "x_seconds", Help: "X.", Buckets: []float64{1, 2, 4}})
	reg.MustRegister(h)
	for _, v := range []float64{.5, 1.5, 1.7, 3} {
		h.Observe(v)
	}
	Example(h, 9, traced)
	p := read(t, reg, "x_seconds")[""]
	if p.Count != 5 || len(p.Bounds) != 3 || len(p.BucketCounts) != 4 || p.BucketCounts[0] != 1 || p.BucketCounts[1] != 2 || p.BucketCounts[2] != 1 || p.BucketCounts[3] != 1 {
		t.Errorf("%+v", p)
	}
	if len(p.Exemplars) != 1 || p.Exemplars[0].Value != 9 || len(p.Exemplars[0].TraceID) != 16 || p.Exemplars[0].TraceID[0] != 0x4b {
		t.Errorf("%+v", p.Exemplars)
	}
}

func TestCountingAgainAllocatesNothing(t *testing.T) {
	m := counted()
	r, tries := asked()
	s := &tries[1].Settlement
	if n := testing.AllocsPerRun(100, func() { m.Tried("chat", "openai", true, s); m.Observe(r, "") }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

// collector is a receiver of OTLP over HTTP.
type collector struct {
	*httptest.Server
	got    chan string // path, headers and what came, unpacked
	mu     sync.Mutex
	status int
}

func newCollector(t *testing.T) *collector {
	c := &collector{got: make(chan string, 100), status: http.StatusOK}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body := io.Reader(q.Body)
		if q.Header.Get("Content-Encoding") == "gzip" {
			body, _ = gzip.NewReader(q.Body)
		}
		b, _ := io.ReadAll(body)
		c.mu.Lock()
		w.WriteHeader(c.status)
		c.mu.Unlock()
		c.got <- q.URL.Path + " " + q.Header.Get("Content-Type") + " " + q.Header.Get("X-Tenant") + " " + string(b)
	}))
	t.Cleanup(c.Close)
	return c
}

func pushed(t *testing.T, endpoint string, log io.Writer) *Pusher {
	t.Helper()
	own := prometheus.NewRegistry()
	n := prometheus.NewCounter(prometheus.CounterOpts{Name: "bodhi_budget_refusals_total", Help: "Requests refused for want of money."})
	own.MustRegister(n)
	n.Inc()
	p, err := NewPusher(t.Context(), Push{Endpoint: endpoint, Version: "test", Node: "node_1", Own: own, Measures: counted(), Clock: clock.System{}, Log: slog.New(slog.NewTextHandler(log, nil))})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestACollectorGetsMetrics sees what OpenTelemetry's own variables say, too, so it cannot run beside others.
func TestACollectorGetsMetrics(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "20")
	t.Setenv("OTEL_EXPORTER_OTLP_HEADERS", "x-tenant=we")
	c := newCollector(t)
	p := pushed(t, c.URL+"/v1/metrics", io.Discard)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	<-c.got
	sent := <-c.got // by the clock, twice
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(sent, "/v1/metrics application/x-protobuf we ") {
		t.Errorf("sent to %.60q", sent)
	}
	for _, want := range []string{"bodhi_budget_refusals_total", tokenUsage, callDuration, serveDuration, "azure.ai.openai", "unreachable", "node_1", "{token}"} {
		if !strings.Contains(sent, want) {
			t.Errorf("%s is not sent", want)
		}
	}
	r, _ := asked()
	for _, never := range []string{canary, r.Asked, r.Model, r.Chain.Org.String(), r.ID.String()} {
		if strings.Contains(sent, never) {
			t.Errorf("%s is sent", never)
		}
	}
}

// A collector that takes traces and no metrics answers 404 each minute: that is told once, and so is its end.
func TestACollectorThatTakesNoMetricsIsToldOnce(t *testing.T) {
	t.Setenv("OTEL_METRIC_EXPORT_INTERVAL", "10")
	c := newCollector(t)
	c.status = http.StatusNotFound
	var log logtest.Log
	p := pushed(t, c.URL+"/v1/metrics", &log)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- p.Run(ctx) }()
	for range 4 {
		<-c.got
	}
	c.mu.Lock()
	c.status = http.StatusOK
	c.mu.Unlock()
	for range 4 {
		<-c.got
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if text := log.String(); strings.Count(text, "takes no metrics") != 1 || strings.Count(text, "takes metrics again") != 1 {
		t.Errorf("logged %q", text)
	}
}

// A program that ends is not held up by a collector that does not answer.
func TestTheEndDoesNotWaitForACollector(t *testing.T) {
	t.Parallel()
	hung := make(chan struct{})
	c := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-hung }))
	t.Cleanup(c.Close)
	t.Cleanup(func() { close(hung) })
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	began := clock.System{}.Now()
	if err := pushed(t, c.URL, io.Discard).Run(ctx); err != nil || clock.Since(began) > 2*patience {
		t.Errorf("%v after %v", err, clock.Since(began))
	}
}
