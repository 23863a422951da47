package anthropic

import (
	"encoding/json"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// end writes the reason and the usage, and the end mark; or the whole message.
func (w *writer) end(dst []byte) []byte {
	reason := reasons[w.reason]
	if !w.call.Stream {
		content := make([]any, 0, len(w.done))
		for i := range w.done {
			content = append(content, w.done[i].block())
		}
		return append(dst, dialect.Encode(w.answer(content, &reason))...)
	}
	dst = event(dst, "message_delta", dialect.Encode(struct {
		Type  string  `json:"type"`
		Delta stopped `json:"delta"`
		Usage usage   `json:"usage"`
	}{"message_delta", stopped{&reason, optional(w.stop)}, usageOf(&w.usage)}))
	return event(dst, "message_stop", []byte(`{"type":"message_stop"}`))
}

type stopped struct {
	Reason *string `json:"stop_reason"`
	Stop   *string `json:"stop_sequence"`
}

// answer is a message.
type answer struct {
	ID      string `json:"id"`
	Type    string `json:"type"`
	Role    string `json:"role"`
	Model   string `json:"model"`
	Content []any  `json:"content"`
	stopped
	Usage usage `json:"usage"`
}

func (w *writer) answer(content []any, reason *string) *answer {
	return &answer{ID: w.id, Type: "message", Role: "assistant", Model: w.model, Content: content, stopped: stopped{reason, optional(w.stop)}, Usage: usageOf(&w.usage)}
}

// block is what a block begins with in a stream, and all of it in a document.
func (m *made) block() any {
	switch {
	case m.data != "":
		return struct {
			Type string `json:"type"`
			Data string `json:"data"`
		}{"redacted_thinking", m.data}
	case m.kind == thought:
		return struct {
			Type      string `json:"type"`
			Thinking  string `json:"thinking"`
			Signature string `json:"signature"`
		}{"thinking", m.text, m.signature}
	case m.kind == toolUse:
		return struct {
			Type  string          `json:"type"`
			ID    string          `json:"id"`
			Name  string          `json:"name"`
			Input json.RawMessage `json:"input"`
		}{"tool_use", m.id, m.name, object(m.text)}
	}
	return struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}{"text", m.text}
}

// object is a call's arguments, which must be an object here.
func object(args string) json.RawMessage {
	if t := strings.TrimSpace(args); t != "" && t[0] == '{' && json.Valid([]byte(t)) {
		return json.RawMessage(t)
	}
	if args == "" {
		return json.RawMessage("{}")
	}
	return dialect.Encode(map[string]string{"arguments": args})
}

// usage is Anthropic's way to count: the input is what was neither read from the cache nor written to it.
type usage struct {
	Input  int64 `json:"input_tokens"`
	Writes int64 `json:"cache_creation_input_tokens"`
	Reads  int64 `json:"cache_read_input_tokens"`
	Output int64 `json:"output_tokens"`
}

func usageOf(u *llm.Usage) usage {
	writes := u.CacheWrite5m + u.CacheWrite1h
	return usage{Input: max(u.Input-u.CacheRead-writes, 0), Writes: writes, Reads: u.CacheRead, Output: u.Output}
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}
