package app

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/gateway"
	"github.com/bodhi-gateway/bodhi/app/id"
)

func TestConnectionsAboveTheBoundAreToldSo(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	b := bound(l, nil)
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

// TestConnectionsAboveTheBoundHearTheirOwnDialect asks on a connection too many as each family's client does, with a body that is
// still being sent when the refusal comes.
func TestConnectionsAboveTheBoundHearTheirOwnDialect(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	wall := clock.System{}
	b := bound(l, gateway.New(gateway.Config{Clock: wall, IDs: id.NewSource(wall.Now, nil), Log: slog.New(slog.DiscardHandler), Dialects: dialects(wall)}))
	b.most = 0
	go func() { _, _ = b.Accept() }()
	t.Cleanup(func() { _ = l.Close() })
	for path, want := range map[string]struct {
		status int
		texts  []string
	}{
		"/v1/chat/completions":  {503, []string{`"code":"overloaded"`, `"type":"server_error"`}},
		"/t/acme/v1/embeddings": {503, []string{`"code":"overloaded"`, `"type":"server_error"`}},
		"/openai/deployments/m/chat/completions?api-version=2025-1-1": {503, []string{`"code":"overloaded"`}},
		"/v1/responses":                          {503, []string{`"code":"overloaded"`}},
		"/v1/messages":                           {529, []string{`"type":"error"`, `"type":"overloaded_error"`}},
		"/v1beta/models/m:streamGenerateContent": {503, []string{`"status":"UNAVAILABLE"`, `"reason":"OVERLOADED"`}},
		"/model/m/converse":                      {503, []string{"X-Amzn-Errortype: ServiceUnavailableException", `"message":`}},
		"/model/m/invoke":                        {503, []string{"X-Amzn-Errortype: ServiceUnavailableException"}},
		"/log-in":                                {503, []string{`"code":"overloaded"`}},
	} {
		c, err := net.Dial("tcp", l.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		_ = c.SetDeadline(wall.Now().Add(20 * time.Second))
		_, err = io.WriteString(c, "POST "+path+" HTTP/1.1\r\nHost: gateway\r\nContent-Type: application/json\r\nContent-Length: 300000\r\n\r\n"+strings.Repeat("x", 300_000))
		text, readErr := io.ReadAll(c)
		_ = c.Close()
		if err != nil || readErr != nil || !strings.HasPrefix(string(text), "HTTP/1.1 "+strconv.Itoa(want.status)+" ") || !strings.Contains(string(text), "\r\nRetry-After: 2\r\n") ||
			!strings.Contains(string(text), "\r\nConnection: close\r\n") || !strings.Contains(string(text), "as many connections as it can hold") {
			t.Errorf("%s: %v, %v: %s", path, err, readErr, text)
		}
		for _, w := range want.texts {
			if !strings.Contains(string(text), w) {
				t.Errorf("%s without %s: %s", path, w, text)
			}
		}
	}
	if n := b.heard.Load(); n > mostHeard {
		t.Errorf("%d are listened to", n)
	}
}
