package gateway

import (
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
