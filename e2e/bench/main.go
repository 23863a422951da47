// Command bench measures what the gateway costs, next to a plain reverse proxy on the same machine in the same minutes:
// `make bench`. The mock provider, the reference and the load generator are here; the gateway is the built binary, with
// everything on that every request pays for: virtual key, hard budgets, journal, facts.
//
// Only ratios within one run mean something: the three targets are visited in turn, round after round, and medians are
// compared. CPU time per request is the figure to rely on; latency and throughput on a shared machine mostly show the
// neighbours.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"net"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// options are the command line.
type options struct {
	binary  string
	out     string
	rounds  int
	phase   time.Duration // how long each target is loaded in each phase of a round
	workers int
	rate    int
	streams int
	gate    bool
	only    string // phases of a round, "" for all
	profile string // directory for profiles, "" for none
	record  string // the history that the run is added to, "" for none
	mock    string // where the mock provider listens, "" for any port
	other   target // another gateway, which passes on to the mock; without a URL there is none
}

func main() {
	var o options
	reference := flag.String("reference", "", "be the reference proxy for this upstream `URL` and nothing else")
	flag.StringVar(&o.binary, "bodhi", "bin/bodhi", "the built `binary`")
	flag.StringVar(&o.out, "out", "var/bench.json", "where the figures go as `JSON`")
	flag.IntVar(&o.rounds, "rounds", 5, "how often each target is visited")
	flag.DurationVar(&o.phase, "phase", 4*time.Second, "how long a target is loaded per phase and round")
	flag.IntVar(&o.workers, "connections", 64, "connections when loaded flat out")
	flag.IntVar(&o.rate, "rate", 500, "requests per second when the rate is fixed")
	flag.IntVar(&o.streams, "streams", 200, "concurrent streams")
	flag.BoolVar(&o.gate, "gate", false, "fail if a figure misses its goal by more than the slack of a noisy machine")
	flag.StringVar(&o.only, "only", "", "visit only these `phases` of "+strings.Join(phaseNames(), ",")+", and skip what comes after the rounds")
	flag.StringVar(&o.profile, "profile", "", "write profiles of the gateway (CPU, allocations) into this `directory`, for every phase; they cost CPU themselves")
	flag.StringVar(&o.record, "record", "", "add the run to this `history`, docs/performance.csv")
	flag.StringVar(&o.mock, "mock", "", "where the mock provider listens, as `host:port`, so that another gateway can be set up for it; any port if empty")
	flag.StringVar(&o.other.url, "peer", "", "another gateway's `URL` for chat completions; it runs, passes the model \""+alias+"\" on to -mock, and is measured in turn with the rest")
	flag.IntVar(&o.other.pid, "peer-pid", 0, "its `process`, for CPU and memory; what it has its children do is not counted")
	keyEnv := flag.String("peer-key-env", "", "the environment `variable` that holds its key")
	flag.Parse()
	o.other.name, o.other.key = peer, os.Getenv(*keyEnv)

	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	var err error
	if *reference != "" {
		err = serveReference(*reference)
	} else {
		err = bench(ctx, o)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// bench starts everything, measures, and stops everything it started.
func bench(ctx context.Context, o options) error {
	if _, err := os.Stat(o.binary); err != nil {
		return fmt.Errorf("%w; run \"make build\" first", err)
	}
	mock, err := startMock(o.mock)
	if err != nil {
		return err
	}
	defer mock.close()
	proxy, err := startReference(ctx, mock.url())
	if err != nil {
		return fmt.Errorf("reference proxy: %w", err)
	}
	defer proxy.stop()
	gateway, err := prepare(ctx, o.binary, mock.url())
	if err != nil {
		return fmt.Errorf("gateway: %w", err)
	}
	defer gateway.cleanUp()
	if err := gateway.start(ctx); err != nil {
		return err
	}
	if err := gateway.furnish(ctx); err != nil {
		return err
	}
	// Setting up hashed a password, which takes memory on purpose; what is measured has only been started.
	gateway.stop()
	if err := gateway.start(ctx); err != nil {
		return err
	}

	r := &run{options: o, mock: mock, gateway: gateway, figures: figures{}}
	r.targets = []target{
		{name: direct, url: mock.url() + "/v1/chat/completions"},
		{name: reference, url: proxy.url + "/v1/chat/completions", pid: proxy.pid()},
		{name: ours, url: gateway.url + "/v1/chat/completions", key: gateway.key, pid: gateway.pid()},
	}
	if o.other.url != "" {
		r.targets = append(r.targets, o.other)
	}
	if err := r.measure(ctx); err != nil {
		return err
	}
	if err := r.figures.write(o.out, r.environment()); err != nil {
		return err
	}
	fmt.Print(r.figures.markdown(r.environment()))
	if o.record != "" {
		if err := r.figures.record(o.record, commit(), time.Now(), loadAverage()); err != nil {
			return err
		}
	}
	if o.gate {
		return r.figures.judge()
	}
	return nil
}

// listen takes a free port on loopback.
func listen() (net.Listener, error) { return net.Listen("tcp", "127.0.0.1:0") }

var errInterrupted = errors.New("interrupted")
