package gateway

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/cache"
	"github.com/bodhi-gateway/bodhi/app/ledger"
)

const (
	question = `{"model":"smart","messages":[{"role":"user","content":"hi"}],"max_tokens":50,"x_unknown":[1,2.50]}`
	streamed = `{"model":"smart","messages":[{"role":"user","content":"hi"}],"max_tokens":50,"stream":true}`
	answer   = `{"id":"c1","object":"chat.completion","choices":[{"index":0,"message":{"role":"assistant","content":"hello"},"finish_reason":"stop"}],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}`
	chunk1   = `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"hel"}}],"odd":"kept"}` + "\n\n"
	chunk2   = `data: {"id":"c1","object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"lo"}}]}` + "\n\n"
	chunkUse = `data: {"id":"c1","object":"chat.completion.chunk","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10}}` + "\n\n"
	done     = "data: [DONE]\n\n"
)

func says(body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}
}

func streams(parts ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for _, p := range parts {
			_, _ = io.WriteString(w, p)
			w.(http.Flusher).Flush()
		}
	}
}

func fails(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestAnAnswerKeepsItsBytesAndGetsItsExactCost(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	var seen string
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = string(b)
		says(answer)(w, r)
	})
	resp, body := h.ask(question, "X-Bodhi-Tags", "project=apollo")
	if resp.StatusCode != 200 || body != answer {
		t.Fatalf("status %d, body %s", resp.StatusCode, body)
	}
	if want := strings.Replace(question, `"smart"`, `"up-model"`, 1); seen != want {
		t.Errorf("the provider got\n%s\nwant the client's bytes with only the model replaced:\n%s", seen, want)
	}
	for name, want := range map[string]string{
		"X-Bodhi-Cost-Usd": "0.00000001", "X-Bodhi-Provider": "up", "X-Bodhi-Model": "up-model", "X-Bodhi-Attempts": "1", "X-Bodhi-Cache": "bypass", "X-Bodhi-Route": "smart",
	} {
		if got := resp.Header.Get(name); got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	fact := h.books.only(t, 1)[0]
	if fact.Cost != 10 || fact.Status != 200 || fact.Tags != "project=apollo" || fact.Usage.Output != 3 || fact.Attempts != 1 {
		t.Errorf("recorded %+v", fact)
	}
	if resp.Header.Get("X-Bodhi-Request-Id") != fact.ID.String() {
		t.Errorf("the client was told another request id than the one recorded")
	}
}

func TestAStreamPassesByteForByteWithItsCostBeforeTheEndMark(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.provide("up", streams(chunk1, chunk2, chunkUse, done))
	resp, body := h.ask(streamed)
	if want := chunk1 + chunk2 + ": x-bodhi-cost-usd=0.00000001\n" + done; body != want {
		t.Errorf("got\n%s\nwant\n%s", body, want)
	}
	if got := resp.Trailer.Get("X-Bodhi-Cost-Usd"); got != "0.00000001" {
		t.Errorf("trailer: %q", got)
	}
	if s := h.books.only(t, 1)[0]; !s.Stream || s.Cost != 10 {
		t.Errorf("recorded %+v", s)
	}
}

func TestFailuresBeforeTheFirstEventFallBackWithAHoldEach(t *testing.T) {
	t.Parallel()
	for name, bad := range map[string]http.HandlerFunc{
		"overloaded":             fails(503, `{"error":{"message":"busy"}}`),
		"rate limited":           fails(429, `{"error":{"message":"slow down"}}`),
		"credential refused":     fails(401, `{"error":{"message":"bad key"}}`),
		"an HTML page":           fails(502, `<html>bad gateway</html>`),
		"an error in the stream": streams(`data: {"error":{"message":"overloaded","type":"server_error"}}` + "\n\n"),
		"an empty stream":        streams(),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := build(t, nil)
			h.provide("first", bad)
			h.provide("second", streams(chunk1, chunkUse, done))
			resp, body := h.ask(streamed)
			if resp.StatusCode != 200 || !strings.HasPrefix(body, chunk1) || resp.Header.Get("X-Bodhi-Attempts") != "2" || resp.Header.Get("X-Bodhi-Provider") != "second" {
				t.Fatalf("status %d, headers %v, body %s", resp.StatusCode, resp.Header, body)
			}
			h.books.only(t, 1)
			if len(h.books.attempts) != 2 || len(h.books.ends) != 2 || h.books.attempts[0].ID == h.books.attempts[1].ID {
				t.Errorf("%d attempts, %d ends; every try has a row and a hold of its own", len(h.books.attempts), len(h.books.ends))
			}
		})
	}
}

func TestFallbackCanBeSwitchedOff(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.provide("first", fails(503, `{"error":{"message":"busy"}}`))
	h.provide("second", says(answer))
	resp, body := h.ask(question, "X-Bodhi-Fallback", "off")
	if resp.StatusCode != 503 || !strings.Contains(body, `"upstream_failed"`) || !strings.Contains(body, "busy") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
}

func TestAProvidersRefusalOfTheRequestGoesToTheClientAndCostsNothing(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	const said = `{"error":{"message":"context too long","type":"invalid_request_error","param":null,"code":"context_length_exceeded"}}`
	h.provide("first", fails(400, said))
	h.provide("second", says(answer))
	resp, body := h.ask(question)
	if resp.StatusCode != 400 || !strings.Contains(body, "context_length_exceeded") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	if f := h.books.only(t, 1)[0]; f.Cost != 0 || f.Status != 400 || len(h.books.ends) != 1 || h.books.ends[0].State != ledger.Voided {
		t.Errorf("recorded %+v, ends %+v", f, h.books.ends)
	}
}

func TestABrokenStreamNeverLooksComplete(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.provide("up", streams(chunk1, chunk2))
	h.provide("second", streams(chunk1, chunkUse, done))
	_, body := h.ask(streamed)
	if !strings.HasPrefix(body, chunk1+chunk2) || !strings.Contains(body, "upstream_truncated") || strings.Contains(body, "[DONE]") || strings.Count(body, `"content":"hel"`) != 1 {
		t.Errorf("got %s", body)
	}
	f := h.books.only(t, 1)[0]
	if len(h.books.ends) != 1 || h.books.ends[0].State != ledger.Cut || f.Cost == 0 || f.Code != "upstream_truncated" {
		t.Errorf("recorded %+v, ends %+v", f, h.books.ends)
	}
}

func TestAClientThatLeavesClosesTheProviderAndFreesItsHold(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	gone := make(chan struct{})
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		streams(chunk1)(w, r)
		<-r.Context().Done()
		close(gone)
	})
	ctx, cancel := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "POST", h.server.URL+"/v1/chat/completions", strings.NewReader(streamed))
	r.Header.Set("Authorization", "Bearer good")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := bufio.NewReader(resp.Body).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	cancel()
	_ = resp.Body.Close()
	select {
	case <-gone:
	case <-time.After(5 * time.Second):
		t.Fatal("the provider was never told")
	}
	f := h.books.only(t, 1)[0]
	if f.Code != "client_closed" || h.books.ends[0].State != ledger.Cut || f.Cost == 0 {
		t.Errorf("recorded %+v, ends %+v", f, h.books.ends)
	}
}

func TestAPanicInAStageStaysInItsRequest(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Ports.Cache = explosive{} })
	h.provide("up", says(answer))
	resp, body := h.ask(question)
	if resp.StatusCode != 500 || strings.Contains(body, "boom") || strings.Contains(body, "goroutine") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	h.books.only(t, 1)
}

type explosive struct{ Cache }

func (explosive) Seek(*cache.Ask) (*cache.Slot, string) { panic("boom") }

func TestSilenceIsFilledWithCommentsAndTheErrorThenIsAnEvent(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Waits = Waits{Ping: 20 * time.Millisecond} })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(150 * time.Millisecond):
		case <-r.Context().Done():
		}
		fails(503, `{"error":{"message":"busy"}}`)(w, r)
	})
	resp, body := h.ask(streamed)
	if resp.StatusCode != 200 || !strings.HasPrefix(body, ":") || !strings.Contains(body, "upstream_failed") || strings.Contains(body, "[DONE]") {
		t.Errorf("status %d, body %q", resp.StatusCode, body)
	}
	h.books.only(t, 1)
}

// What a client got while a model thought is no first byte of its answer, and the provider's time is not ours.
func TestASignOfLifeIsNoFirstByte(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Waits = Waits{Ping: 20 * time.Millisecond} })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-time.After(300 * time.Millisecond):
		case <-r.Context().Done():
		}
		streams(chunk1, chunk2, done)(w, r)
	})
	resp, body := h.ask(streamed)
	fact := h.books.only(t, 1)[0]
	if !strings.HasPrefix(body, ":") || fact.FirstByte < 300*time.Millisecond || fact.Overhead > fact.FirstByte/2 || resp.Header.Get("X-Bodhi-Provider") != "" {
		t.Errorf("%q, first byte after %s, %s of that ours, %v", body, fact.FirstByte, fact.Overhead, resp.Header)
	}
}

func TestAProviderThatFallsSilentMidStreamIsGivenUp(t *testing.T) {
	t.Parallel()
	h := build(t, func(c *Config) { c.Waits = Waits{Ping: 20 * time.Millisecond, Gap: 100 * time.Millisecond} })
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		streams(chunk1)(w, r)
		<-r.Context().Done()
	})
	_, body := h.ask(streamed)
	if !strings.Contains(body, "upstream_timeout") || strings.Contains(body, "[DONE]") {
		t.Errorf("got %s", body)
	}
	h.books.only(t, 1)
}

func TestARequestsOwnDeadlineEndsIt(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.provide("up", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	resp, body := h.ask(question, "X-Bodhi-Timeout", "60ms")
	if resp.StatusCode != 504 || !strings.Contains(body, "upstream_timeout") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	h.books.only(t, 1)
}

func TestADryRunDecidesEverythingAndCallsNobody(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.provide("up", func(http.ResponseWriter, *http.Request) { t.Error("a provider was called") })
	resp, body := h.ask(question, "X-Bodhi-Dry-Run", "1")
	var r dryReport
	if err := json.Unmarshal([]byte(body), &r); err != nil || resp.StatusCode != 200 || r.Route != "smart" || len(r.Targets) != 1 || r.CeilUSD == nil {
		t.Errorf("status %d, body %s (%v)", resp.StatusCode, body, err)
	}
	h.books.only(t, 1)
}

func TestShortMoneyShrinksTheCallAndSaysSo(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.books.limit = 1_000 // nano-dollars: the model's full answer of 1,000 tokens does not fit beside the prompt
	var seen string
	h.provide("up", func(w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		seen = string(b)
		says(answer)(w, r)
	})
	resp, _ := h.ask(`{"model":"smart","messages":[{"role":"user","content":"hi"}]}`)
	if resp.StatusCode != 200 || !strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "capped") || !strings.Contains(seen, `"max_completion_tokens":4`) {
		t.Errorf("status %d, warning %q, the provider got %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), seen)
	}
	if left := resp.Header.Get("X-Bodhi-Budget-Left-Usd"); left != "0.00000099" {
		t.Errorf("left %q, want the limit less the 10 nano-dollars spent", left)
	}
	h.books.limit = 100
	if resp, body := h.ask(question); resp.StatusCode != 402 || resp.Header.Get("X-Should-Retry") != "false" || resp.Header.Get("Retry-After") != "" {
		t.Errorf("status %d, headers %v, body %s", resp.StatusCode, resp.Header, body)
	}
	h.books.only(t, 2)
}

func TestNothingIsSentWithoutTheJournal(t *testing.T) {
	t.Parallel()
	h := build(t, nil)
	h.books.jammed = true
	h.provide("up", func(http.ResponseWriter, *http.Request) { t.Error("a provider was called") })
	h.provide("second", func(http.ResponseWriter, *http.Request) { t.Error("a provider was called") })
	if resp, body := h.ask(question); resp.StatusCode != 503 || !strings.Contains(body, "budget_unavailable") {
		t.Errorf("status %d, body %s", resp.StatusCode, body)
	}
	h.books.only(t, 1)
}
