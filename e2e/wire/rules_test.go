package wire

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/e2e/harness"
)

// What clients do with refusals and broken streams was recorded once, and ten rules follow from it. Each has a test of its
// name over the wire, in every family; docs/reference/clients.md says what they are. The fifth, policy blocks, is in
// screen_test.go.

// family is how a family's clients ask: $M stands for the model.
type family struct {
	name, path, streams string
	body                string // $S: whether to stream
	headers             []string
	end                 string // what ends a whole stream
	unknown             string // the code of an unknown model
}

func families() []family {
	return []family{
		{name: "chat", path: "/v1/chat/completions", body: `{"model":"$M","stream":$S,"max_tokens":900,"messages":[{"role":"user","content":"x"}]}`, end: "data: [DONE]", unknown: `"code":"model_not_found"`},
		{name: "responses", path: "/v1/responses", body: `{"model":"$M","stream":$S,"max_output_tokens":900,"store":false,"input":"x"}`, end: "response.completed", unknown: `"code":"model_not_found"`},
		{name: "anthropic", path: "/v1/messages", body: `{"model":"$M","stream":$S,"max_tokens":900,"messages":[{"role":"user","content":"x"}]}`, headers: []string{"Anthropic-Version", "2023-06-01"}, end: "message_stop", unknown: `"type":"not_found_error"`},
		{name: "gemini", path: "/v1beta/models/$M:generateContent", streams: "/v1beta/models/$M:streamGenerateContent?alt=sse", body: `{"contents":[{"parts":[{"text":"x"}]}],"generationConfig":{"maxOutputTokens":900}}`, end: `"finishReason":"STOP"`, unknown: `"status":"NOT_FOUND"`},
		{name: "bedrock", path: "/model/$M/converse", streams: "/model/$M/converse-stream", body: `{"messages":[{"role":"user","content":[{"text":"x"}]}],"inferenceConfig":{"maxTokens":900}}`, end: "metadata", unknown: `"code":"model_not_found"`},
	}
}

// open asks as a family's client does, and gives the answer unread.
func (w *world) open(t *testing.T, f family, model string, stream bool, headers ...string) *http.Response {
	t.Helper()
	path := f.path
	if stream && f.streams != "" {
		path = f.streams
	}
	body := strings.NewReplacer("$M", model, "$S", fmt.Sprint(stream)).Replace(f.body)
	r, err := http.NewRequestWithContext(within(t, 40*time.Second), http.MethodPost, w.root()+strings.ReplaceAll(path, "$M", model), strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+w.VirtualKey)
	all := append(append([]string{}, f.headers...), headers...)
	for i := 0; i+1 < len(all); i += 2 {
		r.Header.Set(all[i], all[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = resp.Body.Close() })
	return resp
}

func (w *world) told(t *testing.T, f family, model string, stream bool, headers ...string) (*http.Response, string) {
	t.Helper()
	resp := w.open(t, f, model, stream, headers...)
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, string(b)
}

func eachFamily(t *testing.T, run func(t *testing.T, f family)) {
	t.Helper()
	for _, f := range families() {
		t.Run(f.name, func(t *testing.T) { t.Parallel(); run(t, f) })
	}
}

// A spent budget stops every client: 402 without a time to come back. Codex stops at one 429 only, Google's clients at a far
// RetryInfo.
func TestR1ASpentBudgetStopsEveryClient(t *testing.T) {
	t.Parallel()
	w := begin(t, "0.000001/monthly/hard")
	eachFamily(t, func(t *testing.T, f family) {
		for _, stream := range []bool{false, true} {
			resp, body := w.told(t, f, "smart", stream)
			status, wants := 402, `"budget_exhausted"`
			switch f.name {
			case "gemini":
				status, wants = 429, "RetryInfo"
			case "anthropic":
				wants = `"type":"billing_error"`
			}
			if h := resp.Header; resp.StatusCode != status || !strings.Contains(body, wants) || h.Get("X-Should-Retry") != "false" || h.Get("Retry-After") != "" {
				t.Errorf("stream %v: %d, x-should-retry %q, retry-after %q: %s", stream, resp.StatusCode, h.Get("X-Should-Retry"), h.Get("Retry-After"), body)
			}
		}
		if f.name == "chat" || f.name == "responses" {
			if resp, body := w.told(t, f, "smart", true, "Originator", "codex_cli_rs"); resp.StatusCode != 429 || !strings.Contains(body, `"insufficient_quota"`) {
				t.Errorf("Codex got %d %s", resp.StatusCode, body)
			}
		}
	})
}

// Clients print the sentence and nothing else: it names whose budget, its limit, when it resets and what to do.
func TestR2TheSentenceSaysWhoseBudgetHowMuchUntilWhenAndWhatToDo(t *testing.T) {
	t.Parallel()
	w := begin(t, "0.000001/monthly/hard")
	eachFamily(t, func(t *testing.T, f family) {
		_, body := w.told(t, f, "smart", false)
		for _, word := range []string{"Acme", "0.000001", "resets", "Ask"} {
			if !strings.Contains(body, word) {
				t.Errorf("it does not say %q: %s", word, body)
			}
		}
	})
}

// A rate limit passes soon: 429 with at most a minute to wait, however long the window is.
func TestR3ARateLimitNamesAWaitOfAMinuteAtMost(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	w.manage(t, http.MethodPost, "/limits", map[string]string{"unit": "requests", "amount": "1", "window": "24h"}, http.StatusCreated, nil)
	harness.Wait(t, "the limit", func() bool { return strings.Contains(w.key(t), `"unit":"requests"`) })
	if resp, body := w.told(t, families()[0], "smart", false); resp.StatusCode != 200 {
		t.Fatalf("the first: %d %s", resp.StatusCode, body)
	}
	eachFamily(t, func(t *testing.T, f family) {
		resp, body := w.told(t, f, "smart", true)
		if h := resp.Header; resp.StatusCode != 429 || h.Get("Retry-After") != "60" || h.Get("X-Should-Retry") == "false" {
			t.Errorf("%d, retry-after %q, x-should-retry %q: %s", resp.StatusCode, h.Get("Retry-After"), h.Get("X-Should-Retry"), body)
		}
	})
}

// Every 401 says that asking again is of no use: a revoked key must not cause minutes of hammering.
func TestR4NobodyAsksAgainWithABadKey(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	var k madeKey
	w.manage(t, http.MethodPost, "/keys", map[string]any{"name": "gone", "team": w.TeamID, "account": "tests"}, http.StatusCreated, &k)
	w.manage(t, http.MethodPost, "/keys/"+k.ID+"/disable", nil, http.StatusOK, nil)
	eachFamily(t, func(t *testing.T, f family) {
		for what, key := range map[string]string{"no key": "", "unknown": "sk-something", "a wrong checksum": w.VirtualKey[:len(w.VirtualKey)-1] + "!", "disabled": k.Secret} {
			var resp *http.Response
			var body string
			harness.Wait(t, "the refusal of "+what, func() bool {
				resp, body = w.told(t, f, "smart", false, "Authorization", "Bearer "+key)
				return resp.StatusCode == 401
			})
			if resp.Header.Get("X-Should-Retry") != "false" || !strings.Contains(body, "message") {
				t.Errorf("%s: x-should-retry %q: %s", what, resp.Header.Get("X-Should-Retry"), body)
			}
		}
	})
}

// An unknown model is 404 in the family's own words; a 403 would read as a bad log-in.
func TestR6AnUnknownModelIs404(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	eachFamily(t, func(t *testing.T, f family) {
		resp, body := w.told(t, f, "gpt-nothing", false)
		if resp.StatusCode != 404 || !strings.Contains(body, f.unknown) || !strings.Contains(body, "gpt-nothing") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
}

// A stream that the provider breaks off ends as a broken one: with an error and without the end mark, after one call.
func TestR7ACutStreamIsNeverACleanOne(t *testing.T) {
	t.Parallel()
	w := begin(t, "")
	eachFamily(t, func(t *testing.T, f family) {
		resp, body := w.told(t, f, "cut", true)
		if resp.StatusCode != 200 || strings.Contains(body, f.end) || !strings.Contains(body, "before it was complete") {
			t.Errorf("%d %s", resp.StatusCode, body)
		}
	})
	t.Cleanup(func() { // the families are through by then
		if bill := w.sandbox.Bill(t); int(bill.Calls) != len(families()) {
			t.Errorf("%d calls for %d cut streams: something was asked again", bill.Calls, len(families()))
		}
	})
}

// drip is a provider of OpenAI's dialect that says one word and then nothing, until its caller leaves or is released.
type drip struct {
	left, release chan struct{}
}

// ServeHTTP implements http.Handler.
func (d *drip) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body)
	w.Header().Set("Content-Type", "text/event-stream")
	_, _ = io.WriteString(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":"word"}}]}`+"\n\n")
	_ = http.NewResponseController(w).Flush()
	select {
	case <-r.Context().Done():
		d.left <- struct{}{}
	case <-d.release:
		_, _ = io.WriteString(w, `data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"usage":{"prompt_tokens":5,"completion_tokens":1,"total_tokens":6}}`+"\n\ndata: [DONE]\n\n")
	}
}

func dripping(t *testing.T) (*world, *drip) {
	t.Helper()
	d := &drip{left: make(chan struct{}, 10), release: make(chan struct{})}
	up := httptest.NewServer(d)
	t.Cleanup(up.Close)
	return &world{Gateway: harness.Start(t, harness.Setup{Models: []string{"smart=up/gpt-4o"},
		Providers: []string{"name=up,kind=openai-compatible,base-url=" + up.URL + "/v1,key-env=E2E_KEY"}, Budget: "1000/monthly/soft"})}, d
}

// When a client leaves, the provider is left within seconds, and what was used by then is in the books.
func TestR8AClientThatLeavesTakesTheProviderAlong(t *testing.T) {
	t.Parallel()
	w, d := dripping(t)
	eachFamily(t, func(t *testing.T, f family) {
		resp := w.open(t, f, "smart", true)
		if _, err := resp.Body.Read(make([]byte, 1)); err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		select {
		case <-d.left:
		case <-time.After(4 * time.Second):
			t.Error("the provider still generates")
		}
		var requests struct {
			Data []struct {
				ID, Family, Code string
				Output           int64 `json:"output_tokens"`
			}
		}
		harness.Wait(t, "the request in the books", func() bool {
			w.manage(t, http.MethodGet, "/requests?limit=100", nil, http.StatusOK, &requests)
			for _, r := range requests.Data {
				if r.ID == resp.Header.Get("X-Bodhi-Request-Id") {
					return r.Code == "client_closed" && r.Output > 0
				}
			}
			return false
		})
	})
}

// Each piece is sent on at once; through a silence of 15 seconds the client hears a sign of life that its SDK ignores.
func TestR9NothingIsHeldBackAndSilenceIsBridged(t *testing.T) {
	t.Parallel()
	w, d := dripping(t)
	alive := map[string]string{"chat": ": ", "responses": ": ", "anthropic": "event: ping", "gemini": "\r\n\r\n", "bedrock": ""}
	t.Run("families", func(t *testing.T) {
		eachFamily(t, func(t *testing.T, f family) {
			resp := w.open(t, f, "smart", true)
			in := bufio.NewReader(resp.Body)
			piece, heard := make([]byte, 64<<10), ""
			began := time.Now()
			for !strings.Contains(heard, "word") {
				n, err := in.Read(piece)
				if heard += string(piece[:n]); err != nil {
					t.Fatalf("%v after %q", err, heard)
				}
			}
			if waited := time.Since(began); waited > 10*time.Second {
				t.Errorf("the first piece took %s", waited)
			}
			sign := alive[f.name]
			if sign == "" {
				return // binary frames have no room for a sign of life
			}
			rest := ""
			for !strings.Contains(rest, sign) {
				n, err := in.Read(piece)
				if rest += string(piece[:n]); err != nil {
					t.Fatalf("%v after %q", err, rest)
				}
			}
			if waited := time.Since(began); waited > 18*time.Second {
				t.Errorf("it was silent for %s", waited)
			}
		})
	})
	close(d.release)
}

// Unknown fields and headers pass both ways where the dialect is the same, in their place and spelling.
func TestR10UnknownFieldsAndHeadersPass(t *testing.T) {
	t.Parallel()
	r := &recorder{}
	up := httptest.NewServer(r)
	t.Cleanup(up.Close)
	w := &world{Gateway: harness.Start(t, harness.Setup{Budget: "1000/monthly/soft",
		Providers: []string{"name=oa,kind=openai,base-url=" + up.URL + "/v1,key-env=E2E_KEY", "name=cl,kind=anthropic,base-url=" + up.URL + ",key-env=E2E_KEY",
			"name=gg,kind=gemini,base-url=" + up.URL + ",key-env=E2E_KEY", "name=aws,kind=bedrock,region=eu-west-1,base-url=" + up.URL + ",key-env=E2E_KEY"},
		Models: []string{"chat=oa/gpt-4o", "responses=oa/gpt-4o", "anthropic=cl/claude-sonnet-4-5", "gemini=gg/gemini-2.5-flash", "bedrock=aws/anthropic.claude-sonnet-4-5-20250929-v1:0"}})}
	for _, f := range families() { // one after the other: the recorder keeps order
		f.body = strings.Replace(strings.Replace(f.body, "{", "{ \"x_first\" : [1.50, 2E+10, 12345678901234567890],\n\t", 1), `"x"`, `"caf\u00e9 <&>"`, 1)
		f.headers = append(f.headers, "Anthropic-Beta", "of-tomorrow-2027-01-01", "X-Stainless-Lang", "js")
		w.told(t, f, f.name, false)
		asked := strings.NewReplacer("$M", f.name, "$S", "false").Replace(f.body)
		want := asked
		switch f.name {
		case "chat", "responses":
			want = strings.Replace(asked, `"model":"`+f.name+`"`, `"model":"gpt-4o"`, 1)
		case "anthropic":
			want = strings.Replace(asked, `"model":"anthropic"`, `"model":"claude-sonnet-4-5"`, 1)
		}
		r.mu.Lock()
		got, h := r.bodies[len(r.bodies)-1], r.headers[len(r.headers)-1]
		r.mu.Unlock()
		if got != want {
			t.Errorf("%s: the provider got\n%s\nwant\n%s", f.name, got, want)
		}
		if f.name == "anthropic" && h.Get("Anthropic-Beta") != "of-tomorrow-2027-01-01" {
			t.Errorf("%s: an unknown beta was kept back: %v", f.name, h)
		}
	}
}
