package trace

import (
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/bodhi-gateway/bodhi/app/ledger"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/provider"
)

// Measures counts by the conventions' names what was served to clients and what was asked of providers, for Push to send. As with all
// metrics, nothing tells a tenant, a person or a model: traces do. Counting a second time what has been seen before allocates nothing.
type Measures struct {
	registry             *prometheus.Registry
	tokens, took, chunk  *prometheus.HistogramVec
	served, first, paced *prometheus.HistogramVec

	mu    sync.RWMutex
	calls map[call]*callCounts // label look-ups are dear; each combination is resolved once
	asks  map[ask]*askCounts
}

type call struct {
	op    llm.Operation
	kind  provider.Kind
	class string
}

type callCounts struct{ input, output, took, chunk prometheus.Observer }

type ask struct{ endpoint, code string }

type askCounts struct{ served, first, paced prometheus.Observer }

// NewMeasures makes counts that all stand at zero.
func NewMeasures() *Measures {
	histogram := func(name, help string, bounds []float64, labels ...string) *prometheus.HistogramVec {
		return prometheus.NewHistogramVec(prometheus.HistogramOpts{Name: name, Help: help, Buckets: bounds}, append(labels, string(operationName), string(providerName)))
	}
	m := &Measures{
		registry: prometheus.NewRegistry(), calls: map[call]*callCounts{}, asks: map[ask]*askCounts{},
		tokens: histogram(tokenUsage, "Tokens of attempts at providers, as billed.", tokenBounds, string(tokenType)),
		took:   histogram(callDuration, "Attempts at providers, from their sending to their last byte.", wholeBounds, string(errorType)),
		chunk:  histogram(firstChunk, "Streamed attempts at providers, from their sending to the first byte.", wholeBounds),
		served: histogram(serveDuration, "Client requests, from their arrival to the last byte.", wholeBounds, string(errorType)),
		first:  histogram(firstToken, "Client requests that were answered, from their arrival to the first byte.", firstBounds),
		paced:  histogram(perToken, "Streamed answers: time per token after the first.", paceBounds),
	}
	m.registry.MustRegister(m.tokens, m.took, m.chunk, m.served, m.first, m.paced)
	return m
}

// Tried counts an attempt that is over. What was handed over to a provider's own batches is not over.
func (m *Measures) Tried(op llm.Operation, kind provider.Kind, streamed bool, s *ledger.Settlement) {
	if s.State == ledger.Handed {
		return
	}
	c := m.call(call{op, kind, s.Class})
	c.took.Observe(s.Duration.Seconds())
	if s.Usage.Input > 0 {
		c.input.Observe(float64(s.Usage.Input))
	}
	if s.Usage.Output > 0 {
		c.output.Observe(float64(s.Usage.Output))
	}
	if streamed && s.FirstByte > 0 {
		c.chunk.Observe(s.FirstByte.Seconds())
	}
}

// Observe counts a request that is over, with the id of its trace as an example, "" without one.
func (m *Measures) Observe(r *ledger.Request, trace string) {
	c := m.ask(ask{r.Endpoint, r.Code})
	Example(c.served, r.Duration.Seconds(), trace)
	if r.Code != "" || r.FirstByte <= 0 {
		return
	}
	Example(c.first, r.FirstByte.Seconds(), trace)
	if rest := r.Usage.Output - 1; r.Stream && rest > 0 {
		c.paced.Observe((r.Duration - r.FirstByte).Seconds() / float64(rest))
	}
}

// Example notes a value and, where there is a trace, that it is one to look at.
func Example(o prometheus.Observer, value float64, trace string) {
	if e, ok := o.(prometheus.ExemplarObserver); ok && trace != "" {
		e.ObserveWithExemplar(value, prometheus.Labels{exampleTrace: trace})
		return
	}
	o.Observe(value)
}

// exampleTrace is what Grafana looks for.
const exampleTrace = "trace_id"

func (m *Measures) call(k call) *callCounts {
	m.mu.RLock()
	c := m.calls[k]
	m.mu.RUnlock()
	if c != nil {
		return c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if c = m.calls[k]; c == nil {
		op, who := named(operations, string(k.op)), named(providers, string(k.kind))
		c = &callCounts{input: m.tokens.WithLabelValues("input", op, who), output: m.tokens.WithLabelValues("output", op, who),
			took: m.took.WithLabelValues(k.class, op, who), chunk: m.chunk.WithLabelValues(op, who)}
		m.calls[k] = c
	}
	return c
}

func (m *Measures) ask(k ask) *askCounts {
	m.mu.RLock()
	c := m.asks[k]
	m.mu.RUnlock()
	if c != nil {
		return c
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if c = m.asks[k]; c == nil {
		op := named(operations, k.endpoint)
		c = &askCounts{served: m.served.WithLabelValues(k.code, op, itself), first: m.first.WithLabelValues(op, itself), paced: m.paced.WithLabelValues(op, itself)}
		m.asks[k] = c
	}
	return c
}
