package gateway

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// Large bodies are counted while they are in memory; one too many is told to come back, and the count goes down again.
func TestLargeBodiesAreBounded(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	h := build(t, func(c *Config) { c.Sizes.Flight = 3 << 20 })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		answerChat(w)
	})
	body := `{"model":"smart","messages":[{"role":"user","content":"` + strings.Repeat("x", 2<<20) + `"}]}`
	first := make(chan int)
	go func() {
		resp, _ := h.ask(body)
		first <- resp.StatusCode
	}()
	<-arrived
	resp, text := h.ask(body)
	if resp.StatusCode != 503 || !strings.Contains(text, `"overloaded"`) || resp.Header.Get("Retry-After") != "1" {
		t.Errorf("one too many: %d, retry-after %q: %s", resp.StatusCode, resp.Header.Get("Retry-After"), text[:min(len(text), 300)])
	}
	close(release)
	if status := <-first; status != 200 {
		t.Errorf("the first: %d", status)
	}
	h.books.only(t, 2)
	go func() { <-arrived }()
	if resp, _ := h.ask(body); resp.StatusCode != 200 {
		t.Errorf("afterwards: %d", resp.StatusCode)
	}
	if h.books.only(t, 3); h.gateway.flight.bytes.Load() != 0 {
		t.Errorf("%d bytes are still counted", h.gateway.flight.bytes.Load())
	}
}

// A body that does not say how long it is takes no room for the longest that may be, once it is known to be small.
func TestABodyWithoutALengthIsCountedAsItIs(t *testing.T) {
	t.Parallel()
	arrived, release := make(chan struct{}), make(chan struct{})
	h := build(t, func(c *Config) { c.Sizes.Flight, c.Sizes.Body = 3<<20, 2<<20 })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		arrived <- struct{}{}
		<-release
		answerChat(w)
	})
	status := make(chan int)
	ask := func(content string) {
		resp, _ := h.askOf(struct{ io.Reader }{strings.NewReader(`{"model":"smart","messages":[{"role":"user","content":"` + content + `"}]}`)})
		status <- resp.StatusCode
	}
	for _, content := range []string{"hi", "hi", strings.Repeat("x", 1<<20), "hi"} {
		go ask(content)
		select {
		case <-arrived:
		case s := <-status:
			t.Fatalf("%d bytes beside others: %d", len(content), s)
		}
	}
	if n := h.gateway.flight.bytes.Load(); n < 1<<20 || n > 1<<20+1000 {
		t.Errorf("%d bytes are counted", n)
	}
	go ask(strings.Repeat("x", 1<<20))
	if s := <-status; s != 503 {
		t.Errorf("one that may be too much: %d", s)
	}
	close(release)
	for range 4 {
		if s := <-status; s != 200 {
			t.Errorf("%d", s)
		}
	}
	if h.books.only(t, 5); h.gateway.flight.bytes.Load() != 0 {
		t.Errorf("%d bytes are still counted", h.gateway.flight.bytes.Load())
	}
}
