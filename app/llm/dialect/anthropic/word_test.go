package anthropic

import (
	"encoding/json"
	"testing"
)

// FuzzWord: what is read without decoding is what decoding reads.
func FuzzWord(f *testing.F) {
	f.Add([]byte(`{"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"a\u00e9\n"}}`))
	f.Add([]byte(`{"type":"content_block_delta","delta":{"type":"thinking_delta","thinking":"a"}}`))
	f.Add([]byte(`{"delta":{"text":"a","type":"text_delta","text":"b"},"type":"content_block_delta"}`))
	f.Fuzz(func(t *testing.T, payload []byte) {
		text, ok := word(payload)
		if !ok {
			return
		}
		var h heard
		if err := json.Unmarshal(payload, &h); err != nil || h.Type != "content_block_delta" || h.Delta.Type != "text_delta" || h.Delta.Text != text {
			t.Fatalf("%q: read %q, decoded %+v, %v", payload, text, h.Delta, err)
		}
	})
}
