package gateway

import (
	"flag"
	"net/http"
	"os"
	"runtime"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/patience"
)

// cleanUp is how long a fault may leave something behind. A machine that runs other tests too gets more time; the figure
// that counts is logged, and -cleanup=2s holds it to the design's.
var cleanUp = flag.Duration("cleanup", 20*time.Second, "how long goroutines and descriptors may take to be what they were before a fault")

// TestAfterEveryFaultNothingIsLeft counts goroutines and descriptors before a fault and after it, while the gateway and its
// provider go on. It is not parallel, since others' would count too.
func TestAfterEveryFaultNothingIsLeft(t *testing.T) {
	var worst time.Duration
	for _, c := range plights() {
		// Of each wire one kind, in its own dialect: what is left does not depend on who asks.
		if k := c.kind.Name; c.translated() || k == "openai" || k == "azure" || k == "vertex" || c.fault.Row <= 4 && k != "openai-compatible" {
			continue
		}
		t.Run(c.String(), func(t *testing.T) {
			up := c.fault.Listen(t, c.kind)
			h, _ := c.faulty(t, up)
			if p := h.gateway.Patience.(calm); p.Waits.Total < time.Minute { // nobody asks how it ends
				h.gateway.Patience = calm{Tries: 1, Waits: patience.Waits{Total: 150 * time.Millisecond}}
			}
			http.DefaultTransport.(*http.Transport).CloseIdleConnections()
			goroutines, files := steady(t)
			for n := range 2 {
				if n == 0 && !c.fault.Second {
					continue
				}
				c.asked(t, h, up)
			}
			ended := clock.System{}.Now()
			for {
				http.DefaultTransport.(*http.Transport).CloseIdleConnections()
				h.out.CloseIdle()
				g, f := runtime.NumGoroutine(), descriptors(t)
				took := clock.Since(ended)
				if g <= goroutines && f <= files {
					worst = max(worst, took)
					return
				}
				if took > *cleanUp {
					buf := make([]byte, 1<<20)
					t.Fatalf("%d goroutines and %d descriptors more than before, %s after the answer:\n%s", g-goroutines, f-files, took, buf[:runtime.Stack(buf, true)])
				}
				<-time.After(2 * time.Millisecond)
			}
		})
	}
	t.Logf("the slowest was back after %s", worst)
}

// steady is what there is when nothing changes any more: what a test before this one left goes on ending for a moment.
func steady(t *testing.T) (goroutines, files int) {
	t.Helper()
	for still := 0; still < 3; still++ {
		if g, f := runtime.NumGoroutine(), descriptors(t); g != goroutines || f != files {
			goroutines, files, still = g, f, -1
		}
		<-time.After(time.Millisecond)
	}
	return goroutines, files
}

// descriptors are the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	d, err := os.Open("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = d.Close() }()
	names, err := d.Readdirnames(-1)
	if err != nil {
		t.Fatal(err)
	}
	return len(names)
}
