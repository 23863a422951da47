package wire

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// A connection that was said to be a known service gets what that service takes: the rest is left out and said, or another
// target is tried, or the request is refused with the field's name.
func TestAKnownServiceGetsWhatItTakes(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	var made struct{ ID, Service string }
	w.manage(t, http.MethodPost, "/connections", map[string]any{"name": "deep", "kind": "openai-compatible", "service": "deepseek", "base_url": w.sandbox.URL, "credential": "sk-upstream-canary"}, http.StatusCreated, &made)
	if made.Service != "deepseek" {
		t.Errorf("made %+v", made)
	}
	var check struct {
		OK     bool
		Models int
	}
	w.manage(t, http.MethodPost, "/connections/"+made.ID+"/test", nil, http.StatusOK, &check)
	var shown struct {
		Models []string
		ReadAt string `json:"list_read_at"`
	}
	if w.manage(t, http.MethodGet, "/connections/"+made.ID, nil, http.StatusOK, &shown); !check.OK || check.Models == 0 || len(shown.Models) != check.Models || shown.ReadAt == "" {
		t.Errorf("tested %+v, shown %+v", check, shown)
	}
	// DeepSeek's price list has no such model, and an unknown price is refused under the hard budget.
	w.manage(t, http.MethodPost, "/prices/overrides", map[string]any{"model": "sandbox-chat", "connection": made.ID, "prices_usd": map[string]string{"input": "1", "output": "4"}}, http.StatusCreated, nil)
	w.manage(t, http.MethodPost, "/aliases", map[string]any{"name": "json", "targets": []string{"deep/sandbox-chat", "sb/sandbox-chat"}}, http.StatusCreated, nil)
	post := func(model, more string) (int, http.Header, string) {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, w.ProxyURL+"/chat/completions", strings.NewReader(`{"model":"`+model+`","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":"hi"}]`+more+`}`))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
		r.Header.Set("Content-Type", "application/json")
		resp, err := http.DefaultTransport.RoundTrip(r)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		b, _ := io.ReadAll(resp.Body)
		return resp.StatusCode, resp.Header, string(b)
	}
	harness.Wait(t, "the routes", func() bool {
		status, h, _ := post("json", "")
		return status == http.StatusOK && h.Get("X-Bodhi-Provider") == "deep"
	})
	const schema = `,"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}`
	if status, _, body := post("deep/sandbox-chat", schema); status != http.StatusBadRequest || !strings.Contains(body, "response_format") || !strings.Contains(body, "DeepSeek") {
		t.Errorf("a schema that the service has no word for: %d %s", status, body)
	}
	if status, h, body := post("json", schema); status != http.StatusOK || h.Get("X-Bodhi-Provider") != "sb" {
		t.Errorf("the alias's next target: %d by %q: %s", status, h.Get("X-Bodhi-Provider"), body)
	}
	w.manage(t, http.MethodPatch, "/connections/"+made.ID, map[string]any{"service": "mistral"}, http.StatusOK, &made)
	harness.Wait(t, "the other service's ways", func() bool {
		status, h, _ := post("deep/sandbox-chat", `,"logit_bias":{"5":1},"seed":7`)
		return status == http.StatusOK && strings.Contains(h.Get("X-Bodhi-Warning"), "deep: dropped logit_bias")
	})
	var health struct {
		Attempts, Failed int
		Spent            string `json:"spent_this_month_usd"`
	}
	harness.Wait(t, "the attempts to be in the books", func() bool {
		w.manage(t, http.MethodGet, "/connections/"+made.ID+"/health", nil, http.StatusOK, &health)
		return health.Attempts > 0 && health.Failed == 0 && health.Spent != "0"
	})
}
