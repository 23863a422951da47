package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

const geminiTools = `"tools":[{"functionDeclarations":[{"name":"f"}]}]`

// TestGooglesSignaturesComeBackByteForByte sends a signed call back with its result, in each family. The sandbox refuses a
// signature that does not fit.
func TestGooglesSignaturesComeBackByteForByte(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, path, head, tail string
		headers                []string
		// turn is an answer as the client sends it back, with the result of its call.
		turn func(t *testing.T, answer string) string
	}{
		{"Google's clients, whose bytes pass", "/v1beta/models/smart:generateContent", `{` + geminiTools + `,"contents":[{"role":"user","parts":[{"text":"hi"}]}`, `]}`, nil,
			func(t *testing.T, answer string) string {
				var v struct {
					Candidates []struct{ Content json.RawMessage }
				}
				if err := json.Unmarshal([]byte(answer), &v); err != nil || len(v.Candidates) != 1 {
					t.Fatalf("%v: %s", err, answer)
				}
				return "," + string(v.Candidates[0].Content) + `,{"role":"user","parts":[{"functionResponse":{"name":"f","response":{"output":"ok"}}}]}`
			}},
		{"OpenAI's clients", "/v1/chat/completions", `{"model":"smart","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"hi"}`, `]}`, nil,
			func(t *testing.T, answer string) string {
				var v struct {
					Choices []struct{ Message json.RawMessage }
				}
				var m openaiMessage
				if err := json.Unmarshal([]byte(answer), &v); err != nil || len(v.Choices) != 1 || json.Unmarshal(v.Choices[0].Message, &m) != nil || len(m.ToolCalls) != 1 {
					t.Fatalf("%v: %s", err, answer)
				}
				return "," + string(v.Choices[0].Message) + `,{"role":"tool","tool_call_id":"` + m.ToolCalls[0].ID + `","content":"ok"}`
			}},
		{"Anthropic's clients", "/v1/messages", `{"model":"smart","max_tokens":2000,"tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"hi"}`, `]}`, []string{"Anthropic-Version", version},
			func(t *testing.T, answer string) string {
				var v struct{ Content []json.RawMessage }
				var use struct{ ID string }
				if err := json.Unmarshal([]byte(answer), &v); err != nil || len(v.Content) < 2 || json.Unmarshal(v.Content[len(v.Content)-1], &use) != nil {
					t.Fatalf("%v: %s", err, answer)
				}
				all, _ := json.Marshal(v.Content)
				return `,{"role":"assistant","content":` + string(all) + `},{"role":"user","content":[{"type":"tool_result","tool_use_id":"` + use.ID + `","content":"ok"}]}`
			}},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h, _ := serve(t, asGemini, thinkingModel)
			_, answer := h.post(t, x.path, x.head+x.tail, x.headers...)
			again := x.head + x.turn(t, answer) + x.tail
			const mark = "c2lnbmVkL" // how the sandbox's signatures begin
			if !strings.Contains(again, mark) {
				t.Fatalf("there is no signature: %s", again)
			}
			if resp, text := h.post(t, x.path, again, x.headers...); resp.StatusCode != http.StatusOK {
				t.Errorf("%d %s", resp.StatusCode, text)
			}
			if resp, text := h.post(t, x.path, strings.Replace(again, mark, "x"+mark[1:], 1), x.headers...); resp.StatusCode != 400 || !strings.Contains(text, "signature") {
				t.Errorf("the sandbox takes any signature: %d %s", resp.StatusCode, text)
			}
		})
	}
}

func TestGoogleRefusalsAreInGooglesShape(t *testing.T) {
	t.Parallel()
	const hi = `{"contents":[{"parts":[{"text":"hi"}]}]}`
	for _, x := range []struct {
		name, path, body string
		headers          []string
		status           int
		word, code       string
	}{
		{"a bad key", "/v1beta/models/smart:generateContent", hi, []string{"X-Goog-Api-Key", "bad", "X-Api-Key", "bad"}, 401, "UNAUTHENTICATED", "invalid_key"},
		{"an unknown model", "/v1beta/models/x:generateContent", hi, nil, 404, "NOT_FOUND", "model_not_found"},
		{"an unknown method", "/v1beta/models/smart:predict", hi, nil, 404, "NOT_FOUND", "unknown_path"},
		{"the same under /v1", "/v1/models/smart:predict", hi, nil, 404, "NOT_FOUND", "unknown_path"},
		{"a key that stands twice", "/v1/models/smart:generateContent", `{"contents":[],"contents":[]}`, nil, 400, "INVALID_ARGUMENT", "invalid_request"},
		{"no contents", "/v1/models/smart:streamGenerateContent?alt=sse", `{}`, nil, 400, "INVALID_ARGUMENT", "invalid_request"},
		{"a body that is none", "/v1/models/smart:countTokens", `x`, nil, 400, "INVALID_ARGUMENT", "invalid_request"},
		{"video to a provider of another dialect", "/v1/models/smart:generateContent", `{"contents":[{"parts":[{"fileData":{"mimeType":"video/mp4","fileUri":"https://x/y"}}]}]}`, nil, 400, "INVALID_ARGUMENT", "invalid_request"},
	} {
		h, box := serve(t, asCompatible, "sandbox-chat")
		resp, text := h.post(t, x.path, x.body, x.headers...)
		var v struct {
			Error struct {
				Code            int
				Message, Status string
				Bodhi           struct{ Code string }
			}
		}
		if err := json.Unmarshal([]byte(text), &v); err != nil || resp.StatusCode != x.status || v.Error.Code != x.status || v.Error.Status != x.word || v.Error.Bodhi.Code != x.code || v.Error.Message == "" {
			t.Errorf("%s: %v, %d %s", x.name, err, resp.StatusCode, text)
		}
		if box.Bill().Calls != 0 {
			t.Errorf("%s: it was sent all the same", x.name)
		}
	}
}

func TestGooglesTokensAreCountedAndItsModelsListed(t *testing.T) {
	t.Parallel()
	const ask = `{"contents":[{"role":"user","parts":[{"text":"hello there"}]}]}`
	for _, at := range []host{asGemini, {"vertex", "/v1/projects/p/locations/l", false}, asAnthropic, asCompatible} {
		h, box := serve(t, at, "sandbox-chat")
		for _, body := range []string{ask, `{"generateContentRequest":{"model":"models/smart",` + ask[1:] + `}`} {
			resp, text := h.post(t, "/v1beta/models/smart:countTokens", body)
			var v struct{ TotalTokens int64 }
			if err := json.Unmarshal([]byte(text), &v); err != nil || resp.StatusCode != 200 || at.kind != asCompatible.kind && v.TotalTokens != 3+4+3 || v.TotalTokens == 0 || box.Bill().Calls != 0 {
				t.Errorf("%s: %d %s", at.kind, resp.StatusCode, text)
			}
		}
	}
	h, _ := serve(t, asGemini, "sandbox-chat")
	if resp, text := h.post(t, "/v1/messages/count_tokens", `{"model":"smart","messages":[{"role":"user","content":"hello there"}]}`, "Anthropic-Version", version); text != `{"input_tokens":10}` {
		t.Errorf("Anthropic's clients count at Google: %d %s", resp.StatusCode, text)
	}
	for path, want := range map[string]string{"/v1beta/models?pageSize=50": `{"models":[{"name":"models/smart"`, "/v1/models": `{"models":[{"name":"models/smart"`, "/v1beta/models/smart": `{"name":"models/smart"`} {
		r, _ := http.NewRequest(http.MethodGet, path, nil)
		r.Header.Set("X-Goog-Api-Key", "good")
		w := httptest.NewRecorder()
		h.gateway.ServeHTTP(w, r)
		if !strings.HasPrefix(w.Body.String(), want) {
			t.Errorf("%s: %s", path, w.Body)
		}
	}
}

func TestAStreamWithoutAltIsAnArrayFromEveryKind(t *testing.T) {
	t.Parallel()
	for _, at := range hosts() {
		h, _ := serve(t, at, "sandbox-chat")
		resp, text := h.post(t, "/v1beta/models/smart:streamGenerateContent", `{"contents":[{"parts":[{"text":"hi"}]}]}`)
		got := geminiHear(t, text, true)
		if !strings.HasPrefix(resp.Header.Get("Content-Type"), "application/json") || !strings.HasPrefix(strings.TrimSpace(text), "[") || !got.complete || !strings.HasPrefix(got.text, "This is the sandbox.") {
			t.Errorf("%s: %v %s", at.kind, resp.Header, text)
		}
	}
}
