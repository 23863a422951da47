package main

import (
	"context"
	"fmt"
	"time"
)

func (r *run) small(ctx context.Context, t target) error {
	return r.flat(ctx, t, "1 KiB prompt", r.workers, prompt(kib, false, t.name))
}

func (r *run) large(ctx context.Context, t target) error {
	return r.flat(ctx, t, "64 KiB prompt", 16, prompt(64*kib, false, t.name))
}

// cross asks in one dialect what a provider answers in another. No plain proxy can do that, so its ratio is to the
// gateway's own figure within a dialect, from the same round.
func (r *run) cross(ctx context.Context, t target) error {
	if t.name != ours {
		return nil
	}
	var own []float64
	if f := r.figures[smallCost]; f != nil {
		own = f.Rounds[ours]
	}
	for _, d := range []struct {
		name, path string
		body       []byte
	}{
		{"OpenAI client, Anthropic provider", "/v1/chat/completions", chatPrompt(messagesAlias, kib, false, t.name)},
		{"Anthropic client, OpenAI provider", "/v1/messages", messagesPrompt(alias, kib)},
	} {
		t.url = r.gateway.url + d.path
		if err := r.flat(ctx, t, d.name, r.workers, d.body); err != nil {
			return err
		}
		if len(own) > 0 {
			r.figures.add(d.name+costSuffix, "µs", sameDialect, own[len(own)-1])
		}
	}
	return nil
}

// cached asks the same question over and over, which is answered from what was kept. The ratio is to asking the provider, from the same
// round. Latency is the whole round trip at a fixed rate, as there is no provider to leave out.
func (r *run) cached(ctx context.Context, t target) error {
	if t.name != ours {
		return nil
	}
	const what = "cached answer"
	body := chatPrompt(cachedAlias, kib, false, t.name)
	before := r.mock.served.Load()
	if err := r.flat(ctx, t, what, r.workers, body); err != nil {
		return err
	}
	if f := r.figures[smallCost]; f != nil && len(f.Rounds[ours]) > 0 {
		own := f.Rounds[ours]
		r.figures.add(what+costSuffix, "µs", sameDialect, own[len(own)-1])
	}
	took, err := atRate(ctx, t, nil, r.rate, r.phase, func(string) []byte { return body })
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		at   float64
	}{{"p50", 0.50}, {"p99", 0.99}} {
		r.figures.add(fmt.Sprintf("%d/s, %s: added %s", r.rate, what, p.name), "µs", t.name, micros(percentile(took, p.at)))
	}
	if asked := r.mock.served.Load() - before; asked > 1 {
		return fmt.Errorf("the provider was asked %d times what is kept", asked)
	}
	return nil
}

const (
	costSuffix = ": CPU per request"
	smallCost  = "1 KiB prompt" + costSuffix
)

func (r *run) flat(ctx context.Context, t target, what string, connections int, body []byte) error {
	r.mock.behave(0, 0, 1)
	return r.costing(t, func(spent func() (time.Duration, error)) error {
		n, took, err := flatOut(ctx, t, connections, r.phase, body)
		if err != nil {
			return err
		}
		used, err := spent()
		if err != nil || n == 0 {
			return fmt.Errorf("%s answered %d requests: %w", t.name, n, err)
		}
		r.figures.add(what+": requests per second", "1/s", t.name, float64(n)/took.Seconds())
		if t.pid == 0 {
			return nil
		}
		r.figures.add(what+costSuffix, "µs", t.name, float64(used.Microseconds())/float64(n))
		m, err := memory(t.pid)
		r.figures.add(what+": peak memory", "MiB", t.name, float64(m.peak)/kib)
		return err
	})
}

// costing gives fn a way to ask for the CPU time since it began, and begins the memory peak anew. What a target does
// after its last answer (the gateway posts rows) is waited for and counted: it is part of the price.
func (r *run) costing(t target, fn func(spent func() (time.Duration, error)) error) error {
	if t.pid == 0 {
		return fn(func() (time.Duration, error) { return 0, nil })
	}
	if err := resetPeak(t.pid); err != nil {
		return err
	}
	before, err := cpu(t.pid)
	if err != nil {
		return err
	}
	return fn(func() (time.Duration, error) {
		after, err := settled(t.pid)
		return after - before, err
	})
}

// settled waits until a process has nothing left to do, and gives the CPU time it has used.
func settled(pid int) (time.Duration, error) {
	last, err := cpu(pid)
	for range 100 {
		if err != nil {
			return 0, err
		}
		time.Sleep(300 * time.Millisecond)
		now, err := cpu(pid)
		if err != nil || now-last <= tick {
			return now, err
		}
		last = now
	}
	return 0, fmt.Errorf("process %d is still busy 30 s after the last answer", pid)
}
