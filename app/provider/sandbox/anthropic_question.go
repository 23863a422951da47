package sandbox

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// messagesRequest is what the sandbox reads of a messages request; it ignores fields that it does not know.
type messagesRequest struct {
	Model     string          `json:"model"`
	MaxTokens *int64          `json:"max_tokens"`
	System    json.RawMessage `json:"system"`
	Messages  []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	} `json:"messages"`
	Stream      bool     `json:"stream"`
	Stop        []string `json:"stop_sequences"`
	Temperature *float64 `json:"temperature"`
	Tools       []struct {
		Type   string          `json:"type"`
		Name   string          `json:"name"`
		Schema json.RawMessage `json:"input_schema"`
	} `json:"tools"`
	ToolChoice *struct {
		Type   string `json:"type"`
		Name   string `json:"name"`
		Single bool   `json:"disable_parallel_tool_use"`
	} `json:"tool_choice"`
	Thinking *struct {
		Type   string `json:"type"`
		Budget int64  `json:"budget_tokens"`
	} `json:"thinking"`
	Output struct {
		Format *struct {
			Type   string          `json:"type"`
			Schema json.RawMessage `json:"schema"`
		} `json:"format"`
	} `json:"output_config"`
}

// askedBlock is a block of a message.
type askedBlock struct {
	Type      string          `json:"type"`
	Text      string          `json:"text"`
	Thinking  string          `json:"thinking"`
	Signature string          `json:"signature"`
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	ToolUseID string          `json:"tool_use_id"`
	Content   json.RawMessage `json:"content"`
	Source    struct {
		Type      string `json:"type"`
		MediaType string `json:"media_type"`
		Data      string `json:"data"`
		URL       string `json:"url"`
	} `json:"source"`
}

// understandAnthropic validates the request as Anthropic does and makes the sandbox's own question of it, so that every
// face counts tokens and answers the same way.
func (s *Sandbox) understandAnthropic(r *http.Request, counting bool) (*question, *failure) {
	var m messagesRequest
	if f := decode(r, &m); f != nil {
		return nil, f
	}
	q := &question{key: anthropicKey(r)}
	if f := q.adopt(&m, counting); f != nil {
		return nil, f
	}
	var f *failure
	if q.base, q.script, f = s.enter(r, m.Model, "sandbox-chat", "sandbox-reasoning", "sandbox-vision", claude); f != nil {
		return nil, f
	}
	texts, tokens, f := q.read()
	if f != nil || counting {
		return q, f
	}
	if n := s.seen.note(q.key+"\x00"+q.base, texts, tokens); strings.Contains(string(q.raw), `"cache_control"`) {
		q.cached = n // Anthropic caches only where it is told to
	}
	if q.script.Cached >= 0 {
		q.cached = min(int64(q.script.Cached), q.prompt)
	}
	return q, nil
}

// adopt checks what Anthropic checks, in its words, and fills the question.
func (q *question) adopt(m *messagesRequest, counting bool) *failure {
	bad := func(message string) *failure { return &failure{status: 400, message: message} }
	switch {
	case m.Model == "":
		return bad("model: Field required")
	case m.MaxTokens == nil && !counting:
		return bad("max_tokens: Field required")
	case m.MaxTokens != nil && *m.MaxTokens < 1:
		return bad("max_tokens: Input should be greater than or equal to 1")
	case len(m.Messages) == 0:
		return bad("messages: at least one message is required")
	case m.Temperature != nil && (*m.Temperature < 0 || *m.Temperature > 1):
		return bad("temperature: range: 0..1")
	}
	if f := q.think(m); f != nil {
		return f
	}
	q.Model, q.MaxTokens, q.Stream, q.stop = m.Model, m.MaxTokens, m.Stream, m.Stop
	q.raw = m.System
	if f := q.hear("system", "system", m.System); f != nil {
		return f
	}
	for i, msg := range m.Messages {
		if msg.Role != "user" && msg.Role != "assistant" {
			return bad("messages." + strconv.Itoa(i) + ".role: Input should be 'user' or 'assistant'")
		}
		q.raw = append(q.raw, msg.Content...)
		if f := q.hear(msg.Role, "messages."+strconv.Itoa(i), msg.Content); f != nil {
			return f
		}
	}
	return q.equip(m)
}

// think reads what thinking is asked for. Without it, no model thinks in this dialect.
func (q *question) think(m *messagesRequest) *failure {
	q.ReasoningEffort = "none"
	if m.Thinking == nil || m.Thinking.Type == "disabled" {
		return nil
	}
	switch {
	case m.Thinking.Type == "adaptive":
	case m.Thinking.Budget < 1024:
		return &failure{status: 400, message: "thinking.enabled.budget_tokens: Input should be greater than or equal to 1024"}
	case m.MaxTokens != nil && m.Thinking.Budget >= *m.MaxTokens:
		return &failure{status: 400, message: "`max_tokens` must be greater than `thinking.budget_tokens`."}
	case m.Temperature != nil && *m.Temperature != 1:
		return &failure{status: 400, message: "`temperature` may only be set to 1 when thinking is enabled."}
	case m.ToolChoice != nil && (m.ToolChoice.Type == "any" || m.ToolChoice.Type == "tool"):
		return &failure{status: 400, message: "Thinking may not be enabled when tool_choice forces tool use."}
	}
	q.ReasoningEffort = "medium"
	return nil
}

// equip reads the tools and the format.
func (q *question) equip(m *messagesRequest) *failure {
	for i, t := range m.Tools {
		if t.Type != "" && t.Type != "custom" {
			continue // Anthropic's own; the sandbox has none
		}
		if t.Name == "" || len(t.Schema) == 0 {
			return &failure{status: 400, message: "tools." + strconv.Itoa(i) + ".custom.input_schema: Field required"}
		}
		var own tool
		own.Type, own.Function.Name, own.Function.Parameters = "function", t.Name, t.Schema
		q.Tools = append(q.Tools, own)
	}
	several := false
	if c := m.ToolChoice; c != nil {
		switch c.Type {
		case "any":
			q.ToolChoice = json.RawMessage(`"required"`)
		case "none":
			q.ToolChoice = json.RawMessage(`"none"`)
		case "tool":
			q.ToolChoice = encode(map[string]any{"function": map[string]string{"name": c.Name}})
		}
		several = !c.Single && c.Type == "any"
	}
	q.ParallelToolCalls = &several
	if f := m.Output.Format; f != nil && f.Type == "json_schema" {
		q.ResponseFormat = &responseFormat{Type: "json_schema"}
		q.ResponseFormat.JSONSchema = &struct {
			Name   string          `json:"name"`
			Schema json.RawMessage `json:"schema"`
		}{"answer", f.Schema}
	}
	return nil
}

// hear makes the sandbox's messages of one of Anthropic's: a tool's result is one of its own.
func (q *question) hear(role, at string, content json.RawMessage) *failure {
	if len(content) == 0 || string(content) == "null" {
		return nil
	}
	if content[0] == '"' {
		q.Messages = append(q.Messages, message{Role: role, Content: content})
		return nil
	}
	var blocks []askedBlock
	if json.Unmarshal(content, &blocks) != nil {
		return &failure{status: 400, message: at + ".content: Input should be a valid list"}
	}
	var parts []map[string]any
	var calls []askedBlock
	for i, b := range blocks {
		switch b.Type {
		case "text":
			if strings.TrimSpace(b.Text) == "" {
				return &failure{status: 400, message: at + ".content." + strconv.Itoa(i) + ": text content blocks must be non-empty"}
			}
			parts = append(parts, map[string]any{"type": "text", "text": b.Text})
		case "image":
			url := b.Source.URL
			if b.Source.Type == "base64" {
				url = "data:" + b.Source.MediaType + ";base64," + b.Source.Data
			}
			parts = append(parts, map[string]any{"type": "image_url", "image_url": map[string]string{"url": url}})
		case "document":
			parts = append(parts, b.document())
		case "tool_use":
			calls = append(calls, b)
		case "tool_result":
			q.Messages = append(q.Messages, message{Role: "tool", ToolCallID: b.ToolUseID, Content: encode(resultText(b.Content))})
		case "thinking":
			if b.Signature != signature(b.Thinking) {
				return &failure{status: 400, message: at + ".content." + strconv.Itoa(i) + ": Invalid `signature` in `thinking` block"}
			}
		case "redacted_thinking":
		default:
			return &failure{status: 400, message: at + ".content." + strconv.Itoa(i) + ": Input tag '" + b.Type + "' found using 'type' does not match any of the expected tags"}
		}
	}
	if len(parts) > 0 || len(calls) > 0 {
		own := message{Role: role, Content: encode(parts)}
		if len(calls) > 0 {
			own.ToolCalls = encode(calls)
		}
		q.Messages = append(q.Messages, own)
	}
	return nil
}

// document is a text, or a file.
func (b *askedBlock) document() map[string]any {
	if b.Source.Type == "text" {
		return map[string]any{"type": "text", "text": b.Source.Data}
	}
	return map[string]any{"type": "file", "file": map[string]string{"file_data": "data:" + b.Source.MediaType + ";base64," + b.Source.Data}}
}

// resultText is what a tool gave, as text.
func resultText(raw json.RawMessage) string {
	var s string
	if json.Unmarshal(raw, &s) == nil {
		return s
	}
	var blocks []askedBlock
	_ = json.Unmarshal(raw, &blocks)
	for _, b := range blocks {
		s += b.Text
	}
	return s
}
