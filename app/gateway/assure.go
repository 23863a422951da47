package gateway

import (
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// assure sends a client that asked for a stream a comment after every Waits.Ping of silence until stop is called, so that
// no proxy on its way gives up while a model thinks or a provider is given time; an error after that is an event, and
// another target may still answer. Whoever waits touches nothing of the exchange meanwhile that begin reads.
func (g *Gateway) assure(x *Exchange) (stop func()) {
	if !x.Call.Stream || x.Call.Plain != "" { // between bytes that are not events nothing can be said
		return func() {}
	}
	var mu sync.Mutex
	var timer *time.Timer
	over := false
	mu.Lock()
	defer mu.Unlock()
	silent := g.clock.Now().Sub(x.heard)
	timer = time.AfterFunc(max(g.waits.Ping-silent, 0), func() {
		mu.Lock()
		defer mu.Unlock()
		if over {
			return
		}
		g.contain(x, "ping", func() {
			if !x.wrote {
				x.early = true
				g.begin(x)
			}
			c := http.NewResponseController(x.W)
			_ = c.SetWriteDeadline(clock.System{}.Now().Add(g.waits.write())) // by the machine's clock; whoever stops this waits for the write
			if _, err := x.W.Write(x.Dialect.Ping(x.Call)); err == nil && c.Flush() == nil {
				x.heard = g.clock.Now()
				_ = c.SetWriteDeadline(time.Time{})
			}
		})
		timer.Reset(g.waits.Ping)
	})
	return func() {
		timer.Stop()
		mu.Lock()
		over = true
		mu.Unlock()
	}
}
