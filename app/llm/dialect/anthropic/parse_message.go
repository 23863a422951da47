package anthropic

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func parseMessages(c *llm.Conversation, r json.RawMessage) error {
	var list []struct {
		Role    string          `json:"role"`
		Content json.RawMessage `json:"content"`
	}
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	for i, m := range list {
		at := fmt.Sprintf("messages[%d]", i)
		parts, err := readContent(m.Content, at)
		if err != nil {
			return err
		}
		switch m.Role {
		case "user":
			c.Add(llm.User, parts...)
		case "assistant":
			c.Add(llm.Assistant, parts...)
		case "system":
			c.Add(llm.System, parts...)
		default:
			return fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send user or assistant.", at, m.Role))
		}
	}
	return nil
}

// block is a part of a message.
type block struct {
	Type      string          `json:"type"`
	Text      string          `json:"text"`
	Thinking  string          `json:"thinking"`
	Signature string          `json:"signature"`
	Data      string          `json:"data"`
	ID        string          `json:"id"`
	Name      string          `json:"name"`
	Input     json.RawMessage `json:"input"`
	ToolUseID string          `json:"tool_use_id"`
	Content   json.RawMessage `json:"content"`
	Failed    bool            `json:"is_error"`
	Source    *source         `json:"source"`
	Title     string          `json:"title"`
	Cache     *mark           `json:"cache_control"`
}

type source struct {
	Type      string          `json:"type"`
	MediaType string          `json:"media_type"`
	Data      string          `json:"data"`
	URL       string          `json:"url"`
	FileID    string          `json:"file_id"`
	Content   json.RawMessage `json:"content"`
}

// readContent reads a text or blocks.
func readContent(r json.RawMessage, at string) ([]llm.Part, error) {
	if len(r) == 0 || string(r) == "null" {
		return nil, nil
	}
	if r[0] == '"' {
		var s string
		if err := json.Unmarshal(r, &s); err != nil || s == "" {
			return nil, err
		}
		return []llm.Part{{Text: s}}, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(r, &list); err != nil {
		return nil, err
	}
	parts := make([]llm.Part, 0, len(list))
	var held *llm.Opaque // of the tool call that follows
	for i, raw := range list {
		if kind, ok := kindOf(raw); ok && kind == "search_result" { // its source is a text
			parts = append(parts, foreign(raw))
			continue
		}
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, err
		}
		p, err := b.part(raw, fmt.Sprintf("%s.content[%d]", at, i))
		if err != nil {
			return nil, err
		}
		if o := p.Opaque; p.Kind == llm.Thinking && o != nil && o.Of != llm.Anthropic && strings.HasPrefix(o.Data, onCall) {
			held = &llm.Opaque{Of: o.Of, Data: o.Data[len(onCall):]}
			continue
		}
		if p.Kind == llm.ToolCall {
			p.Opaque, held = held, nil
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func foreign(raw []byte) llm.Part {
	return llm.Part{Kind: llm.Foreign, Opaque: &llm.Opaque{Of: llm.Anthropic, Data: string(raw)}}
}

func (b *block) part(raw []byte, at string) (llm.Part, error) {
	p := llm.Part{Cache: b.Cache.cache()}
	switch b.Type {
	case "text":
		p.Text = b.Text
	case "thinking":
		p.Kind, p.Text = llm.Thinking, b.Thinking
		if b.Signature != "" {
			p.Opaque = unseal(b.Signature, false)
		}
	case "redacted_thinking":
		p.Kind, p.Opaque = llm.Thinking, unseal(b.Data, true)
	case "tool_use":
		p.Kind, p.ID, p.Name, p.Data = llm.ToolCall, b.ID, b.Name, b.Input
		if len(p.Data) == 0 || string(p.Data) == "null" {
			p.Data = []byte("{}")
		}
	case "tool_result":
		inner, err := readContent(b.Content, at)
		if err != nil {
			return p, err
		}
		p.Kind, p.ID, p.Parts, p.Failed = llm.ToolResult, b.ToolUseID, inner, b.Failed
	case "image", "document":
		if p.Kind = llm.Image; b.Type == "document" {
			p.Kind = llm.Document
		}
		if b.Source == nil {
			return p, fault.Field(at+".source", at+" has no \"source\".")
		}
		return p, b.media(&p, at)
	default:
		return foreign(raw), nil
	}
	return p, nil
}

func (b *block) media(p *llm.Part, at string) error {
	s := b.Source
	p.Media = &llm.Media{Type: s.MediaType, Name: b.Title}
	switch s.Type {
	case "base64":
		p.Media.Base64 = s.Data
	case "url":
		p.Media.URL = s.URL
	case "file":
		p.Media.FileID = s.FileID
	case "text":
		p.Media.Text = s.Data
	case "content":
		inner, err := readContent(s.Content, at)
		if err != nil {
			return err
		}
		p.Media.Text = llm.JoinText(inner)
	default:
		return fault.Field(at+".source.type", fmt.Sprintf("%s has a source of type %q. Send base64, url, file, text or content.", at, s.Type))
	}
	return nil
}
