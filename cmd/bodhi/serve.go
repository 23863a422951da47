package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"

	"github.com/bodhi-gateway/bodhi/app"
)

// ballastBytes are memory that is claimed and never touched, so the machine never gives it: the collector takes them for
// live, and begins at least two and a half times as many bytes later. A heap this small would else be collected dozens of times
// a second under load; a large one hardly notices.
const ballastBytes = 8 << 20

type serveCmd struct {
	Addr   string `help:"Address to listen on (BODHI_ADDR)." placeholder:"127.0.0.1:8080"`
	Web    bool   `help:"Serve the dashboard and the proxy only; run the worker elsewhere."`
	Worker bool   `help:"Run the worker only."`
}

func (c serveCmd) Run(e *env) error {
	if err := c.serve(e); !errors.Is(err, context.Canceled) { // being told to stop is how it ends
		return err
	}
	return nil
}

func (c serveCmd) serve(e *env) error {
	cfg, err := e.config(map[string]string{"BODHI_ADDR": c.Addr})
	if err != nil {
		return err
	}
	if c.Web && c.Worker {
		return fmt.Errorf("--web and --worker exclude each other; leave both out to run everything")
	}
	// What lives is small beside what passes through, so collecting less often costs some MiB and saves CPU for every
	// request. At 200 the peak was 9 MiB higher and the CPU the same (make bench). GOGC has the last word.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(150)
	}
	// With one processor a thread that waits for the disk would keep all others waiting: the runtime takes the turn from it up to
	// 10 ms late. With two turns the machine shares the processor between them (e2e/overload).
	if os.Getenv("GOMAXPROCS") == "" && runtime.GOMAXPROCS(0) == 1 {
		runtime.GOMAXPROCS(2)
	}
	limitMemory()
	ballast := make([]byte, ballastBytes)
	defer runtime.KeepAlive(ballast)
	program, err := os.Executable()
	if err != nil {
		return fmt.Errorf("find this program, which reads PDFs apart: %w", err)
	}
	a, err := app.New(e.ctx, cfg, app.Options{Version: version, Log: logger(cfg), Web: !c.Worker, Worker: !c.Web, Program: program})
	if err != nil {
		return err
	}
	return a.Run(e.ctx, func(url string) {
		fmt.Fprintf(e.out, "Bodhi Gateway is ready. Sign up at %s/sign-up\n", url)
		// Starting reads the catalogue, prices and rows; what that took is not needed again.
		go func() {
			debug.FreeOSMemory()
			forgetPages()
		}()
	})
}
