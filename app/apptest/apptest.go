// Package apptest serves the whole program inside of a test, by a clock that the test leads: so that a browser can come back after a
// quarter. For tests only; what does not need another time drives the built binary instead.
package apptest

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app"
	"github.com/bodhi-gateway/bodhi/app/budget"
	"github.com/bodhi-gateway/bodhi/app/clock"
)

// Served is a gateway that serves until its test ends, on an empty SQLite database, with the mailbox at /dev/mail.
type Served struct {
	URL   string
	Clock *clock.Fake

	app *app.App
	cfg app.Config
	log log
	led time.Time // until when the schedule was run
}

// log is what the process warned of.
type log struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (l *log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// Serve starts it at a moment. Browsers drop cookies by the machine's clock, so for them that moment is one to come.
func Serve(t testing.TB, at time.Time) *Served {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	_ = l.Close()
	s := &Served{URL: "http://" + addr, Clock: clock.NewFake(at), led: at}
	if s.cfg, err = app.LoadConfig([]string{"BODHI_ADDR=" + addr, "BODHI_PUBLIC_URL=" + s.URL, "BODHI_DATA_DIR=" + t.TempDir(), "BODHI_EGRESS_ALLOW_PRIVATE=127.0.0.0/8"}, "", nil); err != nil {
		t.Fatal(err)
	}
	warnings := slog.New(slog.NewTextHandler(&s.log, &slog.HandlerOptions{Level: slog.LevelWarn}))
	if s.app, err = app.New(t.Context(), s.cfg, app.Options{Version: "test", Log: warnings, Web: true, Worker: true, Clock: s.Clock}); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ready, over := make(chan struct{}), make(chan error, 1)
	go func() {
		over <- s.app.Run(ctx, func(string) { close(ready) })
		close(over) // who did not become ready is asked twice
	}()
	t.Cleanup(func() {
		stop()
		if err := <-over; err != nil {
			t.Error(err)
		}
		if text := s.log.text.String(); strings.Contains(text, "level=ERROR") {
			t.Errorf("it logged errors:\n%s", text[:min(len(text), 4000)])
		}
	})
	select {
	case <-ready:
	case err := <-over:
		t.Fatalf("it ended at once: %v", err)
	}
	return s
}

// Forward leads the clock to a moment and runs what of the schedule came due on the way.
func (s *Served) Forward(t testing.TB, to time.Time) {
	t.Helper()
	s.Clock.Set(to)
	if _, err := s.app.CatchUp(t.Context(), s.led); err != nil {
		t.Error(err)
	}
	s.led = to
}

// Verify is what bodhi verify says of the books now. It fails the test if that is not that they balance.
func (s *Served) Verify(t testing.TB) budget.Report {
	t.Helper()
	v, err := app.Verify(t.Context(), s.cfg, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	if b := v.Books; !v.OK() || b.Over != 0 || b.Overspend != 0 || b.Suspense != 0 || b.Flagged != 0 {
		t.Errorf("the books: %s", strings.Join(v.Lines(), "\n"))
	}
	return v.Books
}
