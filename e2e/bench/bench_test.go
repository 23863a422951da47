package main

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// behind puts a proxy in front of the mock, in this process.
func behind(t *testing.T, wrap func(http.Handler) http.Handler) (*mock, target) {
	t.Helper()
	m, err := startMock("")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.close)
	to, err := url.Parse(m.url())
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(wrap(referenceProxy(to)))
	t.Cleanup(server.Close)
	return m, target{name: "proxy", url: server.URL + "/v1/chat/completions"}
}

func unchanged(h http.Handler) http.Handler { return h }

func TestEveryRequestIsCounted(t *testing.T) {
	t.Parallel()
	m, to := behind(t, unchanged)
	n, took, err := flatOut(context.Background(), to, 4, 200*time.Millisecond, prompt(kib, false, "x"))
	if err != nil || n == 0 || n != m.served.Load() || took < 200*time.Millisecond {
		t.Errorf("%d answers in %v, the provider saw %d (%v)", n, took, m.served.Load(), err)
	}
}

func TestARefusalEndsTheMeasuring(t *testing.T) {
	t.Parallel()
	_, to := behind(t, func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no money", http.StatusPaymentRequired) })
	})
	_, _, err := flatOut(context.Background(), to, 4, 5*time.Second, prompt(kib, false, "x"))
	if err == nil || !strings.Contains(err.Error(), "402: no money") {
		t.Errorf("got %v", err)
	}
}

func TestTheProvidersOwnTimeIsNotCounted(t *testing.T) {
	t.Parallel()
	m, to := behind(t, func(h http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			time.Sleep(20 * time.Millisecond)
			h.ServeHTTP(w, r)
		})
	})
	m.behave(400*time.Millisecond, 0, 1)
	added, err := atRate(context.Background(), to, m, 50, 400*time.Millisecond, func(mark string) []byte { return prompt(kib, false, mark) })
	if err != nil {
		t.Fatal(err)
	}
	if p50 := percentile(added, 0.5); len(added) != 20 || p50 < 20*time.Millisecond || p50 > 300*time.Millisecond {
		t.Errorf("%d requests, added p50 %v, want a little above 20ms", len(added), p50)
	}
}

func TestALateChunkIsSeen(t *testing.T) {
	t.Parallel()
	m, to := behind(t, unchanged)
	m.behave(0, 5*time.Millisecond, 10)
	seen, err := streams(context.Background(), to, m, 3, 10, 5*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	if len(seen.first) != 3 || len(seen.chunk) != 30 || percentile(seen.chunk, 0.5) <= 0 {
		t.Errorf("%d streams, %d chunks", len(seen.first), len(seen.chunk))
	}
	if _, err := streams(context.Background(), to, m, 1, 11, 0); err == nil || !strings.Contains(err.Error(), "ended after 10") {
		t.Errorf("a stream that ends early should be an error, got %v", err)
	}
}

func TestPromptsHaveTheSizeTheyClaim(t *testing.T) {
	t.Parallel()
	for _, size := range []int{kib, 64 * kib} {
		if got := len(prompt(size, true, "mark")); got != size {
			t.Errorf("got %d bytes, want %d", got, size)
		}
	}
}

func TestRatiosComparePairsOfOneRound(t *testing.T) {
	t.Parallel()
	f := figures{}
	for _, round := range [][2]float64{{100, 110}, {400, 360}, {100, 100}} { // a neighbour was busy in the second
		f.add("x", "µs", reference, round[0])
		f.add("x", "µs", ours, round[1])
	}
	if f["x"].Ratio != 1 || f["x"].Median[reference] != 100 {
		t.Errorf("ratio %v, median %v", f["x"].Ratio, f["x"].Median)
	}
	if !strings.Contains(f.markdown("here"), "| x (µs) |  | 100 | 110 | 1.00 |") {
		t.Error(f.markdown("here"))
	}
}

func TestTheGateNamesWhatWasMissed(t *testing.T) {
	t.Parallel()
	f := figures{}
	for _, g := range goals {
		f.add(g.figure, "", reference, 1)
		f.add(g.figure, "", ours, g.most)
	}
	if err := f.judge(); err != nil {
		t.Errorf("at its limit a figure is good: %v", err)
	}
	f.add("binary", "MB", ours, 1e6)
	f.add("binary", "MB", ours, 1e6)
	delete(f, "memory at rest")
	err := f.judge()
	if err == nil || !strings.Contains(err.Error(), "binary") || !strings.Contains(err.Error(), "memory at rest was not measured") {
		t.Errorf("got %v", err)
	}
	var joined interface{ Unwrap() []error }
	if !errors.As(err, &joined) || len(joined.Unwrap()) != 2 {
		t.Errorf("want two lines: %v", err)
	}
}
