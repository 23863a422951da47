package main

import (
	"context"
	"fmt"
	"time"
)

func (r *run) fixedRate(ctx context.Context, t target) error {
	r.mock.behave(upstream, 0, 1)
	added, err := atRate(ctx, t, r.mock, r.rate, r.phase, func(mark string) []byte { return prompt(kib, false, mark) })
	if err != nil {
		return err
	}
	what := fmt.Sprintf("%d/s, provider %d ms: added ", r.rate, upstream.Milliseconds())
	for _, p := range []struct {
		name string
		at   float64
	}{{"p50", 0.50}, {"p95", 0.95}, {"p99", 0.99}} {
		r.figures.add(what+p.name, "µs", t.name, micros(percentile(added, p.at)))
	}
	return nil
}

func (r *run) streaming(ctx context.Context, t target) error {
	r.mock.behave(0, chunkPause, chunkCount)
	return r.costing(t, func(spent func() (time.Duration, error)) error {
		seen, err := streams(ctx, t, r.mock, r.options.streams, chunkCount, chunkPause)
		if err != nil {
			return err
		}
		used, err := spent()
		what := fmt.Sprintf("%d streams: ", r.options.streams)
		if t.pid != 0 {
			r.figures.add(what+"CPU per 1,000 chunks", "ms", t.name, float64(used.Milliseconds())*1000/float64(len(seen.chunk)))
		}
		r.figures.add(what+"first chunk p50", "µs", t.name, micros(percentile(seen.first, 0.5)))
		r.figures.add(what+"chunk delay p50", "µs", t.name, micros(percentile(seen.chunk, 0.5)))
		r.figures.add(what+"chunk delay p99", "µs", t.name, micros(percentile(seen.chunk, 0.99)))
		return err
	})
}

// held opens many streams that say little, and reads what they keep in memory.
func (r *run) held(ctx context.Context, t target) error {
	r.mock.behave(0, 3*time.Second, 3)
	before, err := memory(t.pid)
	if err != nil {
		return err
	}
	if err := resetPeak(t.pid); err != nil {
		return err
	}
	if _, err := streams(ctx, t, r.mock, heldStreams, 3, 3*time.Second); err != nil {
		return err
	}
	after, err := memory(t.pid)
	r.figures.add(fmt.Sprintf("%d open streams: memory each", heldStreams), "KiB", t.name, float64(after.peak-before.now)/heldStreams)
	return err
}
