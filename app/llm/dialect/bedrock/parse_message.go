package bedrock

import (
	"encoding/base64"
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
		parts, err := readBlocks(m.Content, at)
		if err != nil {
			return err
		}
		switch m.Role {
		case "user":
			c.Add(llm.User, parts...)
		case "assistant":
			c.Add(llm.Assistant, parts...)
		default:
			return fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send user or assistant.", at, m.Role))
		}
	}
	return nil
}

func readBlocks(r json.RawMessage, at string) ([]llm.Part, error) {
	if len(r) == 0 || string(r) == "null" {
		return nil, nil
	}
	var list []json.RawMessage
	if err := json.Unmarshal(r, &list); err != nil {
		return nil, err
	}
	parts := make([]llm.Part, 0, len(list))
	for _, raw := range list {
		var b block
		if err := json.Unmarshal(raw, &b); err != nil {
			return nil, err
		}
		if b.Cache != nil {
			if n := len(parts); n > 0 {
				parts[n-1].Cache = &llm.Cache{TTL: b.Cache.TTL}
			}
			continue
		}
		p, err := b.part(raw, at)
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (b *block) part(raw []byte, at string) (llm.Part, error) {
	switch {
	case b.Text != nil:
		return llm.Part{Text: *b.Text}, nil
	case b.JSON != nil:
		return llm.Part{Text: string(b.JSON)}, nil
	case b.Image != nil:
		m, err := b.Image.media(at)
		return llm.Part{Kind: llm.Image, Media: m}, err
	case b.Document != nil:
		m, err := b.Document.media(at)
		return llm.Part{Kind: llm.Document, Media: m}, err
	case b.Use != nil:
		in := []byte(b.Use.Input)
		if len(in) == 0 || string(in) == "null" {
			in = []byte("{}")
		}
		return llm.Part{Kind: llm.ToolCall, ID: b.Use.ID, Name: b.Use.Name, Data: in}, nil
	case b.Result != nil:
		p := llm.Part{Kind: llm.ToolResult, ID: b.Result.ID, Failed: b.Result.Status == "error"}
		for i := range b.Result.Content {
			inner, err := b.Result.Content[i].part(nil, at)
			if err != nil {
				return p, err
			}
			p.Parts = append(p.Parts, inner)
		}
		return p, nil
	case b.Reasoning != nil && b.Reasoning.Text != nil:
		p := llm.Part{Kind: llm.Thinking, Text: b.Reasoning.Text.Text}
		if s := b.Reasoning.Text.Signature; s != "" {
			p.Opaque = unseal(s)
		}
		return p, nil
	case b.Reasoning != nil:
		return llm.Part{Kind: llm.Thinking, Opaque: unsealBytes(b.Reasoning.Redacted)}, nil
	}
	return llm.Part{Kind: llm.Foreign, Opaque: &llm.Opaque{Of: llm.Bedrock, Data: string(raw)}}, nil
}

func (m *media) media(at string) (*llm.Media, error) {
	out := &llm.Media{Type: kinds[m.Format], Name: m.Name, Base64: m.Source.Bytes, Text: m.Source.Text}
	switch {
	case m.Source.S3 != nil:
		out.FileID = m.Source.S3.URI
	case m.Source.Bytes == "" && m.Source.Text == "":
		return nil, fault.Field(at+".content.source", at+" holds an image or a document without \"source.bytes\".")
	case strings.HasPrefix(out.Type, "text/") && out.Base64 != "": // a plain text, which every dialect can say
		text, err := base64.StdEncoding.DecodeString(out.Base64)
		if err != nil {
			return nil, fault.Field(at+".content.source.bytes", at+" holds bytes that are no base64.")
		}
		out.Base64, out.Text = "", string(text)
	}
	return out, nil
}
