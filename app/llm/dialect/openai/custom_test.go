package openai

import (
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

const patching = `"messages":[{"role":"user","content":"hi"}],"tools":[{"type":"custom","custom":{"name":"patch","description":"a text","format":{"type":"grammar"}}},{"type":"function","function":{"name":"f"}}],"tool_choice":{"type":"custom","custom":{"name":"patch"}}}`

// TestACustomToolIsOfferedElsewhereAsAFunction of one text.
func TestACustomToolIsOfferedElsewhereAsAFunction(t *testing.T) {
	t.Parallel()
	call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m",` + patching)})
	if err != nil {
		t.Fatal(err)
	}
	c, err := call.Conversation()
	if err != nil {
		t.Fatal(err)
	}
	if p := c.Tools[0]; p.Name != "patch" || p.Description != "a text" || string(p.Schema) != string(Freeform) || p.Native != nil || c.Choose.Name != "patch" || len(c.Tools) != 2 || len(c.Unknown) != 1 {
		t.Errorf("%+v", c)
	}
}

// written is what deltas become for a client that offers a custom tool and a function.
func written(t *testing.T, stream string, list []llm.Delta) string {
	t.Helper()
	call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","stream":` + stream + `,` + patching)})
	if err != nil {
		t.Fatal(err)
	}
	w, out := Dialect{}.Writer(call), []byte(nil)
	for i := range list {
		if out, err = w.Write(out, &list[i]); err != nil {
			t.Fatal(err)
		}
	}
	return string(out)
}

// TestACustomToolsCallComesBackAsOne: the provider knew the tool as one that takes an object.
func TestACustomToolsCallComesBackAsOne(t *testing.T) {
	t.Parallel()
	list := []llm.Delta{{Kind: llm.Begin, ID: "1"}, {Kind: llm.CallBegin, ID: "c1", Name: "patch"}, {Kind: llm.CallBegin, Call: 1, ID: "c2", Name: "f"}, {Kind: llm.CallDelta, Text: `{"input":`},
		{Kind: llm.CallDelta, Call: 1, Text: `{"x":1}`}, {Kind: llm.CallDelta, Text: `"*** \n"}`}, {Kind: llm.Finish, Reason: llm.Calls}, {Kind: llm.End}}
	const fun = `"type":"function","function":{"name":"f","arguments":"{\"x\":1}"}`
	for stream, says := range map[string][]string{"false": {`"id":"c1","type":"custom","custom":{"name":"patch","input":"*** \n"}}`, fun},
		"true": {`{"index":0,"id":"c1","type":"custom","custom":{"name":"patch","input":""}}`, `{"index":0,"custom":{"input":"*** \n"}}`, `{"index":1,"function":{"arguments":"{\"x\":1}"}}`}} {
		out := written(t, stream, list)
		for _, s := range says {
			if !strings.Contains(out, s) {
				t.Errorf("stream %s does not say %s: %s", stream, s, out)
			}
		}
	}
}

// TestACustomToolsCallOutlivesAnAnswerWrittenAnew for a client of this very dialect.
func TestACustomToolsCallOutlivesAnAnswerWrittenAnew(t *testing.T) {
	t.Parallel()
	const whole = `{"id":"chatcmpl-1","choices":[{"index":0,"message":{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"custom","custom":{"name":"patch","input":"*** \"a\"\n"}}]},"finish_reason":"tool_calls"}]}`
	piece := func(s string) string {
		return `data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,` + s + `}]},"finish_reason":null}]}` + "\n\n"
	}
	events := piece(`"id":"c1","type":"custom","custom":{"name":"patch","input":""}`) + piece(`"custom":{"input":"*** \"a"}`) + piece(`"custom":{"input":"\"\n"}`) +
		`data: {"id":"chatcmpl-1","choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}` + "\n\n"
	for stream, body := range map[string]string{"false": whole, "true": events} {
		call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: []byte(`{"model":"m","stream":` + stream + `,` + patching)})
		if err != nil {
			t.Fatal(err)
		}
		list, err := llm.Told(Wire{}, call, call.Stream, []byte(body), []byte("data: [DONE]\n\n"))
		if err != nil {
			t.Fatal(err)
		}
		if out := written(t, stream, list); !strings.Contains(out, `"type":"custom","custom":{"name":"patch","input":"`) || !strings.Contains(out, `"input":"*** \"a\"\n"}`) {
			t.Errorf("stream %s: %s", stream, out)
		}
	}
}
