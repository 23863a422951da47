package app

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
)

func TestConnectionsAboveTheBoundAreToldSo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := bound(l)
	if b.most < 64 {
		t.Errorf("only %d connections", b.most)
	}
	b.most = 2
	s := &httptest.Server{Listener: b, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "in") })}}
	s.Start()
	t.Cleanup(s.Close)
	ask := func() (*http.Response, string, func()) {
		own := &http.Transport{}
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
		resp, err := (&http.Client{Transport: own, Timeout: 20 * time.Second}).Do(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		text, _ := io.ReadAll(resp.Body)
		return resp, string(text), own.CloseIdleConnections
	}
	_, first, leave := ask()
	_, second, _ := ask()
	if first != "in" || second != "in" {
		t.Fatalf("the first two: %q %q", first, second)
	}
	c, err := net.Dial("tcp", l.Addr().String()) // says nothing, so that no answer can cross its request
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(clock.System{}.Now().Add(20 * time.Second))
	text, err := io.ReadAll(c)
	_, body, _ := strings.Cut(string(text), "\r\n\r\n")
	if err != nil || !strings.HasPrefix(string(text), "HTTP/1.1 503 ") || !strings.Contains(string(text), "\r\nRetry-After: 2\r\n") || len(body) != 154 || b.refused.Load() != 1 {
		t.Errorf("the third: %v, %d refused, a body of %d bytes: %s", err, b.refused.Load(), len(body), text)
	}
	leave()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for b.open.Load() > 1 {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("a connection that was closed still counts")
		}
	}
	if _, text, _ := ask(); text != "in" {
		t.Errorf("when one has left: %q", text)
	}
}
