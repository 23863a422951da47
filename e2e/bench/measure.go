package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// The targets.
const (
	direct    = "direct"    // no proxy at all
	reference = "reference" // the plain reverse proxy
	ours      = "bodhi"
	peer      = "peer" // another gateway
	// sameDialect stands in for the reference where there is none.
	sameDialect = "same dialect"
)

const (
	kib         = 1 << 10
	upstream    = 60 * time.Millisecond // how long the mock thinks when the rate is fixed
	chunkPause  = 50 * time.Millisecond
	chunkCount  = 60
	heldStreams = 1000
)

// run is one benchmark.
type run struct {
	options
	mock    *mock
	gateway *gateway
	targets []target
	figures figures
	sent    int64 // requests that our gateway passed on to the mock
}

// phase is one thing that is done to every target in every round.
type phase struct {
	name string
	run  func(r *run, ctx context.Context, t target) error
}

var phases = []phase{
	{"small", (*run).small}, {"large", (*run).large}, {"cross", (*run).cross}, {"cached", (*run).cached}, {"rate", (*run).fixedRate}, {"streams", (*run).streaming},
}

func phaseNames() (out []string) {
	for _, p := range phases {
		out = append(out, p.name)
	}
	return out
}

// measure visits the targets in turn, round after round, after what can only be measured on a fresh process.
func (r *run) measure(ctx context.Context) error {
	if err := r.rest(ctx); err != nil {
		return err
	}
	if err := r.warmUp(ctx); err != nil {
		return err
	}
	for round := range r.rounds {
		fmt.Fprintf(os.Stderr, "bench: round %d of %d\n", round+1, r.rounds)
		for _, p := range phases {
			if r.only != "" && !slices.Contains(strings.Split(r.only, ","), p.name) {
				continue
			}
			for _, t := range r.targets {
				stop := r.profiled(ctx, t, p.name, round)
				err := r.counted(t, func() error { return p.run(r, ctx, t) })
				if err = errors.Join(err, stop()); err != nil {
					return err
				}
			}
		}
	}
	if r.only != "" {
		return nil
	}
	for _, t := range r.watched() {
		if err := r.counted(t, func() error { return r.held(ctx, t) }); err != nil {
			return err
		}
	}
	if err := r.kept(ctx); err != nil {
		return err
	}
	return r.coldStart(ctx)
}

// counted remembers how many requests of ours reached the provider.
func (r *run) counted(t target, fn func() error) error {
	before := r.mock.served.Load()
	err := fn()
	if t.name == ours {
		r.sent += r.mock.served.Load() - before
	}
	return err
}

// watched are the targets whose process is known.
func (r *run) watched() []target {
	return slices.DeleteFunc(slices.Clone(r.targets), func(t target) bool { return t.pid == 0 })
}

// rest is memory before the first request, once the start has settled.
func (r *run) rest(ctx context.Context) error {
	select {
	case <-time.After(3 * time.Second):
	case <-ctx.Done():
		return errInterrupted
	}
	for _, t := range r.watched() {
		m, err := memory(t.pid)
		if err != nil {
			return err
		}
		r.figures.add("memory at rest", "MiB", t.name, float64(m.now)/kib)
		r.figures.add("memory at rest, without the program's file", "MiB", t.name, float64(m.own)/kib)
	}
	return nil
}

func (r *run) warmUp(ctx context.Context) error {
	r.mock.behave(0, 0, 1)
	for _, t := range r.targets {
		err := r.counted(t, func() error {
			_, _, err := flatOut(ctx, t, r.workers, time.Second, prompt(kib, false, t.name))
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}

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

// kept compares what the provider was asked with what the books hold: every request leaves a row.
func (r *run) kept(ctx context.Context) error {
	recorded, err := r.gateway.recorded(ctx)
	if err != nil {
		return err
	}
	r.figures.add("requests on record, of those sent to the provider", "%", ours, 100*float64(recorded)/float64(r.sent))
	fmt.Fprintf(os.Stderr, "bench: the provider saw %d requests of the gateway, the books hold %d\n", r.sent, recorded)
	return nil
}

// coldStart is the time from starting the process on its prepared database to the first good answer.
func (r *run) coldStart(ctx context.Context) error {
	r.mock.behave(0, 0, 1)
	for range r.rounds {
		r.gateway.stop()
		began := time.Now()
		if err := r.gateway.start(ctx); err != nil {
			return err
		}
		t := target{name: ours, url: r.gateway.url + "/v1/chat/completions", key: r.gateway.key}
		c := client(1)
		body := prompt(kib, false, t.name)
		for {
			err := t.ask(ctx, c, body)
			if err == nil {
				break
			}
			if time.Since(began) > 30*time.Second || ctx.Err() != nil {
				return fmt.Errorf("no good answer after a restart: %w", err)
			}
			time.Sleep(time.Millisecond)
		}
		r.figures.add("start to first good answer", "ms", ours, micros(time.Since(began))/1000)
	}
	info, err := os.Stat(r.binary)
	if err != nil {
		return err
	}
	r.figures.add("binary", "MB", ours, float64(info.Size())/1e6)
	return nil
}

func percentile(d []time.Duration, p float64) time.Duration {
	if len(d) == 0 {
		return 0
	}
	slices.Sort(d)
	return d[min(len(d)-1, int(p*float64(len(d))))]
}

func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// environment says where the figures come from.
func (r *run) environment() string {
	name := runtime.GOARCH
	if text, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.SplitSeq(string(text), "\n") {
			if field, value, _ := strings.Cut(line, ":"); strings.TrimSpace(field) == "model name" {
				name = strings.TrimSpace(value)
				break
			}
		}
	}
	return fmt.Sprintf("%d rounds of %s per phase, %d CPUs (%s), %s, load average at the end %s",
		r.rounds, r.phase, runtime.NumCPU(), name, runtime.Version(), loadAverage())
}

// loadAverage is how many wanted a processor in the last minute; "?" where the system does not tell.
func loadAverage() string {
	load, _ := os.ReadFile("/proc/loadavg")
	return strings.Fields(string(load) + " ?")[0]
}
