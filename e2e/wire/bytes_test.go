package wire

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// recorder is a provider that writes down what it gets and answers with odd bytes of its own.
type recorder struct {
	mu      sync.Mutex
	bodies  []string
	headers []http.Header
}

const (
	oddAnswer = "{ \"id\":\"chatcmpl-1\",\n\t\"object\":\"chat.completion\",\"created\":1, \"model\":\"gpt-4o-2024-08-06\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"caf\\u00e9 \U0001F600\",\"x_new\":[1.50,2e10]},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12},\"x_big\":12345678901234567890 }"
	oddChunk  = `data: {"id":"chatcmpl-1", "object":"chat.completion.chunk","choices":[{"index":0,"delta":{"content":"caf\u00e9","x_delta":1.0}}],"x_big":12345678901234567890,"obfuscation":"aB3"}`
)

// ServeHTTP implements http.Handler.
func (r *recorder) ServeHTTP(w http.ResponseWriter, q *http.Request) {
	b, _ := io.ReadAll(q.Body)
	r.mu.Lock()
	r.bodies, r.headers = append(r.bodies, string(b)), append(r.headers, q.Header.Clone())
	r.mu.Unlock()
	w.Header().Set("Openai-Organization", "canary")
	w.Header().Set("Set-Cookie", "canary=1")
	w.Header().Set("X-New-Header", "kept")
	if !strings.Contains(string(b), `"stream"`) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, oddAnswer)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, ": hello\n\n"+oddChunk+"\n\ndata: {\"id\":\"chatcmpl-1\",\"object\":\"chat.completion.chunk\",\"choices\":[],\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":2,\"total_tokens\":12}}\n\ndata: [DONE]\n\n")
}

func TestBytesPassBothWaysUntouched(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	up := httptest.NewServer(r)
	t.Cleanup(up.Close)
	w := &world{Gateway: harness.Start(t, harness.Setup{
		Providers: []string{"name=up,kind=openai,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}, Models: []string{"smart=up/gpt-4o"}})}

	asked := "{ \"x_first\" : [1.50, 2E+10, 12345678901234567890, -0],\n\t\"model\":\"smart\", \"messages\":[ {\"role\":\"user\",\"content\":\"caf\\u00e9 \U0001F600 <&>\",\"x_part\":null} ],\"max_tokens\":  50,\"metadata\":{\"a\":\"b\"},\"x_last\":{\"deep\":[{}]} }\n"
	resp, body := w.raw(t, http.MethodPost, "/chat/completions", asked, "Idempotency-Key", "canary", "X-Bodhi-Tags", "project=apollo", "Cookie", "canary=1", "X-Forwarded-For", "10.9.8.7", "Openai-Beta", "assistants=v2", "X-Session-Affinity", "s1")
	if resp.StatusCode != 200 || body != oddAnswer {
		t.Errorf("%d, the client got\n%s\nwant\n%s", resp.StatusCode, body, oddAnswer)
	}
	if want := strings.Replace(asked, `"smart"`, `"gpt-4o"`, 1); r.bodies[0] != want {
		t.Errorf("the provider got\n%s\nwant\n%s", r.bodies[0], want)
	}
	if resp.Header.Get("X-New-Header") != "kept" {
		t.Errorf("a header nobody knows was lost: %v", resp.Header)
	}
	if resp.Header.Get("Openai-Organization")+resp.Header.Get("Set-Cookie") != "" {
		t.Errorf("the provider's account reached the client: %v", resp.Header)
	}
	h := r.headers[0]
	for name := range h {
		if strings.HasPrefix(name, "X-Bodhi") || strings.HasPrefix(name, "X-Forwarded") || name == "Cookie" || name == "Idempotency-Key" {
			t.Errorf("%s reached the provider", name)
		}
	}
	if h.Get("Authorization") != "Bearer sk-upstream-canary" || h.Get("Openai-Beta") != "assistants=v2" || h.Get("X-Session-Affinity") != "s1" {
		t.Errorf("the provider got the headers %v", h)
	}

	streamed := strings.Replace(asked, `"x_last"`, `"stream":true,"x_last"`, 1)
	_, body = w.raw(t, http.MethodPost, "/chat/completions", streamed)
	if !strings.HasPrefix(body, ": hello\n\n"+oddChunk+"\n\n") || strings.Contains(body, `"choices":[]`) || !strings.HasSuffix(body, "\ndata: [DONE]\n\n") {
		t.Errorf("the client's stream is\n%s", body)
	}
	want := strings.Replace(strings.Replace(streamed, `"smart"`, `"gpt-4o"`, 1), "{", `{"stream_options":{"include_usage":true},`, 1)
	if r.bodies[1] != want {
		t.Errorf("the provider got\n%s\nwant\n%s", r.bodies[1], want)
	}
}
