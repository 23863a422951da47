package openai

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// TestFunctionsInTheOldFormAreAnsweredInIt: whoever offers "functions" reads "function_call", of which an answer has one.
func TestFunctionsInTheOldFormAreAnsweredInIt(t *testing.T) {
	t.Parallel()
	list := []llm.Delta{{Kind: llm.Begin, ID: "1"}, {Kind: llm.CallBegin, ID: "c1", Name: "f"}, {Kind: llm.CallDelta, Text: `{"x":`}, {Kind: llm.CallDelta, Text: `1}`},
		{Kind: llm.CallBegin, Call: 1, ID: "c2", Name: "g"}, {Kind: llm.CallDelta, Call: 1, Text: `{}`}, {Kind: llm.Finish, Reason: llm.Calls}, {Kind: llm.End}}
	for stream, says := range map[string][]string{"false": {`"content":null,"function_call":{"name":"f","arguments":"{\"x\":1}"}`},
		"true": {`"function_call":{"name":"f","arguments":""}`, `"function_call":{"arguments":"{\"x\":"}`, `"function_call":{"arguments":"1}"}`}} {
		call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","stream":` + stream + `,"messages":[{"role":"user","content":"hi"}],"functions":[{"name":"f"},{"name":"g"}]}`)})
		if err != nil {
			t.Fatal(err)
		}
		w, out := Dialect{}.Writer(call), []byte(nil)
		for i := range list {
			if out, err = w.Write(out, &list[i]); err != nil {
				t.Fatal(err)
			}
		}
		for _, s := range append(says, `"finish_reason":"function_call"`) {
			if !strings.Contains(string(out), s) || strings.Contains(string(out), "tool_calls") || strings.Contains(string(out), `"g"`) {
				t.Errorf("stream %s does not say %s: %s", stream, s, out)
			}
		}
	}
}

// TestCallsInTheOldFormHaveIDsOfTheirOwn: other providers refuse two calls of one id.
func TestCallsInTheOldFormHaveIDsOfTheirOwn(t *testing.T) {
	t.Parallel()
	const twice = `{"role":"assistant","content":null,"function_call":{"name":"f","arguments":"{}"}},{"role":"function","name":"f","content":"ok"}`
	call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","messages":[{"role":"user","content":"hi"},` + twice + `,` + twice + `],"functions":[{"name":"f"}]}`)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := call.Conversation()
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, turn := range c.Turns {
		for _, p := range turn.Parts {
			if p.Kind == llm.ToolCall || p.Kind == llm.ToolResult {
				ids = append(ids, p.ID)
			}
		}
	}
	if strings.Join(ids, " ") != "f f f_2 f_2" {
		t.Errorf("%q", ids)
	}
}
