package main

import (
	"context"
	"errors"
	"fmt"
	"os"
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
