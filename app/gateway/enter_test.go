package gateway

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/turnstile"
)

// shut is a turnstile in a process that cannot do any more than the least.
func shut(t *testing.T) *turnstile.Turnstile {
	return seeing(t, turnstile.Sample{Wait: time.Second, Queue: 1000})
}

// seeing is a turnstile that sees the same all the time, and refuses because of it.
func seeing(t *testing.T, s turnstile.Sample) *turnstile.Turnstile {
	t.Helper()
	gate := turnstile.New(clock.System{}, slog.New(slog.DiscardHandler), func() turnstile.Sample { return s })
	ctx, cancel := context.WithCancel(t.Context())
	var watch sync.WaitGroup
	watch.Go(func() { _ = gate.Run(ctx) })
	t.Cleanup(func() { cancel(); watch.Wait() })
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !gate.Refuses() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("never pressed")
		}
	}
	return gate
}

// tooMuch asks with many clients at once until one is sent away, and gives that answer.
func (h *house) tooMuch(path, body string) (*http.Response, string) {
	type answer struct {
		*http.Response
		text string
	}
	ctx, cancel := context.WithTimeout(h.t.Context(), 20*time.Second)
	defer cancel()
	refused := make(chan answer, 1)
	var clients sync.WaitGroup
	for range 50 {
		clients.Go(func() {
			for ctx.Err() == nil {
				resp, text := h.post(h.t, path, body)
				if resp.StatusCode != 200 {
					select {
					case refused <- answer{resp, text}:
					default:
					}
					cancel()
				}
			}
		})
	}
	clients.Wait()
	select {
	case a := <-refused:
		return a.Response, a.text
	default:
		h.t.Fatal("nobody was sent away")
		return nil, ""
	}
}

func TestWhoIsSentAwayIsToldWhenToComeBackInItsOwnWords(t *testing.T) {
	t.Parallel()
	for path, c := range map[string]struct {
		body   string
		status int
		says   string
		named  bool // the dialect has a place for the request's id
	}{
		"/v1/chat/completions":                 {question, 503, `"code":"overloaded"`, true},
		"/v1/messages":                         {`{"model":"smart","max_tokens":5,"messages":[{"role":"user","content":"hi"}]}`, 529, `"type":"overloaded_error"`, true},
		"/v1beta/models/smart:generateContent": {`{"contents":[{"parts":[{"text":"hi"}]}]}`, 503, `"status":"UNAVAILABLE"`, false},
	} {
		t.Run(path, func(t *testing.T) {
			t.Parallel()
			gate := shut(t)
			h := build(t, func(c *Config) { c.Ports.Turnstile = gate })
			h.provide("up", says(answer))
			resp, text := h.tooMuch(path, c.body)
			if resp.StatusCode != c.status || !strings.Contains(strings.ReplaceAll(text, ": ", ":"), c.says) || resp.Header.Get("Retry-After") == "" {
				t.Errorf("status %d, retry-after %q: %s", resp.StatusCode, resp.Header.Get("Retry-After"), text)
			}
			if rid := resp.Header.Get("X-Bodhi-Request-Id"); c.named && !strings.Contains(text, rid) || strings.Contains(text, nobody) {
				t.Errorf("not the request's own id %s: %s", rid, text)
			}
			if n := resp.ContentLength; n != int64(len(text)) || resp.Header.Get("Content-Type") != "application/json" || resp.Header.Get("X-Bodhi-Overhead-Us") == "" {
				t.Errorf("%d bytes of %d, headers %v", len(text), n, resp.Header)
			}
			if s, _ := strconv.Atoi(resp.Header.Get("Retry-After")); resp.Header.Get("Retry-After-Ms") != strconv.Itoa(1000*s) {
				t.Errorf("two different times to wait: %v", resp.Header)
			}
			if resp.Header.Get("X-Should-Retry") == "false" || resp.Header.Get("X-Bodhi-Request-Id") == "" {
				t.Errorf("headers %v", resp.Header)
			}
			h.server.Close() // waits for what comes after an answer
			s := gate.Stats()
			if s.InFlight != 0 || s.Refused == 0 || s.Times != 1 {
				t.Errorf("%+v", s)
			}
			h.books.mu.Lock()
			defer h.books.mu.Unlock()
			for _, r := range h.books.requests {
				if r.Code == "overloaded" {
					t.Error("a refusal was written into the books: that is the overload")
				}
			}
			if len(h.books.requests) == 0 {
				t.Error("nobody was served either")
			}
		})
	}
}

// A client that leaves while it waits for its turn costs nothing, and is not in flight.
func TestWhoLeavesTheQueueIsNotInFlight(t *testing.T) {
	t.Parallel()
	gate := shut(t)
	h := build(t, func(c *Config) { c.Ports.Turnstile = gate })
	h.provide("up", says(answer))
	h.tooMuch("/v1/chat/completions", question) // now there is a queue
	h.server.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for range 100 {
		r, _ := http.NewRequestWithContext(ctx, http.MethodPost, "http://gateway/v1/chat/completions", strings.NewReader(question))
		r.Header.Set("Authorization", "Bearer good")
		h.gateway.ServeHTTP(&sink{http.Header{}}, r)
	}
	if s := gate.Stats(); s.InFlight != 0 {
		t.Errorf("%+v", s)
	}
}

// What a refusal leaves to the collector is what the next ones wait for: it is bounded, in pieces that are counted.
func TestSendingAwayMakesLittleGarbage(t *testing.T) {
	gate := seeing(t, turnstile.Sample{Memory: 0.95})
	h := build(t, func(c *Config) { c.Ports.Turnstile = gate })
	body := strings.NewReader(question)
	r, _ := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://gateway/v1/chat/completions", body)
	r.Header.Set("Authorization", "Bearer good")
	w := &refusals{header: http.Header{}}
	few := testing.AllocsPerRun(500, func() {
		clear(w.header)
		h.gateway.ServeHTTP(w, r)
	})
	if w.refused < 400 {
		t.Fatalf("%d refused", w.refused)
	}
	if few > 13 { // 12, and one of the race detector's
		t.Errorf("%.0f allocations for a refusal", few)
	}
}

// refusals counts those that it is told.
type refusals struct {
	header  http.Header
	refused int
}

func (t *refusals) Header() http.Header         { return t.header }
func (t *refusals) Write(p []byte) (int, error) { return len(p), nil }
func (t *refusals) WriteHeader(status int) {
	if status == http.StatusServiceUnavailable {
		t.refused++
	}
}
