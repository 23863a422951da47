package trace

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/exporters/otlp/otlpmetric/otlpmetrichttp"
	"go.opentelemetry.io/otel/sdk/metric"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Push is what goes to a collector, and where to.
type Push struct {
	// Endpoint is the whole address, such as http://127.0.0.1:4318/v1/metrics.
	Endpoint      string
	Version, Node string
	Own           prometheus.Gatherer // what /metrics shows
	Measures      *Measures
	Clock         clock.Clock
	Log           *slog.Logger
}

// Pusher sends metrics each minute while it runs.
type Pusher struct {
	about Push
	to    *otlpmetrichttp.Exporter
}

// NewPusher makes what Run sends with. What else OTEL_EXPORTER_OTLP_… and OTEL_METRIC_… variables say (headers, certificate, interval),
// the library reads itself.
func NewPusher(ctx context.Context, p Push) (*Pusher, error) {
	to, err := otlpmetrichttp.New(ctx, otlpmetrichttp.WithEndpointURL(p.Endpoint))
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	return &Pusher{p, to}, nil
}

// Run sends until ctx ends, and then once more. The metrics are read when they are sent; nothing happens in between. A collector that
// is away is the log's matter, never a request's.
func (p *Pusher) Run(ctx context.Context) error {
	from := &readings{since: p.about.Clock.Now(), clock: p.about.Clock, from: prometheus.Gatherers{p.about.Own, p.about.Measures.registry}}
	reader := metric.NewPeriodicReader(&told{Exporter: p.to, log: p.about.Log}, metric.WithProducer(from))
	sends := metric.NewMeterProvider(metric.WithReader(reader), metric.WithResource(about(p.about.Version, p.about.Node)))
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
	defer cancel()
	_ = sends.Shutdown(ctx) // what nobody takes is lost, which is no reason to end badly
	return nil
}

// told logs that a collector takes nothing when that begins, and when it ends, not each minute.
type told struct {
	metric.Exporter
	log  *slog.Logger
	away atomic.Bool
}

func (t *told) Export(ctx context.Context, m *metricdata.ResourceMetrics) error {
	switch err := t.Exporter.Export(ctx, m); {
	case errors.Is(err, context.Canceled): // the program ends in the middle of it, and sends once more
	case err != nil && !t.away.Swap(true):
		t.log.Warn("the collector takes no metrics; sent again each time, and not told again until it does", "error", err.Error())
	case err == nil && t.away.Swap(false):
		t.log.Info("the collector takes metrics again")
	}
	return nil
}
