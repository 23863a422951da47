package wire

import (
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/openai/openai-go/v3"
	"github.com/openai/openai-go/v3/option"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// TestARateLimitBindsRaisesAndLetsGo drives a limit from outside: set by the management API, met by the official client,
// raised for a while, and shown with the key. With Redis too, where there is one.
func TestARateLimitBindsRaisesAndLetsGo(t *testing.T) {
	t.Parallel()
	modes := map[string][]string{"in memory": nil}
	if url := os.Getenv("TEST_REDIS_URL"); url != "" {
		modes["with redis"] = []string{"REDIS_URL=" + url}
	}
	for name, env := range modes {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := beginOn(t, env, "")
			var made struct{ ID string }
			w.manage(t, http.MethodPost, "/limits", map[string]string{"unit": "requests", "amount": "3", "window": "1h"}, http.StatusCreated, &made)
			w.manage(t, http.MethodPost, "/limits", map[string]string{"unit": "tokens", "amount": "100000", "window": "1m"}, http.StatusCreated, nil)
			waitForLimit := func(want string) {
				t.Helper()
				harness.Wait(t, want, func() bool { return strings.Contains(w.key(t), want) })
			}
			waitForLimit(`"unit":"tokens"`)
			c := w.client()
			for i, left := range []string{"2", "1", "0"} {
				var resp *http.Response
				if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello"), option.WithResponseInto(&resp)); err != nil {
					t.Fatal(err)
				}
				h := resp.Header
				if h.Get("X-Ratelimit-Limit-Requests") != "3" || h.Get("X-Ratelimit-Remaining-Requests") != left || h.Get("X-Ratelimit-Limit-Tokens") != "100000" {
					t.Errorf("request %d: headers %v", i+1, h)
				}
			}
			_, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello"))
			if e := typed(t, err); e.StatusCode != 429 || e.Code != "rate_limited" || e.Response.Header.Get("Retry-After") != "60" ||
				!strings.Contains(e.Message, "The limit of Acme (3 requests per hour) is used up: 3 requests taken. There is room again in 1h") {
				t.Errorf("refused with %s, headers %v", e.RawJSON(), e.Response.Header)
			}
			until := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
			w.manage(t, http.MethodPost, "/limits/"+made.ID+"/increases", map[string]string{"add": "2", "until": until}, http.StatusCreated, nil)
			waitForLimit(`"limit":5`)
			for range 2 {
				if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello")); err != nil {
					t.Fatalf("after the increase: %v", err)
				}
			}
			_, err = c.Embeddings.New(within(t, 20*time.Second), openai.EmbeddingNewParams{Model: "embed", Input: openai.EmbeddingNewParamsInputUnion{OfString: openai.String("hello")}})
			if e := typed(t, err); e.StatusCode != 429 {
				t.Errorf("embeddings count with the rest: %d", e.StatusCode)
			}
			w.manage(t, http.MethodDelete, "/limits/"+made.ID, nil, http.StatusNoContent, nil)
			harness.Wait(t, "the limit to be gone", func() bool { return !strings.Contains(w.key(t), `"unit":"requests"`) })
			if _, err := c.Chat.Completions.New(within(t, 20*time.Second), ask("smart", "hello")); err != nil {
				t.Errorf("after the deletion: %v", err)
			}
			if env != nil && strings.Contains(w.Log(), "redis is away") {
				t.Error("Redis was not used")
			}
		})
	}
}

// key is GET /v1/key.
func (w *world) key(t *testing.T) string {
	t.Helper()
	_, body := w.raw(t, http.MethodGet, "/key", "")
	return body
}
