package gateway

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/provider"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

var (
	asCompatible = host{provider.Compatible, "/v1", true}
	asAnthropic  = host{provider.Anthropic, "", false}
	asGemini     = host{provider.Gemini, "", false}
)

const version = "2023-06-01"

// TestRefusalsAreInTheFamilysShape asks for what gets no answer, in each family.
func TestRefusalsAreInTheFamilysShape(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, path, body string
		headers          []string
		status           int
		kind, code       string // error.type, error.bodhi.code
		retry            string
	}{
		{"a bad key, to Anthropic's clients", "/v1/messages", `{}`, []string{"X-Api-Key", "bad"}, 401, "authentication_error", "invalid_key", "false"},
		{"a bad key, to OpenAI's clients", "/v1/chat/completions", `{}`, []string{"X-Api-Key", "bad"}, 401, "authentication_error", "invalid_key", "false"},
		{"an unknown model", "/v1/messages", `{"model":"x","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}`, nil, 404, "not_found_error", "model_not_found", ""},
		{"a body without a cap", "/v1/messages", `{"model":"smart","messages":[{"role":"user","content":"hi"}]}`, nil, 400, "invalid_request_error", "invalid_request", ""},
		{"a key that stands twice", "/v1/messages", `{"model":"smart","model":"x","max_tokens":1,"messages":[{"role":"user","content":"hi"}]}`, nil, 400, "invalid_request_error", "invalid_request", ""},
		{"an unknown path of Anthropic's", "/v1/messages/batches", `{}`, nil, 404, "not_found_error", "unknown_path", ""},
		{"an unknown path, asked with Anthropic's version", "/v1/nothing", `{}`, []string{"Anthropic-Version", version}, 404, "not_found_error", "unknown_path", ""},
		{"an unknown path", "/v1/nothing", `{}`, nil, 404, "invalid_request_error", "unknown_path", ""},
		{"a wrong organization", "/t/other/v1/messages", `{}`, nil, 401, "authentication_error", "invalid_key", "false"},
	} {
		t.Run(x.name, func(t *testing.T) {
			t.Parallel()
			h, _ := serve(t, asAnthropic, "sandbox-chat")
			resp, body := h.post(t, x.path, x.body, x.headers...)
			var v struct {
				Type  string
				Error struct {
					Type, Message string
					Bodhi         struct{ Code string }
				}
				RequestID string `json:"request_id"`
			}
			if err := json.Unmarshal([]byte(body), &v); err != nil {
				t.Fatalf("%v: %s", err, body)
			}
			if resp.StatusCode != x.status || v.Error.Type != x.kind || v.Error.Bodhi.Code != x.code || resp.Header.Get("X-Should-Retry") != x.retry || v.Error.Message == "" {
				t.Errorf("%d %v %s", resp.StatusCode, resp.Header, body)
			}
			anthropic := strings.Contains(x.path, "/messages") || len(x.headers) > 0 && x.headers[0] == "Anthropic-Version"
			if (v.Type == "error") != anthropic || (v.RequestID != "") != anthropic {
				t.Errorf("another family's shape: %s", body)
			}
			if id := resp.Header.Get("Request-Id"); id == "" || id != resp.Header.Get("X-Request-Id") {
				t.Errorf("request ids: %v", resp.Header)
			}
		})
	}
}

func TestWhatCannotBeTranslatedNamesTheField(t *testing.T) {
	t.Parallel()
	for name, body := range map[string]string{
		"n":                            `{"model":"smart","n":2,"messages":[{"role":"user","content":"hi"}]}`,
		"messages.content.input_audio": `{"model":"smart","messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"AAAA","format":"wav"}}]}]}`,
		"messages.content.document":    `{"model":"smart","messages":[{"role":"user","content":[{"type":"file","file":{"file_id":"file-1"}}]}]}`,
	} {
		h, box := serve(t, asAnthropic, "sandbox-chat")
		resp, text := h.post(t, "/v1/chat/completions", body)
		var v struct{ Error struct{ Param, Code string } }
		if err := json.Unmarshal([]byte(text), &v); err != nil || resp.StatusCode != 400 || v.Error.Param != name || v.Error.Code != "unsupported_parameter" {
			t.Errorf("%s: %d %s", name, resp.StatusCode, text)
		}
		if bill := box.Bill(); bill.Calls != 0 {
			t.Errorf("%s: it was sent all the same: %+v", name, bill)
		}
		if r := h.books.only(t, 1)[0]; r.Cost != 0 {
			t.Errorf("%s: it cost %s", name, r.Cost)
		}
	}
}

func TestWhatIsDroppedIsSaid(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	resp, text := h.post(t, "/v1/chat/completions", `{"model":"smart","seed":7,"temperature":1.5,"messages":[{"role":"user","content":"hi"}]}`)
	if w := resp.Header.Get("X-Bodhi-Warning"); resp.StatusCode != 200 || !strings.Contains(w, "dropped seed") || !strings.Contains(w, "temperature lowered to 1") {
		t.Errorf("%d %q %s", resp.StatusCode, w, text)
	}
}

// TestSignedThinkingComesBackByteForByte sends an answer's thinking back, with a tool's result, in both dialects. The sandbox
// refuses thinking whose signature does not fit.
func TestSignedThinkingComesBackByteForByte(t *testing.T) {
	t.Parallel()
	t.Run("Anthropic's clients, whose bytes pass", func(t *testing.T) {
		t.Parallel()
		h, _ := serve(t, asAnthropic, thinkingModel)
		const head = `{"model":"smart","max_tokens":2000,"thinking":{"type":"enabled","budget_tokens":1024},"tools":[{"name":"f","input_schema":{"type":"object"}}],"messages":[{"role":"user","content":"hi"}`
		_, text := h.post(t, "/v1/messages", head+`]}`)
		var m struct {
			Content []json.RawMessage
		}
		if err := json.Unmarshal([]byte(text), &m); err != nil || len(m.Content) != 2 {
			t.Fatalf("%v: %s", err, text)
		}
		var use struct{ ID string }
		_ = json.Unmarshal(m.Content[1], &use)
		again := head + `,{"role":"assistant","content":[` + string(m.Content[0]) + `,` + string(m.Content[1]) + `]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"` + use.ID + `","content":"ok"}]}]}`
		if resp, text := h.post(t, "/v1/messages", again); resp.StatusCode != 200 {
			t.Errorf("%d %s", resp.StatusCode, text)
		}
		changed := strings.Replace(again, `"signature":"`, `"signature":"x`, 1)
		if resp, text := h.post(t, "/v1/messages", changed); resp.StatusCode != 400 || !strings.Contains(text, "signature") {
			t.Errorf("the sandbox takes any signature: %d %s", resp.StatusCode, text)
		}
	})
	t.Run("OpenAI's clients, who keep reasoning_details", func(t *testing.T) {
		t.Parallel()
		h, _ := serve(t, asAnthropic, thinkingModel)
		const head = `{"model":"smart","reasoning_effort":"low","tools":[{"type":"function","function":{"name":"f"}}],"messages":[{"role":"user","content":"hi"}`
		_, text := h.post(t, "/v1/chat/completions", head+`]}`)
		var c struct {
			Choices []struct{ Message json.RawMessage }
		}
		if err := json.Unmarshal([]byte(text), &c); err != nil || len(c.Choices) != 1 || !strings.Contains(text, "signature") {
			t.Fatalf("%v: %s", err, text)
		}
		var made openaiMessage
		_ = json.Unmarshal(c.Choices[0].Message, &made)
		again := head + `,` + string(c.Choices[0].Message) + `,{"role":"tool","tool_call_id":"` + made.ToolCalls[0].ID + `","content":"ok"}]}`
		resp, text := h.post(t, "/v1/chat/completions", again)
		if resp.StatusCode != 200 || strings.Contains(resp.Header.Get("X-Bodhi-Warning"), "thinking") {
			t.Errorf("%d %q %s", resp.StatusCode, resp.Header.Get("X-Bodhi-Warning"), text)
		}
		if resp, text := h.post(t, "/v1/chat/completions", strings.Replace(again, `"signature":"`, `"signature":"x`, 1)); resp.StatusCode != 400 {
			t.Errorf("%d %s", resp.StatusCode, text)
		}
	})
}

func TestTokensAreCountedWhereTheyCanBe(t *testing.T) {
	t.Parallel()
	const ask = `{"model":"smart","messages":[{"role":"user","content":"hello there"}]}`
	const paper = `{"model":"smart","messages":[{"role":"user","content":[{"type":"document","source":{"type":"url","url":"https://example.com/a.pdf"}}]}]}`
	for _, x := range []struct {
		name   string
		at     host
		body   string
		status int
		tokens int64
		warns  bool
	}{
		{"Anthropic counts", asAnthropic, ask, 200, 3 + 4 + 3, false},
		{"we estimate for others, from the bytes", asCompatible, ask, 200, (int64(len(ask))+2)/3 + 8, true},
		{"nobody counts a document that is elsewhere", asCompatible, paper, 501, 0, false},
	} {
		h, box := serve(t, x.at, "sandbox-chat")
		h.books.limit = 0 // what costs nothing needs no money
		resp, text := h.post(t, "/v1/messages/count_tokens?beta=true", x.body, "Anthropic-Version", version)
		var v struct {
			Tokens int64 `json:"input_tokens"`
		}
		_ = json.Unmarshal([]byte(text), &v)
		if resp.StatusCode != x.status || v.Tokens != x.tokens || (resp.Header.Get("X-Bodhi-Warning") != "") != x.warns {
			t.Errorf("%s: %d %v %s", x.name, resp.StatusCode, resp.Header, text)
		}
		if x.status == 501 && resp.Header.Get("X-Should-Retry") != "false" {
			t.Errorf("%s: clients would ask again", x.name)
		}
		if r := h.books.only(t, 1)[0]; r.Cost != 0 || box.Bill().Calls != 0 {
			t.Errorf("%s: it cost %s", x.name, r.Cost)
		}
	}
}

func TestModelsAreListedInTheFamilysShape(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat")
	get := func(method, path string, headers ...string) (*http.Response, string) {
		r, _ := http.NewRequest(method, h.server.URL+path, nil)
		r.Header.Set("X-Api-Key", "good")
		for i := 0; i+1 < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		h.gateway.ServeHTTP(w, r)
		return w.Result(), w.Body.String()
	}
	if _, body := get("GET", "/v1/models?limit=1000", "Anthropic-Version", version); body != `{"data":[{"type":"model","id":"smart","display_name":"smart","created_at":"1970-01-01T00:00:00Z"}],"has_more":false,"first_id":"smart","last_id":"smart"}` {
		t.Error(body)
	}
	if _, body := get("GET", "/v1/models"); !strings.HasPrefix(body, `{"object":"list"`) {
		t.Error(body)
	}
	if _, body := get("GET", "/v1/models/smart", "Anthropic-Version", version); !strings.HasPrefix(body, `{"type":"model","id":"smart"`) {
		t.Error(body)
	}
	if resp, body := get("GET", "/inference-profiles?type=SYSTEM_DEFINED&maxResults=1000"); resp.StatusCode != 200 || !strings.Contains(body, `{"inferenceProfileSummaries":[{"inferenceProfileId":"smart","inferenceProfileArn":"arn:aws:bedrock:us-east-1::inference-profile/smart"`) || !strings.Contains(body, `"status":"ACTIVE","type":"SYSTEM_DEFINED"`) {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
	if _, body := get("GET", "/inference-profiles?type=APPLICATION"); body != `{"inferenceProfileSummaries":[]}` {
		t.Error(body)
	}
	if resp, body := get("GET", "/inference-profiles", "X-Api-Key", "bad"); resp.StatusCode != 401 && resp.StatusCode != 403 {
		t.Errorf("with a bad key: %d %s", resp.StatusCode, body)
	}
	if resp, _ := get("HEAD", "/api/hello"); resp.StatusCode != http.StatusNotFound {
		t.Errorf("Claude Code's ping gets %d", resp.StatusCode)
	}
}

func TestAFallbackMaySpeakAnotherDialect(t *testing.T) {
	t.Parallel()
	h, _ := serve(t, asAnthropic, "sandbox-chat+status=529")
	box := sandboxAt(t, h, asCompatible, "sandbox-chat")
	resp, text := h.post(t, "/v1/messages", `{"model":"smart","max_tokens":50,"messages":[{"role":"user","content":"hi"}]}`)
	if resp.StatusCode != 200 || !strings.Contains(text, `"type":"message"`) || resp.Header.Get("X-Bodhi-Attempts") != "2" || box.Bill().Calls != 1 {
		t.Errorf("%d %v %s", resp.StatusCode, resp.Header, text)
	}
}

// TestABrokenStreamIsBrokenInEveryFamily cuts the provider's stream; the client must see an error and no end mark.
func TestABrokenStreamIsBrokenInEveryFamily(t *testing.T) {
	t.Parallel()
	for _, s := range speakers() {
		for _, at := range hosts() {
			h, box := serve(t, at, "sandbox-chat+tokens=100+cut=5")
			body := strings.NewReplacer("$MODEL", "smart", "$STREAM", "true", "$OPTIONS", "null").Replace(s.ask["usage"].body)
			path := s.ask["usage"].path
			if p := s.ask["usage"].streams; p != "" {
				path = p
			}
			resp, text := h.post(t, path, body, s.headers...)
			got := s.hear(t, text, true)
			if resp.StatusCode != 200 || got.complete || !strings.Contains(text, "upstream_truncated") {
				t.Errorf("%s from %s: %s", s.family, at.kind, text)
			}
			if r, bill := h.books.only(t, 1)[0], charged(t, box, 1); int64(r.Cost) < bill.List[0].Input+bill.List[0].Output {
				t.Errorf("%s from %s: booked %d nanos, the provider charges for %d tokens", s.family, at.kind, r.Cost, bill.List[0].Input+bill.List[0].Output)
			}
		}
	}
}

func sandboxAt(t *testing.T, h *house, at host, model string) *sandbox.Sandbox {
	t.Helper()
	other, box := serve(t, at, model)
	h.targets = append(h.targets, other.targets...)
	return box
}
