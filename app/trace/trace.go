// Package trace tells an OpenTelemetry collector what requests did: one span a request, under the client's own where it sent a
// traceparent, and under it one span an attempt at a provider. Spans are made when a request is over, from what is written into the
// books about it, so that tracing costs nothing where it is off and no wait where it is on. They hold no content. The metrics go there
// too, as they stand each minute, and beside them some by the conventions' names.
package trace

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	api "go.opentelemetry.io/otel/trace"

	"github.com/bodhi-gateway/bodhi/app/ledger"
)

// Tracer sends spans. Those that a collector does not take in time are dropped.
type Tracer struct {
	spans *sdk.TracerProvider
	make  api.Tracer
	wire  propagation.TraceContext
}

// New sends to a collector's OTLP address over HTTP, such as http://127.0.0.1:4318. What else OTEL_EXPORTER_OTLP_… and OTEL_TRACES_…
// variables say (headers, certificate, sampling, batches), the library reads itself.
func New(ctx context.Context, endpoint, version, node string) (*Tracer, error) {
	out, err := otlptracehttp.New(ctx, otlptracehttp.WithEndpointURL(strings.TrimSuffix(endpoint, "/")+"/v1/traces"))
	if err != nil {
		return nil, fmt.Errorf("traces: %w", err)
	}
	return newTracer(sdk.WithBatcher(out), version, node), nil
}

func newTracer(to sdk.TracerProviderOption, version, node string) *Tracer {
	t := &Tracer{spans: sdk.NewTracerProvider(to, sdk.WithResource(about(version, node)))}
	t.make = t.spans.Tracer(scope)
	return t
}

// scope is who made a span or a metric, in a program of many parts.
const scope = "github.com/bodhi-gateway/bodhi"

// about says who sends: the same for traces and for metrics, so that a collector can put them side by side.
func about(version, node string) *resource.Resource {
	return resource.NewSchemaless(attribute.String("service.name", "bodhi"), attribute.String("service.version", version), attribute.String("service.instance.id", node))
}

// Observe makes the spans of a request that is over, and returns the id of its trace for metrics to name as an example: 32 digits, or
// "" if sampling left it out. It does not wait, and keeps nothing that it is given.
func (t *Tracer) Observe(r *ledger.Request, tries []ledger.Try, h http.Header) string {
	ctx := context.Background()
	if h.Get("Traceparent") != "" {
		ctx = t.wire.Extract(ctx, propagation.HeaderCarrier(h))
	}
	name := named(operations, r.Endpoint)
	ctx, whole := t.make.Start(ctx, title(name, r.Asked), api.WithSpanKind(api.SpanKindServer), api.WithTimestamp(r.At))
	var id string
	if whole.IsRecording() {
		id = whole.SpanContext().TraceID().String()
		whole.SetAttributes(ofRequest(r)...)
		if r.Code != "" {
			whole.SetStatus(codes.Error, r.Code)
		}
		for i, y := range tries {
			t.try(ctx, name, i+1, y)
		}
	}
	whole.End(api.WithTimestamp(r.At.Add(r.Duration)))
	return id
}

func (t *Tracer) try(ctx context.Context, name string, n int, y ledger.Try) {
	_, span := t.make.Start(ctx, title(name, y.Model), api.WithSpanKind(api.SpanKindClient), api.WithTimestamp(y.Sent))
	span.SetAttributes(ofTry(n, y)...)
	if y.Class != "" {
		span.SetStatus(codes.Error, y.Class)
	}
	span.End(api.WithTimestamp(y.Sent.Add(y.Duration)))
}

// patience is how long a collector is waited for at the end.
const patience = 3 * time.Second

// Run sends until ctx ends, and then what is left. A collector that is away is the log's matter, never a request's.
func (t *Tracer) Run(ctx context.Context) error {
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = t.spans.Shutdown(ctx) // spans that nobody takes are lost, which is no reason to end badly
	return nil
}
