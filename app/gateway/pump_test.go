package gateway

import (
	"net/http"
	"net/http/httptest"
	"os"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

// deaf is a client that takes nothing, until a deadline ends the wait for it.
type deaf struct {
	http.ResponseWriter
	ended chan struct{}
	once  sync.Once
}

func (d *deaf) Write([]byte) (int, error) { <-d.ended; return 0, os.ErrDeadlineExceeded }

func (d *deaf) SetWriteDeadline(time.Time) error { d.once.Do(func() { close(d.ended) }); return nil }

func (d *deaf) Close() error { return nil }

// A client that reads no more while its model thinks is found out by the comment in between, which waits no longer than any write.
func TestAPingWaitsForItsClientNoLongerThanAnyWrite(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		d := &deaf{ResponseWriter: httptest.NewRecorder(), ended: make(chan struct{})}
		began := clock.System{}.Now()
		p := newPump(d, d, Waits{Ping: 15 * time.Second, Gap: time.Hour, Write: 30 * time.Second}, []byte(": ping\n\n"))
		<-d.ended
		if took := clock.Since(began); took > time.Minute {
			t.Errorf("given up after %s", took)
		}
		p.stop()
	})
}
