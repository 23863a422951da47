package sandbox_test

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/clock"
	"github.com/bodhi-gateway/bodhi/app/provider/sandbox"
)

func say(t *testing.T, s *sandbox.Sandbox, path, body string, headers ...string) (int, http.Header, string) {
	t.Helper()
	resp := ask(t, s, path, body, append([]string{"Anthropic-Version", "2023-06-01"}, headers...)...)
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		b = append(b, "broken: "+err.Error()...)
	}
	return resp.StatusCode, resp.Header, string(b)
}

const message = `{"model":"sandbox-chat","max_tokens":100,"messages":[{"role":"user","content":"hello"}]}`

func TestAMessageIsAnthropics(t *testing.T) {
	t.Parallel()
	s := open()
	status, h, body := say(t, s, "/messages", message)
	var m struct {
		ID, Type, Role, Model string
		Content               []struct{ Type, Text string }
		StopReason            string  `json:"stop_reason"`
		StopSequence          *string `json:"stop_sequence"`
		Usage                 struct {
			Input  int64 `json:"input_tokens"`
			Output int64 `json:"output_tokens"`
		}
	}
	if err := json.Unmarshal([]byte(body), &m); err != nil || status != 200 {
		t.Fatalf("%v %d %s", err, status, body)
	}
	bill := s.Bill().List
	if !strings.HasPrefix(m.ID, "msg_") || m.Type != "message" || m.Role != "assistant" || m.Model != "sandbox-chat" || len(m.Content) != 1 || m.Content[0].Type != "text" ||
		!strings.Contains(m.Content[0].Text, `"hello"`) || m.StopReason != "end_turn" || m.StopSequence != nil || !strings.HasPrefix(h.Get("Request-Id"), "req_") {
		t.Errorf("%s", body)
	}
	if len(bill) != 1 || bill[0].ID != m.ID || bill[0].Input != m.Usage.Input || bill[0].Output != m.Usage.Output || bill[0].Nanos != m.Usage.Input*1000+m.Usage.Output*4000 {
		t.Errorf("%+v, bill %+v", m.Usage, bill)
	}
}

func TestAMessageStreamIsAnthropics(t *testing.T) {
	t.Parallel()
	s := open()
	_, h, body := say(t, s, "/messages", `{"model":"sandbox-reasoning+reasoning=5","max_tokens":2000,"stream":true,"thinking":{"type":"enabled","budget_tokens":1024},
		"tools":[{"name":"f","input_schema":{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}}],"messages":[{"role":"user","content":"hello"}]}`)
	var order []string
	for line := range strings.SplitSeq(body, "\n") {
		if name, ok := strings.CutPrefix(line, "event: "); ok && (len(order) == 0 || order[len(order)-1] != name) {
			order = append(order, name)
		}
	}
	const want = "message_start ping content_block_start content_block_delta content_block_stop content_block_start content_block_delta content_block_stop message_delta message_stop"
	if got := strings.Join(order, " "); got != want || !strings.HasPrefix(h.Get("Content-Type"), "text/event-stream") {
		t.Errorf("%s\n%s", got, body)
	}
	for _, part := range []string{`"type":"thinking_delta"`, `"type":"signature_delta"`, `"partial_json":""`, `"type":"tool_use"`, `"stop_reason":"tool_use"`} {
		if !strings.Contains(body, part) {
			t.Errorf("no %s in %s", part, body)
		}
	}
	if c := s.Bill().List[0]; c.Reasoning != 5 || c.End != "complete" || c.Output <= 5 {
		t.Errorf("%+v", c)
	}
}

func TestAnthropicsRefusalsAreInItsWords(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		name, body string
		headers    []string
		status     int
		kind, says string
	}{
		{"no cap", `{"model":"sandbox-chat","messages":[{"role":"user","content":"a"}]}`, nil, 400, "invalid_request_error", "max_tokens: Field required"},
		{"no messages", `{"model":"sandbox-chat","max_tokens":1,"messages":[]}`, nil, 400, "invalid_request_error", "at least one message"},
		{"an empty text", `{"model":"sandbox-chat","max_tokens":1,"messages":[{"role":"user","content":[{"type":"text","text":" "}]}]}`, nil, 400, "invalid_request_error", "must be non-empty"},
		{"a part of another dialect", `{"model":"sandbox-chat","max_tokens":1,"messages":[{"role":"user","content":[{"type":"image_url"}]}]}`, nil, 400, "invalid_request_error", "does not match any"},
		{"thinking that somebody changed", `{"model":"sandbox-chat","max_tokens":1,"messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"thinking","thinking":"a","signature":"b"}]}]}`, nil, 400, "invalid_request_error", "Invalid `signature`"},
		{"a temperature above 1", `{"model":"sandbox-chat","max_tokens":1,"temperature":1.5,"messages":[{"role":"user","content":"a"}]}`, nil, 400, "invalid_request_error", "range: 0..1"},
		{"a budget as large as the cap", `{"model":"sandbox-chat","max_tokens":1024,"thinking":{"type":"enabled","budget_tokens":1024},"messages":[{"role":"user","content":"a"}]}`, nil, 400, "invalid_request_error", "greater than `thinking.budget_tokens`"},
		{"an unknown model", strings.Replace(message, "sandbox-chat", "nothing", 1), nil, 404, "not_found_error", "nothing"},
		{"a scripted overload", strings.Replace(message, "sandbox-chat", "sandbox-chat+status=529", 1), nil, 529, "overloaded_error", ""},
		{"a scripted rate limit", strings.Replace(message, "sandbox-chat", "sandbox-chat+status=429+retry-after=7", 1), nil, 429, "rate_limit_error", ""},
		{"a bad key", message, []string{"X-Api-Key", "invalid"}, 401, "authentication_error", "invalid x-api-key"},
		{"no version", message, []string{"Anthropic-Version", ""}, 400, "invalid_request_error", "anthropic-version"},
	} {
		s := open()
		status, h, body := say(t, s, "/messages", x.body, x.headers...)
		var e struct {
			Type      string
			Error     struct{ Type, Message string }
			RequestID string `json:"request_id"`
		}
		if err := json.Unmarshal([]byte(body), &e); err != nil || status != x.status || e.Type != "error" || e.Error.Type != x.kind || !strings.Contains(e.Error.Message, x.says) || e.RequestID != h.Get("Request-Id") {
			t.Errorf("%s: %v %d %s", x.name, err, status, body)
		}
		if s.Bill().Calls != 0 {
			t.Errorf("%s is charged", x.name)
		}
	}
	closed := sandbox.New(sandbox.Config{Clock: clock.NewFake(now)})
	if status, _, body := say(t, closed, "/messages", message); status != 401 || !strings.Contains(body, "x-api-key header is required") {
		t.Errorf("%d %s", status, body)
	}
}

func TestAnthropicsScriptsAreFollowed(t *testing.T) {
	t.Parallel()
	s := open()
	if _, _, body := say(t, s, "/messages", `{"model":"sandbox-chat+tokens=50+cut=3","max_tokens":100,"stream":true,"messages":[{"role":"user","content":"a"}]}`); !strings.Contains(body, "broken:") || strings.Contains(body, "message_stop") {
		t.Error(body)
	}
	if c := s.Bill().List[0]; c.End != "cut" || c.Pieces != 3 {
		t.Errorf("%+v", c)
	}
	if _, _, body := say(t, s, "/messages", `{"model":"sandbox-chat","max_tokens":100,"stop_sequences":["sand"],"messages":[{"role":"user","content":"a"}]}`); !strings.Contains(body, `"stop_reason":"stop_sequence","stop_sequence":"sand"`) {
		t.Error(body)
	}
	if _, _, body := say(t, s, "/messages", `{"model":"sandbox-chat","max_tokens":2,"messages":[{"role":"user","content":"a"}]}`); !strings.Contains(body, `"stop_reason":"max_tokens"`) || !strings.Contains(body, `"output_tokens":2`) {
		t.Error(body)
	}
}

func TestAnthropicCachesOnlyWhatIsMarked(t *testing.T) {
	t.Parallel()
	s := open()
	long := strings.Repeat("word ", 2000)
	plain := `{"model":"sandbox-chat","max_tokens":5,"messages":[{"role":"user","content":"` + long + `"}]}`
	marked := `{"model":"sandbox-chat","max_tokens":5,"messages":[{"role":"user","content":[{"type":"text","text":"` + long + `","cache_control":{"type":"ephemeral"}}]}]}`
	for _, x := range []struct {
		body   string
		cached bool
	}{{plain, false}, {plain, false}, {marked, true}} {
		_, _, body := say(t, s, "/messages", x.body)
		if strings.Contains(body, `"cache_read_input_tokens":0`) == x.cached {
			t.Errorf("cached %v: %s", x.cached, body)
		}
	}
}

func TestAnthropicsModelsAndCounts(t *testing.T) {
	t.Parallel()
	s := open()
	if _, _, body := say(t, s, "/models?limit=2", ""); !strings.Contains(body, `"has_more":true`) || strings.Count(body, `"type":"model"`) != 2 || !strings.Contains(body, `"first_id":"claude-sonnet-4-5"`) {
		t.Error(body)
	}
	if _, _, body := say(t, s, "/models?limit=1000&after_id=sandbox-embed", ""); !strings.Contains(body, `"has_more":false`) || strings.Contains(body, `"id":"sandbox-chat"`) {
		t.Error(body)
	}
	if _, _, body := say(t, s, "/models/sandbox-chat", ""); !strings.Contains(body, `"display_name":"sandbox chat"`) {
		t.Error(body)
	}
	_, _, count := say(t, s, "/messages/count_tokens", strings.Replace(message, `"max_tokens":100,`, "", 1))
	_, _, body := say(t, s, "/messages", message)
	n := strings.TrimSuffix(strings.TrimPrefix(count, `{"input_tokens":`), "}")
	if !strings.Contains(body, `"input_tokens":`+n+`,`) || s.Bill().Calls != 1 {
		t.Errorf("%s, then %s; %d calls", count, body, s.Bill().Calls)
	}
}
