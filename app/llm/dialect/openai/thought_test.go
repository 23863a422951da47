package openai_test

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/responses"
)

// TestGooglesSignatureOfACallComesBack: Google's OpenAI-compatible server refuses a call of Gemini 3's that comes back without it.
func TestGooglesSignatureOfACallComesBack(t *testing.T) {
	t.Parallel()
	const answer = `{"id":"c1","model":"gemini-3-pro","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","tool_calls":[` +
		`{"id":"fc_1","type":"function","function":{"name":"f","arguments":"{}"},"extra_content":{"google":{"thought_signature":"SIG"}}}]}}]}`
	google := openai.Wire{Quirks: openai.Quirks{Details: true}}
	for name, x := range map[string]struct {
		client    llm.Dialect
		ask, back string // back is the next request, with the answer's %s
		member    string
	}{
		"anthropic": {anthropic.Dialect{}, `{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`,
			`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":%s},{"role":"user","content":[{"type":"tool_result","tool_use_id":"fc_1","content":"ok"}]}]}`, `"content":`},
		"responses": {responses.Dialect{}, `{"model":"m","input":"hi","include":["reasoning.encrypted_content"]}`,
			`{"model":"m","input":%s}`, `"output":`},
	} {
		call, err := x.client.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(x.ask)})
		if err != nil {
			t.Fatal(err)
		}
		own, err := google.Document(call, []byte(answer))
		if err != nil {
			t.Fatal(err)
		}
		s, err := llm.Answer(google, call, llm.NewWhole(own))
		if err != nil {
			t.Fatal(err)
		}
		e, err := s.Next()
		if err != nil {
			t.Fatal(err)
		}
		_, list, _ := strings.Cut(string(e.Raw), x.member)
		list = list[:strings.Index(list, "}]")+2]
		if call, err = x.client.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(strings.Replace(x.back, "%s", list, 1))}); err != nil {
			t.Fatalf("%s: %v: %s", name, err, e.Raw)
		}
		for _, w := range []openai.Wire{google, {}} {
			out, err := llm.Body(w, call, llm.Edit{Model: "m"})
			if err != nil || strings.Contains(string(out), `"extra_content":{"google":{"thought_signature":"SIG"}}`) != w.Quirks.Details {
				t.Errorf("%s, to a server that may be Google's (%v): %s, %v; the client had %s", name, w.Quirks.Details, out, err, e.Raw)
			}
		}
	}
}
