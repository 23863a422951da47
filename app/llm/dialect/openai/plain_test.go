package openai

import (
	"encoding/json"
	"testing"
)

// FuzzPlainText: what is read without decoding is what decoding reads, and nothing else was in it.
func FuzzPlainText(f *testing.F) {
	f.Add([]byte(`{"id":"c","choices":[{"index":0,"delta":{"role":"assistant","content":"a\u00e9\n"},"logprobs":null,"finish_reason":null}],"usage":null}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"a","reasoning_content":"b"}}]}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}`))
	f.Add([]byte(`{"choices":[{"delta":{"content":"a"}},{"index":1,"delta":{"content":"b"}}]}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		text, ok := onlyText(payload)
		if !ok {
			return
		}
		var a answer
		if err := json.Unmarshal(payload, &a); err != nil || len(a.Choices) != 1 {
			t.Fatalf("%q: %v, %d choices", payload, err, len(a.Choices))
		}
		c := a.Choices[0]
		said := ""
		if c.Delta != nil {
			_, said = texted(c.Delta.Content)
		}
		if c.Index != 0 || c.Finish != "" || c.Delta == nil || said != text || c.Delta.Thinking != "" || c.Delta.Refusal != "" || len(c.Delta.ToolCalls) > 0 {
			t.Fatalf("%q: read %q, decoded %+v", payload, text, c)
		}
	})
}
