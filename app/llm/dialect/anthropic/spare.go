package anthropic

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// spared takes thinking that another provider made, and that a client sends back as it came, out of a request that goes to
// Anthropic: its signature is none that Anthropic gave. With a thinking budget Anthropic refuses a tool turn that does not
// begin with its own thinking, so thinking is switched off then, as for calls that are translated.
func spared(call *llm.Call, notes *llm.Notes) []llm.Cut {
	cuts := dialect.Purge(call.Body, dialect.Sealed, "messages", "content", func(raw []byte) dialect.Verdict {
		var b block
		if json.Unmarshal(raw, &b) != nil {
			return dialect.Verdict{}
		}
		return dialect.Verdict{Gone: b.Type == "thinking" && strings.HasPrefix(b.Signature, sealed) ||
			b.Type == "redacted_thinking" && strings.HasPrefix(b.Data, sealed)}
	})
	if len(cuts) == 0 {
		return nil
	}
	notes.Change("messages.content.thinking", "of another provider was left out")
	at, found := dialect.Member(call.Body, "thinking")
	var t thinking
	if found && json.Unmarshal(call.Body[at.From:at.To], &t) == nil && t.Type == "enabled" && bare(llm.Splice(call.Body, cuts)) {
		notes.Drop("thinking (the earlier thinking is another provider's)")
		cuts = append(cuts, at.Replace(`{"type":"disabled"}`))
	}
	return cuts
}

// bare reports whether the last assistant turn calls tools without thinking before them.
func bare(body []byte) bool {
	var q struct {
		Messages []struct {
			Role    string          `json:"role"`
			Content json.RawMessage `json:"content"`
		} `json:"messages"`
	}
	if json.Unmarshal(body, &q) != nil {
		return false
	}
	for _, m := range slices.Backward(q.Messages) {
		if m.Role != "assistant" {
			continue
		}
		var blocks []struct{ Type string }
		if json.Unmarshal(m.Content, &blocks) != nil || len(blocks) == 0 { // a text
			return false
		}
		first := blocks[0].Type
		return first != "thinking" && first != "redacted_thinking" && slices.Contains(blocks, struct{ Type string }{"tool_use"})
	}
	return false
}
