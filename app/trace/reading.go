package trace

import (
	"context"
	"encoding/hex"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/sdk/instrumentation"
	"go.opentelemetry.io/otel/sdk/metric/metricdata"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// readings are counts as they stand when they are asked for, in OpenTelemetry's form. They are sums since the process began, never
// differences: whichever is lost on the way, the next one says the same.
type readings struct {
	since time.Time
	clock clock.Clock
	from  prometheus.Gatherer
}

// Produce implements metric.Producer.
func (r *readings) Produce(context.Context) ([]metricdata.ScopeMetrics, error) {
	families, err := r.from.Gather()
	if err != nil {
		return nil, fmt.Errorf("metrics: %w", err)
	}
	now, all := r.clock.Now(), make([]metricdata.Metrics, 0, len(families))
	for _, f := range families {
		var one series
		for _, s := range f.GetMetric() {
			of := attributes(s.GetLabel())
			if h := s.GetHistogram(); h != nil {
				p := metricdata.HistogramDataPoint[float64]{Attributes: of, StartTime: r.since, Time: now, Count: h.GetSampleCount(), Sum: h.GetSampleSum()}
				var below uint64
				for _, b := range h.GetBucket() {
					if e := b.GetExemplar(); e != nil {
						p.Exemplars = append(p.Exemplars, metricdata.Exemplar[float64]{Value: e.GetValue(), Time: e.GetTimestamp().AsTime(), TraceID: traceOf(e.GetLabel())})
					}
					if !math.IsInf(b.GetUpperBound(), 1) { // there for its example only
						p.Bounds, p.BucketCounts = append(p.Bounds, b.GetUpperBound()), append(p.BucketCounts, b.GetCumulativeCount()-below)
						below = b.GetCumulativeCount()
					}
				}
				p.BucketCounts = append(p.BucketCounts, p.Count-below)
				one.spread = append(one.spread, p)
				continue
			}
			if q := s.GetSummary(); q != nil {
				p := metricdata.SummaryDataPoint{Attributes: of, StartTime: r.since, Time: now, Count: q.GetSampleCount(), Sum: q.GetSampleSum()}
				for _, v := range q.GetQuantile() {
					p.QuantileValues = append(p.QuantileValues, metricdata.QuantileValue{Quantile: v.GetQuantile(), Value: v.GetValue()})
				}
				one.ranks = append(one.ranks, p)
				continue
			}
			value := s.GetCounter().GetValue() + s.GetGauge().GetValue() + s.GetUntyped().GetValue() // one of them is there
			one.values = append(one.values, metricdata.DataPoint[float64]{Attributes: of, StartTime: r.since, Time: now, Value: value})
		}
		all = append(all, metricdata.Metrics{Name: f.GetName(), Description: f.GetHelp(), Unit: unit(f.GetName()), Data: one.as(f.GetType().String())})
	}
	return []metricdata.ScopeMetrics{{Scope: instrumentation.Scope{Name: scope}, Metrics: all}}, nil
}

// series are the points of one metric; which of them depends on its type.
type series struct {
	values []metricdata.DataPoint[float64]
	spread []metricdata.HistogramDataPoint[float64]
	ranks  []metricdata.SummaryDataPoint
}

func (s series) as(kind string) metricdata.Aggregation {
	switch kind {
	case "COUNTER":
		return metricdata.Sum[float64]{DataPoints: s.values, Temporality: metricdata.CumulativeTemporality, IsMonotonic: true}
	case "HISTOGRAM":
		return metricdata.Histogram[float64]{DataPoints: s.spread, Temporality: metricdata.CumulativeTemporality}
	case "SUMMARY":
		return metricdata.Summary{DataPoints: s.ranks}
	default:
		return metricdata.Gauge[float64]{DataPoints: s.values}
	}
}

// label is a label as Prometheus' client keeps it.
type label interface {
	GetName() string
	GetValue() string
}

// attributes are the labels that say something: Prometheus has all of a metric's on each series, the conventions those that apply.
func attributes[L label](labels []L) attribute.Set {
	out := make([]attribute.KeyValue, 0, len(labels))
	for _, l := range labels {
		if l.GetValue() != "" {
			out = append(out, attribute.String(l.GetName(), l.GetValue()))
		}
	}
	return attribute.NewSet(out...)
}

func traceOf[L label](labels []L) []byte {
	for _, l := range labels {
		if id, err := hex.DecodeString(l.GetValue()); err == nil && l.GetName() == exampleTrace {
			return id
		}
	}
	return nil
}

// unit is UCUM's word for what a metric counts, as its name tells.
func unit(name string) string {
	switch name = strings.TrimSuffix(name, "_total"); {
	case name == tokenUsage, name == "bodhi_tokens":
		return "{token}"
	case strings.HasPrefix(name, "gen_ai."), strings.HasSuffix(name, "_seconds"):
		return "s"
	case strings.HasSuffix(name, "_bytes"):
		return "By"
	case strings.HasSuffix(name, "_usd"):
		return "USD"
	case strings.HasSuffix(name, "_ratio"):
		return "1"
	}
	return ""
}
