package wire

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"
)

// refuses checks that each refusal is the client's own typed error, with our sentence and the right advice on retrying.
func refuses(t *testing.T, w *world) {
	user := `"messages":[{"role":"user","content":"x"}]`
	for _, c := range []struct {
		name, key, body, code, says, retry string
		status                             int
	}{
		{name: "malformed JSON", body: `{"model":"smart",`, status: 400, code: "invalid_request"},
		{name: "duplicate keys", body: `{"model":"smart","model":"see",` + user + `}`, status: 400, code: "invalid_request", says: "model"},
		{name: "a key in another case", body: `{"model":"smart","MODEL":"see",` + user + `}`, status: 400, code: "invalid_request"},
		{name: "depth 65", body: `{"model":"smart","x":` + strings.Repeat("[", 65) + strings.Repeat("]", 65) + `,` + user + `}`, status: 400, code: "invalid_request"},
		{name: "a negative cap", body: `{"model":"smart","max_tokens":-1,` + user + `}`, status: 400, code: "invalid_request", says: "max_tokens"},
		{name: "no messages", body: `{"model":"smart"}`, status: 400, code: "invalid_request", says: "messages"},
		{name: "the provider's own 400", body: `{"model":"too-long",` + user + `}`, status: 400, code: "context_length_exceeded", says: "maximum context length"},
		{name: "an unknown key", key: "sk-something", body: `{"model":"smart",` + user + `}`, status: 401, code: "invalid_key", retry: "false"},
		{name: "a key with a wrong checksum", key: w.VirtualKey[:len(w.VirtualKey)-1] + "!", body: `{"model":"smart",` + user + `}`, status: 401, code: "invalid_key", retry: "false"},
		{name: "an unknown model", body: `{"model":"gpt-nothing",` + user + `}`, status: 404, code: "model_not_found", says: "gpt-nothing"},
		{name: "11 MiB of text", body: `{"model":"smart","messages":[{"role":"user","content":"` + strings.Repeat("a", 11<<20) + `"}]}`, status: 413, code: "body_too_large"},
		{name: "33 MiB", body: `{"model":"smart","messages":[{"role":"user","content":"` + strings.Repeat("a", 33<<20) + `"}]}`, status: 413, code: "body_too_large"},
		{name: "a provider that limits us", body: `{"model":"limited",` + user + `}`, status: 503, code: "upstream_failed"},
		{name: "a provider that is down", body: `{"model":"down",` + user + `}`, status: 503, code: "upstream_failed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			key := c.key
			if key == "" {
				key = w.VirtualKey
			}
			client := w.client(option.WithAPIKey(key))
			err := client.Post(within(t, 30*time.Second), "chat/completions", io.NopCloser(strings.NewReader(c.body)), new(openai.ChatCompletion), option.WithHeader("Content-Type", "application/json"))
			e := typed(t, err)
			if e.StatusCode != c.status || e.Code != c.code {
				t.Errorf("status %d, code %q: %s", e.StatusCode, e.Code, e.RawJSON())
			}
			if !strings.Contains(e.Message, c.says) || len(e.Message) < 15 {
				t.Errorf("it says %q", e.Message)
			}
			h := e.Response.Header
			if h.Get("X-Request-Id") == "" || h.Get("X-Should-Retry") != c.retry {
				t.Errorf("x-request-id %q, x-should-retry %q, want %q", h.Get("X-Request-Id"), h.Get("X-Should-Retry"), c.retry)
			}
			if c.code == "upstream_failed" && h.Get("Retry-After") == "" {
				t.Error("no retry-after")
			}
		})
	}
	resp, body := w.raw(t, http.MethodPost, "/nothing/here", "{}")
	if resp.StatusCode != 404 || !strings.Contains(body, `"error"`) || !strings.Contains(resp.Header.Get("Content-Type"), "json") {
		t.Errorf("an unknown path: %d %s", resp.StatusCode, body)
	}
	if resp, body := w.raw(t, http.MethodHead, "/../../../api/hello", ""); resp.StatusCode != 404 {
		t.Errorf("HEAD /api/hello: %d %s", resp.StatusCode, body)
	}
}

// A spent budget and a held one are different refusals: one stops clients, the other asks them to come back soon.
func TestASpentBudgetIs402AndAHeldOneIs429(t *testing.T) {
	t.Parallel()
	w := begin(t, "0.01/monthly/hard")
	c := w.client()
	// A stream that hangs keeps its hold: most of the budget, as it names a large cap.
	holding := ask("hang", "Hold on.")
	holding.MaxCompletionTokens = openai.Int(2400) // 2,400 tokens are $0.0096
	s := c.Chat.Completions.NewStreaming(within(t, 30*time.Second), holding)
	if !s.Next() {
		t.Fatal(s.Err())
	}
	second := ask("smart", "Me too.")
	second.MaxCompletionTokens = openai.Int(500)
	_, err := c.Chat.Completions.New(within(t, 20*time.Second), second)
	e := typed(t, err)
	if e.StatusCode != 429 || e.Code != "budget_reserved" || e.Response.Header.Get("Retry-After") == "" {
		t.Errorf("while money is held: %d %s, retry-after %q", e.StatusCode, e.RawJSON(), e.Response.Header.Get("Retry-After"))
	}
	_ = s.Close()
	// Spend until nothing fits any more. Each costs $0.004 at most, so three are enough.
	large := ask("long", "All of it.")
	large.MaxCompletionTokens = openai.Int(900)
	for range 20 {
		if _, err = c.Chat.Completions.New(within(t, 20*time.Second), large); err != nil && typed(t, err).StatusCode == 402 {
			break
		}
	}
	e = typed(t, err)
	h := e.Response.Header
	if e.StatusCode != 402 || e.Code != "budget_exhausted" || h.Get("X-Should-Retry") != "false" || h.Get("Retry-After") != "" {
		t.Errorf("once it is spent: %d %s, x-should-retry %q, retry-after %q", e.StatusCode, e.RawJSON(), h.Get("X-Should-Retry"), h.Get("Retry-After"))
	}
	for _, word := range []string{"0.01", "limit_usd", "resets_at", "spent_usd"} {
		if !strings.Contains(e.RawJSON(), word) {
			t.Errorf("the refusal does not say %s: %s", word, e.RawJSON())
		}
	}
	spent, _ := w.standing(t)
	if spent > 10_000_000 {
		t.Errorf("%s USD of 0.01 were spent", spent)
	}
	// Codex stops at the first 429 of this code only.
	resp, body := w.raw(t, http.MethodPost, "/chat/completions", `{"model":"long","max_tokens":2400,"messages":[{"role":"user","content":"x"}]}`, "Originator", "codex_cli_rs")
	if resp.StatusCode != 429 || !strings.Contains(body, `"insufficient_quota"`) {
		t.Errorf("Codex got %d %s", resp.StatusCode, body)
	}
}
