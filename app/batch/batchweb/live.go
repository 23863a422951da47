package batchweb

import (
	"bytes"
	"fmt"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
)

// Bounds of one stream of progress.
const (
	// liveLook is how often a batch is looked at while somebody watches: lines are counted in the database.
	liveLook = time.Second
	// livePing keeps proxies from closing what is silent.
	livePing = 15 * time.Second
	// liveAgain is how long a session that was ended is shown progress at most.
	liveAgain = 5 * time.Second
	// liveWrite is how long a browser may take a message; then it is taken for gone.
	liveWrite = 10 * time.Second
	// liveLength is how long a stream goes on; browsers connect again by themselves, and are asked who they are.
	liveLength = 30 * time.Minute
)

// live is GET /batches/:id/live: the middle of a batch's page as server-sent events, each time it is another one, until the batch is over or
// waits for somebody. Anything but an event source is led to the page.
func (h *Handlers) live(c *web.Context) error {
	which, err := batchID(c)
	if err != nil {
		return err
	}
	e, err := h.Batches.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	if c.Request().Header.Get("Accept") != "text/event-stream" {
		return c.See(pages + "/" + which.String())
	}
	header := c.Response().Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no") // nginx holds streams back otherwise
	c.Response().WriteHeader(http.StatusOK)
	s := &progress{h: h, c: c, which: which, out: http.NewResponseController(c.Response()), asked: clock.System{}.Now()}
	if s.send("retry: 2000\n: following\n\n") {
		s.run(&e)
	}
	return nil
}

// progress is one browser's stream.
type progress struct {
	h     *Handlers
	c     *web.Context
	which id.Batch
	out   *http.ResponseController
	asked time.Time // when it was last asked who watches, by the machine's clock
	last  []byte
}

// run sends until the batch needs no watching, the browser is gone, the viewer is nobody any more, or the process stops.
func (s *progress) run(e *batch.Entry) {
	look, ping, length := time.NewTicker(liveLook), time.NewTicker(livePing), time.NewTimer(liveLength)
	defer look.Stop()
	defer ping.Stop()
	defer length.Stop()
	for {
		if !moves(e) {
			s.send("event: over\ndata: \n\n")
			return
		}
		if !s.tell(e) {
			return
		}
		select {
		case <-s.c.Ctx().Done():
			return
		case <-length.C:
			return
		case <-ping.C:
			if !s.send(": ping\n\n") {
				return
			}
		case <-look.C:
		}
		fresh, ok := s.look()
		if !ok {
			return
		}
		e = &fresh
	}
}

// moves reports whether something may still change by itself.
func moves(e *batch.Entry) bool { return !e.State.Over() && e.State != batch.Paused }

// look reads how far the batch is, as whoever watches may see it now.
func (s *progress) look() (batch.Entry, bool) {
	if clock.Since(s.asked) > liveAgain {
		s.asked = clock.System{}.Now()
		if s.c.Again() != nil {
			return batch.Entry{}, false
		}
	}
	e, err := s.h.Batches.Get(s.c.Ctx(), s.c.Actor(), s.which)
	return e, err == nil
}

// tell sends the middle of the page if it is another one.
func (s *progress) tell(e *batch.Entry) bool {
	p, err := s.h.draw(s.c, e, nil)
	if err != nil {
		return false
	}
	var b bytes.Buffer
	if err := views.Outcome(p).Render(s.c.Ctx(), &b); err != nil {
		return false
	}
	if bytes.Equal(b.Bytes(), s.last) {
		return true
	}
	s.last = bytes.Clone(b.Bytes())
	return s.send(fmt.Sprintf("event: progress\ndata: %s\n\n", bytes.ReplaceAll(bytes.ReplaceAll(b.Bytes(), []byte("\r"), nil), []byte("\n"), []byte(" "))))
}

// send writes and flushes; false is a browser that is gone.
func (s *progress) send(text string) bool {
	_ = s.out.SetWriteDeadline(clock.System{}.Now().Add(liveWrite)) // by the machine's clock; what has no deadlines is no network
	if _, err := s.c.Response().Write([]byte(text)); err != nil {
		return false
	}
	return s.out.Flush() == nil
}
