package anthropic

import (
	"bytes"
	"slices"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// TestNewerModelsAreAskedAsTheyTakeIt: what a chat completion says to every model, the newer ones refuse.
func TestNewerModelsAreAskedAsTheyTakeIt(t *testing.T) {
	t.Parallel()
	for _, x := range []struct {
		model    string
		samples  bool // takes temperature, top_p and top_k
		prefills bool // goes on with what the assistant has begun
	}{
		{"claude-sonnet-4-5-20250929", true, true},
		{"claude-sonnet-4-20250514", true, true},
		{"claude-3-5-haiku-latest", true, true},
		{"claude-opus-4-6", true, false},
		{"claude-opus-4-7", false, false},
		{"claude-opus-4-8@20260801", false, false},
		{"claude-sonnet-5", false, false},
		{"claude-haiku-5-5", false, false},
		{"kimi-k2", true, true},
	} {
		for name, sampling := range map[string]llm.Sampling{"temperature": {Temperature: "0.2"}, "top_p": {TopP: "0.9"}, "top_k": {TopK: "40"}} {
			c := &llm.Conversation{Sampling: sampling}
			c.Add(llm.User, llm.Part{Text: "hi"})
			notes := &llm.Notes{}
			out, err := Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: x.model, Notes: notes})
			if err != nil || bytes.Contains(out, []byte(`"`+name+`"`)) != x.samples || slices.Contains(notes.Warnings(), "dropped "+name+" (the model takes none)") == x.samples {
				t.Errorf("%s: %s, %v, %v", x.model, out, notes.Warnings(), err)
			}
		}
		c := &llm.Conversation{}
		c.Add(llm.User, llm.Part{Text: "hi"})
		c.Add(llm.Assistant, llm.Part{Text: "The answer is "})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: x.model, Notes: notes})
		if err != nil || bytes.Contains(out, []byte(`{"role":"user","content":[{"type":"text","text":"Continue."}]}]`)) == x.prefills || len(notes.Warnings()) > 0 == x.prefills {
			t.Errorf("%s: %s, %v, %v", x.model, out, notes.Warnings(), err)
		}
	}
}

// TestAnHourOfCacheIsWrittenOnlyWhereTheHoldPaysForIt: it costs twice the input, and five minutes a quarter more.
func TestAnHourOfCacheIsWrittenOnlyWhereTheHoldPaysForIt(t *testing.T) {
	t.Parallel()
	for _, paid := range []bool{true, false} {
		c := &llm.Conversation{Tools: []llm.Tool{{Name: "f", Cache: &llm.Cache{TTL: "1h"}}}}
		c.Add(llm.User, llm.Part{Text: "hi", Cache: &llm.Cache{TTL: "5m"}})
		out, err := Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1, Bound: llm.Bound{LongCache: paid}}, c, llm.Edit{Model: "claude-sonnet-4-5"})
		if err != nil || bytes.Contains(out, []byte(`"ttl":"1h"`)) != paid || !bytes.Contains(out, []byte(`"ttl":"5m"`)) || bytes.Count(out, []byte(`"cache`)) != 2 {
			t.Errorf("paid %v: %s, %v", paid, out, err)
		}
	}
}

// TestThinkingThatWasNotKeptEndsABudgetOnly: models that think as they see fit take calls without the thinking before them.
func TestThinkingThatWasNotKeptEndsABudgetOnly(t *testing.T) {
	t.Parallel()
	for model, thinks := range map[string]bool{"claude-sonnet-4-5": false, "claude-opus-4-6": false, "claude-opus-4-7": true, "claude-sonnet-5": true} {
		c := &llm.Conversation{Reasoning: llm.Reasoning{Effort: "high"}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		c.Add(llm.Assistant, llm.Part{Kind: llm.ToolCall, ID: "a", Name: "f", Data: []byte("{}")})
		c.Add(llm.User, llm.Part{Kind: llm.ToolResult, ID: "a", Parts: []llm.Part{{Text: "ok"}}})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: model, DefaultOutput: 64_000, Notes: notes})
		if err != nil || bytes.Contains(out, []byte(`"thinking"`)) != thinks || len(notes.Warnings()) > 0 == thinks {
			t.Errorf("%s: %s, %v, %v", model, out, notes.Warnings(), err)
		}
	}
}

// TestSchemasAreWrittenAsAnthropicTakesThem: it refuses objects that are not closed, and nearly all bounds.
func TestSchemasAreWrittenAsAnthropicTakesThem(t *testing.T) {
	t.Parallel()
	const closed = `{"type":"object","properties":{"a":{"type":"string","format":"date"}},"required":["a"],"additionalProperties":false}`
	for schema, want := range map[string]string{
		closed: `"schema":` + closed + `}`,
		`{"type":"object","properties":{"minimum":{"type":"integer","minimum":0,"format":"int32"}}}`:                                      `"schema":{"type":"object","properties":{"minimum":{"type":"integer","description":"{minimum: 0, format: \"int32\"}"}},"additionalProperties":false}}`,
		`{"$ref":"#/$defs/x","$defs":{"x":{"additionalProperties":true,"properties":{"a":{"maxLength":9,"description":"A word."}}}}}`:     `"schema":{"$ref":"#/$defs/x","$defs":{"x":{"additionalProperties":false,"properties":{"a":{"description":"A word.\n\n{maxLength: 9}"}}}}}}`,
		`{"type":"array","minItems":1,"maxItems":3,"items":{"anyOf":[{"type":["object","null"],"properties":{}},{"type":"string"}]}}`:     `"schema":{"type":"array","minItems":1,"items":{"anyOf":[{"type":["object","null"],"properties":{},"additionalProperties":false},{"type":"string"}]},"description":"{maxItems: 3}"}}`,
		`{"type":"object","additionalProperties":{"type":"number"}}`:                                                                      `JSON Schema and with nothing else: no text before or after it, no code fence.\n\n{\"type\":\"object\",\"additionalProperties\":{\"type\":\"number\"}}"}]`,
		`{"type":"object","properties":{"scores":{"type":"object","additionalProperties":{"type":"number"}}}}`:                            `"system":[{"type":"text"`,
		`{"type":"array","items":{"$ref":"#/$defs/x"},"$defs":{"x":{"type":"object"}}}`:                                                   `"system":[{"type":"text"`,
		`{"type":"object","properties":{"none":{"type":"object","additionalProperties":false}},"additionalProperties":false,"minimum":1}`: `"none":{"type":"object","additionalProperties":false}`,
		``: `"system":[{"type":"text","text":"Answer with one JSON object and nothing else: no text before or after it, no code fence."}]`,
	} {
		c := &llm.Conversation{Format: llm.Format{Kind: llm.FormatSchema, Schema: []byte(schema)}}
		c.Add(llm.User, llm.Part{Text: "hi"})
		notes := &llm.Notes{}
		out, err := Wire{}.Render(&llm.Call{Operation: llm.Chat, Choices: 1}, c, llm.Edit{Model: "claude-sonnet-5", Notes: notes})
		if err != nil || !bytes.Contains(out, []byte(want)) || len(notes.Warnings()) > 0 != (schema != closed) {
			t.Errorf("%s: %s, %v, %v", schema, out, notes.Warnings(), err)
		}
	}
}
