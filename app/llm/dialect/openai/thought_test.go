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

// TestASignedThoughtOfAnotherServersComesBack to the server that sent it: OpenRouter wants the entries of reasoning_details as they were.
func TestASignedThoughtOfAnotherServersComesBack(t *testing.T) {
	t.Parallel()
	const text, hidden = `{"type":"reasoning.text","text":"hm\n","signature":"SIG","format":"anthropic-claude-v1","index":0}`,
		`{"type":"reasoning.encrypted","data":"DATA","format":"google-gemini-v1","id":"fc_1","index":1}`
	const call = `"tool_calls":[{"index":0,"id":"fc_1","type":"function","function":{"name":"f","arguments":"{}"}}]`
	const whole = `{"id":"c1","model":"m","choices":[{"index":0,"finish_reason":"tool_calls","message":{"role":"assistant","reasoning":"hm\n","reasoning_details":[` + text + `,` + hidden + `],` + call + `}}]}`
	piece := func(s string) string {
		return `data: {"id":"c1","model":"m","choices":[{"index":0,"delta":{` + s + `},"finish_reason":null}]}` + "\n\n"
	}
	events := piece(`"reasoning":"hm\n","reasoning_details":[{"type":"reasoning.text","text":"hm\n","format":"anthropic-claude-v1","index":0}]`) +
		piece(`"reasoning":null,"reasoning_details":[{"type":"reasoning.text","signature":"SIG","format":"anthropic-claude-v1","index":0}]`) + piece(`"reasoning_details":[`+hidden+`]`) + piece(call) +
		`data: {"id":"c1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}` + "\n\ndata: [DONE]\n\n"
	router := openai.Wire{Quirks: openai.Quirks{Details: true}}
	ask, err := anthropic.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	for stream, body := range map[bool]string{false: whole, true: events} {
		list, err := llm.Told(router, ask, stream, []byte(body), nil)
		if err != nil {
			t.Fatal(err)
		}
		w, out := ask.Dialect.Writer(ask), []byte(nil) // as the client keeps it, in one piece
		for i := range list {
			if out, err = w.Write(out, &list[i]); err != nil {
				t.Fatal(err)
			}
		}
		_, content, _ := strings.Cut(string(out), `"content":`)
		content = content[:strings.LastIndex(content, "}]")+2]
		back, err := anthropic.Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","max_tokens":9,"messages":[{"role":"user","content":"hi"},{"role":"assistant","content":` + content + `},{"role":"user","content":[{"type":"tool_result","tool_use_id":"fc_1","content":"ok"}]}]}`)})
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range []openai.Wire{router, {}} {
			sent, err := llm.Body(w, back, llm.Edit{Model: "m"})
			if err != nil || strings.Contains(string(sent), `"reasoning_details":[`+text+`,`+hidden+`]`) != w.Quirks.Details {
				t.Errorf("stream %v, to a server that may know it (%v): %s, %v; the client had %s", stream, w.Quirks.Details, sent, err, out)
			}
		}
	}
}

// TestThinkingInPartsIsThinking: Mistral's models think in a part of the content.
func TestThinkingInPartsIsThinking(t *testing.T) {
	t.Parallel()
	for name, content := range map[string]string{
		"in parts":   `[{"type":"thinking","thinking":[{"type":"text","text":"A gree"},{"type":"reference","reference_ids":[1]},{"type":"text","text":"ting."}]},{"type":"text","text":"Bonjour"}]`,
		"as a text":  `[{"type":"thinking","thinking":"A greeting."},{"type":"text","text":"Bonjour"}]`,
		"after text": `[{"type":"text","text":"Bonjour"},{"type":"thinking","thinking":"A greeting."}]`,
	} {
		for _, member := range []string{"message", "delta"} {
			raw := `{"id":"c","choices":[{"index":0,"` + member + `":{"role":"assistant","content":` + content + `}}]}`
			deltas, err := openai.Wire{}.Reader(nil, &llm.Conversation{}).Read(nil, llm.Event{Raw: []byte(raw)})
			var thinking, text string
			for _, d := range deltas {
				switch d.Kind {
				case llm.ThinkDelta:
					thinking += d.Text
				case llm.TextDelta:
					text += d.Text
				}
			}
			if err != nil || thinking != "A greeting." || text != "Bonjour" {
				t.Errorf("%s, %s: thinking %q, text %q, %v", name, member, thinking, text, err)
			}
		}
	}
}
