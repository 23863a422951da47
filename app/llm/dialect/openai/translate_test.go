package openai

import (
	"bytes"
	"io"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

// FuzzParse: whatever Decode lets pass becomes a conversation or is refused as the client's mistake, and what became one can
// be rendered again.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Add([]byte(`{"model":"m","messages":[{"role":"assistant","reasoning_details":[{"type":"reasoning.text","signature":"s"}],"tool_calls":[{"function":{"name":"f","arguments":"x"}}]},{"role":"tool","tool_call_id":"c","content":[{"type":"text"}]}],"tools":[null,{"function":{"name":"a b"}}],"tool_choice":{"name":"f"},"stop":["a"],"n":2}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		call, err := Dialect{}.Decode(llm.Ask{Operation: llm.Chat, Body: body})
		if err != nil {
			return
		}
		c, err := call.Conversation()
		if err != nil {
			if fault.From(err).Kind != fault.Invalid {
				t.Fatalf("%q: %v", body, err)
			}
			return
		}
		notes := &llm.Notes{}
		out, err := Wire{}.Render(call, c, llm.Edit{Model: "m", Notes: notes})
		if err != nil {
			t.Fatal(err)
		}
		if notes.Err() != nil || bytes.Contains(out, []byte(`"messages":null`)) { // nothing that OpenAI would take either
			return
		}
		if _, err := (Dialect{}).Decode(llm.Ask{Operation: llm.Chat, Body: out}); err != nil {
			t.Fatalf("%q became %q: %v", body, out, err)
		}
	})
}

// FuzzRead: no stream makes the reader or the writer panic.
func FuzzRead(f *testing.F) {
	f.Add([]byte(chip("a") + usageChunk + mark))
	f.Add([]byte(`data: {"choices":[{"index":-1,"delta":{"tool_calls":[{"index":9,"id":"a","function":{"name":"f"}},{"index":-3,"function":{"arguments":"{}"}}]},"finish_reason":"stop"}]}` + "\n\n" + mark))
	f.Fuzz(func(t *testing.T, stream []byte) {
		for _, streams := range []bool{true, false} {
			s := NewStream(io.NopCloser(bytes.NewReader(stream)), &llm.Call{})
			r, w := Wire{}.Reader(nil, &llm.Conversation{}), Dialect{}.Writer(&llm.Call{Stream: streams})
			for {
				e, err := s.Next()
				if err != nil || e.Kind == llm.Failed {
					break
				}
				deltas, err := r.Read(nil, e)
				for i := range deltas {
					if err == nil {
						_, err = w.Write(nil, &deltas[i])
					}
				}
				if err != nil {
					break
				}
			}
		}
	})
}
