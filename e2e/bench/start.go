package main

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

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
