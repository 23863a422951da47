package anthropic

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
	"github.com/bodhi-gateway/bodhi/app/llm/sse"
)

// reader reads messages, whole and in events, into deltas.
type reader struct {
	names llm.Names
	calls int
	// The block that is open: Anthropic sends one at a time.
	kind      string
	signature strings.Builder
	args      bool // the open call has had a piece of its arguments
}

// Reader implements llm.Wire.
func (Wire) Reader(_ *llm.Call, c *llm.Conversation) llm.Reader { return &reader{names: toolNames(c)} }

// heard is an event, or a whole message.
type heard struct {
	Type    string   `json:"type"`
	ID      string   `json:"id"`
	Model   string   `json:"model"`
	Content []block  `json:"content"`
	Message *message `json:"message"`
	Block   *block   `json:"content_block"`
	Delta   struct {
		Type       string          `json:"type"`
		Text       string          `json:"text"`
		Thinking   string          `json:"thinking"`
		Signature  string          `json:"signature"`
		Partial    string          `json:"partial_json"`
		Citation   json.RawMessage `json:"citation"`
		StopReason string          `json:"stop_reason"`
		Stop       string          `json:"stop_sequence"`
	} `json:"delta"`
	StopReason  string `json:"stop_reason"`
	Stop        string `json:"stop_sequence"`
	InputTokens *int64 `json:"input_tokens"`
}

type message struct {
	ID    string `json:"id"`
	Model string `json:"model"`
}

// Read implements llm.Reader.
func (r *reader) Read(dst []llm.Delta, e llm.Event) ([]llm.Delta, error) {
	payload := e.Raw
	if len(payload) > 0 && payload[0] != '{' {
		payload = sse.Data(e.Raw)
	}
	if len(payload) == 0 { // a comment
		return append(dst, llm.Delta{Kind: llm.Alive}), nil
	}
	if text, ok := word(payload); ok {
		return append(dst, llm.Delta{Kind: llm.TextDelta, Text: text}), nil
	}
	var h heard
	if err := json.Unmarshal(payload, &h); err != nil {
		return dst, fmt.Errorf("anthropic: read an answer: %w", err)
	}
	if h.InputTokens != nil { // count_tokens
		return append(dst, llm.Delta{Kind: llm.Used, Usage: &llm.Usage{Input: *h.InputTokens}}, llm.Delta{Kind: llm.End}), nil
	}
	switch h.Type {
	case "message":
		return r.whole(dst, &h, e.Usage), nil
	case "message_start":
		if h.Message == nil {
			return dst, errShape
		}
		return append(dst, llm.Delta{Kind: llm.Begin, ID: h.Message.ID, Name: h.Message.Model}), nil
	case "content_block_start":
		if h.Block == nil {
			return dst, errShape
		}
		return r.open(dst, h.Block), nil
	case "content_block_delta":
		return r.delta(dst, &h), nil
	case "content_block_stop":
		return r.close(dst), nil
	case "message_delta":
		if h.Delta.StopReason != "" {
			dst = append(dst, finish(h.Delta.StopReason, h.Delta.Stop))
		}
		if e.Usage != nil {
			dst = append(dst, llm.Delta{Kind: llm.Used, Usage: e.Usage})
		}
	case "ping":
		dst = append(dst, llm.Delta{Kind: llm.Alive})
	case "message_stop":
		dst = append(dst, llm.Delta{Kind: llm.End})
	}
	return dst, nil
}

// word reads what an answer mostly is, a piece of text, without decoding it; false for anything else, names among them that
// decoding takes for these in other letters.
func word(payload []byte) (text string, ok bool) {
	c := scan.New(payload)
	c.Object()
	block, found := false, false
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			block = string(c.Value(t, nil)) == "content_block_delta"
		case string(name) == "delta" && c.Kind() == scan.Object:
			text, found = textDelta(&c)
		case bytes.EqualFold(name, []byte("type")), bytes.EqualFold(name, []byte("delta")):
			return "", false
		default:
			c.Skip()
		}
	}
	return text, block && found && c.End()
}

// textDelta reads a text_delta.
func textDelta(c *scan.Cursor) (text string, ok bool) {
	c.Object()
	kind, found := false, false
	for key, more := c.Key(); more; key, more = c.Key() {
		switch name := c.Value(key, nil); {
		case string(name) == "type" && c.Kind() == scan.String:
			t, _ := c.String()
			kind = string(c.Value(t, nil)) == "text_delta"
		case string(name) == "text" && c.Kind() == scan.String:
			t, _ := c.String()
			text, found = string(c.Value(t, nil)), true
		case bytes.EqualFold(name, []byte("type")), bytes.EqualFold(name, []byte("text")):
			return "", false
		default:
			c.Skip()
		}
	}
	return text, kind && found
}

func (r *reader) open(dst []llm.Delta, b *block) []llm.Delta {
	r.kind, r.args = b.Type, false
	r.signature.Reset()
	switch b.Type {
	case "text":
		if b.Text != "" {
			dst = append(dst, llm.Delta{Kind: llm.TextDelta, Text: b.Text})
		}
	case "thinking":
		r.signature.WriteString(b.Signature)
		if b.Thinking != "" {
			dst = append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: b.Thinking})
		}
	case "redacted_thinking":
		dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: &llm.Opaque{Of: llm.Anthropic, Data: b.Data, Redacted: true}})
	case "tool_use":
		dst = append(dst, llm.Delta{Kind: llm.CallBegin, Call: r.calls, ID: b.ID, Name: r.names.Back(b.Name)})
		if in := strings.TrimSpace(string(b.Input)); in != "" && in != "{}" && in != "null" {
			r.args = true
			dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls, Text: in})
		}
		r.calls++
	}
	return dst
}

func (r *reader) delta(dst []llm.Delta, h *heard) []llm.Delta {
	d := &h.Delta
	switch d.Type {
	case "text_delta":
		return append(dst, llm.Delta{Kind: llm.TextDelta, Text: d.Text})
	case "thinking_delta":
		return append(dst, llm.Delta{Kind: llm.ThinkDelta, Text: d.Thinking})
	case "signature_delta":
		r.signature.WriteString(d.Signature)
	case "input_json_delta":
		if r.kind == "tool_use" && d.Partial != "" {
			r.args = true
			return append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls - 1, Text: d.Partial})
		}
	case "citations_delta":
		return append(dst, llm.Delta{Kind: llm.CiteDelta, Raw: d.Citation, Of: llm.Anthropic})
	}
	return dst
}

// close ends a block: a signature is only whole now, and a call without arguments has an empty object.
func (r *reader) close(dst []llm.Delta) []llm.Delta {
	switch {
	case r.kind == "thinking" && r.signature.Len() > 0:
		dst = append(dst, llm.Delta{Kind: llm.OpaqueDelta, Opaque: &llm.Opaque{Of: llm.Anthropic, Data: r.signature.String()}})
	case r.kind == "tool_use" && !r.args:
		dst = append(dst, llm.Delta{Kind: llm.CallDelta, Call: r.calls - 1, Text: "{}"})
	}
	r.kind = ""
	return dst
}

func (r *reader) whole(dst []llm.Delta, h *heard, u *llm.Usage) []llm.Delta {
	dst = append(dst, llm.Delta{Kind: llm.Begin, ID: h.ID, Name: h.Model})
	for i := range h.Content {
		dst = r.open(dst, &h.Content[i])
		dst = r.close(dst)
	}
	dst = append(dst, finish(h.StopReason, h.Stop))
	if u != nil {
		dst = append(dst, llm.Delta{Kind: llm.Used, Usage: u})
	}
	return append(dst, llm.Delta{Kind: llm.End})
}

func finish(word, stop string) llm.Delta {
	d := llm.Delta{Kind: llm.Finish, Text: stop}
	for reason, w := range reasons {
		if w == word {
			d.Reason = llm.Reason(reason)
		}
	}
	return d
}

// reasons are the stop reasons by llm.Reason.
var reasons = [...]string{llm.Stopped: "end_turn", llm.StopSequence: "stop_sequence", llm.Length: "max_tokens", llm.Calls: "tool_use",
	llm.Filtered: "refusal", llm.Paused: "pause_turn", llm.Overflow: "model_context_window_exceeded"}
