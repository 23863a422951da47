package reportweb

import (
	"bytes"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/report"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/report"
)

// Bounds of one stream of live rows.
const (
	// liveRows is how many rows one message has; nobody reads more in a second.
	liveRows = 10
	// livePing keeps proxies from closing what is silent.
	livePing = 15 * time.Second
	// liveAsk is how long a session that was ended is shown rows at most. A question costs several reads of the database, and
	// there may be hundreds of viewers.
	liveAsk = 5 * time.Second
	// liveWrite is how long a browser may take a message; then it is taken for gone.
	liveWrite = 10 * time.Second
	// liveLength is how long a stream goes on; browsers connect again by themselves, and are asked who they are.
	liveLength = 30 * time.Minute
)

// live is GET /requests/live: rows as server-sent events, with the filters of the list. Anything but an event source is led
// to the list: without scripts, that is how one sees newer rows.
func (h *Handlers) live(c *web.Context) error {
	rd, err := h.reading(c)
	if err != nil {
		return err
	}
	q, err := rd.query(c.QueryParams())
	if err != nil {
		return err
	}
	if c.Request().Header.Get("Accept") != "text/event-stream" {
		return c.See(back(kept(c.QueryParams()).Encode()))
	}
	q.From, q.To = time.Time{}, time.Time{} // what comes now is what is looked for
	f, err := h.Tail.Follow(c.Ctx(), c.Actor(), q)
	if err != nil {
		return err
	}
	defer f.Close()
	header := c.Response().Header()
	header.Set("Content-Type", "text/event-stream")
	header.Set("Cache-Control", "no-store")
	header.Set("X-Accel-Buffering", "no")
	s := &liveStream{h: h, c: c, zone: rd.zone, out: http.NewResponseController(c.Response())}
	c.Response().WriteHeader(http.StatusOK)
	if !s.send("retry: 2000\n: following\n\n") {
		return nil
	}
	return s.run(f)
}

type liveStream struct {
	h    *Handlers
	c    *web.Context
	zone *time.Location
	out  *http.ResponseController

	asked   time.Time // when Again was asked, by the machine's clock
	changes int64     // of Tail then
}

// run sends until the browser is gone, the viewer is nobody any more, or the process stops.
func (s *liveStream) run(f *report.Follower) error {
	ping, length := time.NewTicker(livePing), time.NewTimer(liveLength)
	defer ping.Stop()
	defer length.Stop()
	for {
		select {
		case <-s.c.Ctx().Done():
			return nil
		case <-length.C:
			return nil
		case <-ping.C:
			if !s.send(": ping\n\n") {
				return nil
			}
		case <-f.Wake():
			if !s.stillThere(f) {
				return nil
			}
			rows, skipped, over := f.Take()
			if over || !s.rows(rows, skipped) {
				return nil
			}
		}
	}
}

// stillThere asks again who the viewer is: whenever rights changed, as people leave and roles end, and before rows are shown
// that come liveAsk after it was last asked, as sessions end without anybody being told.
func (s *liveStream) stillThere(f *report.Follower) bool {
	if n := s.h.Tail.Changes(); s.asked.IsZero() || n != s.changes || clock.Since(s.asked) > liveAsk {
		s.changes, s.asked = n, clock.System{}.Now()
		return s.c.Again() == nil && f.Narrow(s.c.Actor()) == nil
	}
	return true
}

// rows sends the newest rows of a second, and how many there were besides.
func (s *liveStream) rows(list []*report.Request, skipped int) bool {
	if extra := len(list) - liveRows; extra > 0 {
		list, skipped = list[extra:], skipped+extra
	}
	var b bytes.Buffer
	if skipped > 0 {
		fmt.Fprintf(&b, "event: skipped\ndata: %d\n\n", skipped)
	}
	if len(list) > 0 {
		b.WriteString("event: rows\n")
		for i := len(list) - 1; i >= 0; i-- { // the newest stands first
			line, err := s.h.drawn.line(s.c, list[i], s.zone)
			if err != nil {
				return false
			}
			b.WriteString("data: ")
			b.Write(line)
			b.WriteByte('\n')
		}
		b.WriteByte('\n')
	}
	return s.send(b.String())
}

// send writes and flushes; false is a browser that is gone.
func (s *liveStream) send(text string) bool {
	if text == "" {
		return true
	}
	_ = s.out.SetWriteDeadline(clock.System{}.Now().Add(liveWrite)) // by the machine's clock; what has no deadlines is no network
	if _, err := s.c.Response().Write([]byte(text)); err != nil {
		return false
	}
	return s.out.Flush() == nil
}

// drawn keeps rows that were drawn, as everybody in an organization who may see a request sees the same row.
type drawn struct {
	mu   sync.Mutex
	rows map[id.Request][]byte
}

// mostDrawn bounds what is kept; then it begins anew.
const mostDrawn = 1000

func (d *drawn) line(c *web.Context, r *report.Request, zone *time.Location) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if row, ok := d.rows[r.ID]; ok {
		return row, nil
	}
	var b bytes.Buffer
	if err := views.RequestLine(rows(c, []report.Request{*r}, zone)[0]).Render(c.Ctx(), &b); err != nil {
		return nil, err
	}
	row := bytes.ReplaceAll(bytes.ReplaceAll(b.Bytes(), []byte("\r"), nil), []byte("\n"), []byte(" "))
	if d.rows == nil || len(d.rows) >= mostDrawn {
		d.rows = map[id.Request][]byte{}
	}
	d.rows[r.ID] = row
	return row, nil
}
