package openai

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func errorsAs(err error, f **fault.Error) bool { return errors.As(err, f) }

// typeOf says in few words what encoding/json found in the wrong place.
func typeOf(err error) string {
	var t *json.UnmarshalTypeError
	if errors.As(err, &t) {
		return t.Value + " is not what belongs there"
	}
	return "it cannot be read"
}

// cacheMark is cache_control, which OpenAI does not know and clients of Anthropic's models send all the same.
type cacheMark struct {
	Type string `json:"type"`
	TTL  string `json:"ttl,omitempty"`
}

func (m *cacheMark) cache() *llm.Cache {
	if m == nil {
		return nil
	}
	return &llm.Cache{TTL: m.TTL}
}

// said is one message.
type said struct {
	Role             string          `json:"role"`
	Content          json.RawMessage `json:"content"`
	Refusal          string          `json:"refusal"`
	ReasoningContent string          `json:"reasoning_content"`
	Reasoning        []thought       `json:"reasoning_details"`
	ToolCalls        []madeCall      `json:"tool_calls"`
	FunctionCall     *called         `json:"function_call"`
	ToolCallID       string          `json:"tool_call_id"`
	Name             string          `json:"name"`
	Cache            *cacheMark      `json:"cache_control"`
}

type madeCall struct {
	Index    *int      `json:"index,omitempty"`
	ID       string    `json:"id,omitempty"`
	Type     string    `json:"type,omitempty"`
	Function *called   `json:"function,omitempty"`
	Custom   *textCall `json:"custom,omitempty"`
	Extra    *extra    `json:"extra_content,omitempty"`
}

type called struct {
	Name      string `json:"name,omitempty"`
	Arguments string `json:"arguments"`
}

func parseMessages(c *llm.Conversation, r json.RawMessage) error {
	var list []said
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	ids := legacyIDs{}
	for i := range list {
		role, parts, err := list[i].parts(fmt.Sprintf("messages[%d]", i))
		if err != nil {
			return err
		}
		ids.name(&list[i], parts)
		if n := len(parts); n > 0 && list[i].Cache != nil {
			parts[n-1].Cache = list[i].Cache.cache()
		}
		c.Add(role, parts...)
	}
	return nil
}

// parts are a message's pieces, in the order in which other dialects want them: thinking, text, calls.
func (m *said) parts(at string) (llm.Role, []llm.Part, error) {
	content, err := readContent(m.Content, at)
	if err != nil {
		return 0, nil, err
	}
	switch m.Role {
	case "system", "developer":
		return llm.System, content, nil
	case "user":
		return llm.User, content, nil
	case "tool", "function":
		id := m.ToolCallID
		if id == "" {
			id = m.Name
		}
		if id == "" {
			return 0, nil, fault.Field(at+".tool_call_id", at+" is a tool's result without a \"tool_call_id\". Send the id of the call that it answers.")
		}
		return llm.User, []llm.Part{{Kind: llm.ToolResult, ID: id, Parts: content}}, nil
	case "assistant":
		return llm.Assistant, append(m.thinking(), append(content, m.acts()...)...), nil
	}
	return 0, nil, fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send one of system, developer, user, assistant, tool.", at, m.Role))
}

// acts are an assistant's refusal and its calls.
func (m *said) acts() (parts []llm.Part) {
	if m.Refusal != "" {
		parts = append(parts, llm.Part{Kind: llm.Refusal, Text: m.Refusal})
	}
	for _, t := range m.ToolCalls {
		switch {
		case t.Custom != nil:
			parts = append(parts, llm.Part{Kind: llm.ToolCall, ID: t.ID, Name: t.Custom.Name, Data: []byte(Freely(t.Custom.Input))})
		case t.Function != nil:
			parts = append(parts, llm.Part{Kind: llm.ToolCall, ID: t.ID, Name: t.Function.Name, Data: arguments(t.Function.Arguments), Opaque: t.Extra.opaque()})
		}
	}
	if f := m.FunctionCall; f != nil {
		parts = append(parts, llm.Part{Kind: llm.ToolCall, ID: f.Name, Name: f.Name, Data: arguments(f.Arguments)})
	}
	return parts
}

// arguments are a call's; models write none as "", which is no JSON.
func arguments(s string) []byte {
	if s == "" {
		return []byte("{}")
	}
	return []byte(s)
}

// piece is one part of a message's content.
type piece struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	Refusal  string          `json:"refusal"`
	ImageURL json.RawMessage `json:"image_url"`
	Audio    *sound          `json:"input_audio"`
	File     *attached       `json:"file"`
	Cache    *cacheMark      `json:"cache_control"`
}

type sound struct {
	Data   string `json:"data"`
	Format string `json:"format"`
}

type attached struct {
	Data string `json:"file_data,omitempty"`
	ID   string `json:"file_id,omitempty"`
	Name string `json:"filename,omitempty"`
}

// readContent reads a text, null, or parts.
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
	for i, raw := range list {
		var p piece
		if raw[0] == '"' {
			p.Type = "text"
			if err := json.Unmarshal(raw, &p.Text); err != nil {
				return nil, err
			}
		} else if err := json.Unmarshal(raw, &p); err != nil {
			return nil, err
		}
		part, err := p.part(fmt.Sprintf("%s.content[%d]", at, i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	return parts, nil
}

func (p *piece) part(at string) (llm.Part, error) {
	out := llm.Part{Cache: p.Cache.cache()}
	switch {
	case p.Type == "text":
		out.Text = p.Text
	case p.Type == "refusal":
		out.Kind, out.Text = llm.Refusal, p.Refusal
	case p.Type == "image_url" && len(p.ImageURL) > 0:
		var v struct{ URL, Detail string }
		if p.ImageURL[0] == '"' {
			if err := json.Unmarshal(p.ImageURL, &v.URL); err != nil {
				return out, err
			}
		} else if err := json.Unmarshal(p.ImageURL, &v); err != nil {
			return out, err
		}
		if v.URL == "" {
			return out, fault.Field(at+".image_url.url", at+" is an image without a \"url\". Send an address, or the picture as a data URL.")
		}
		out.Kind, out.Media = llm.Image, llm.MediaFromURL(v.URL)
		out.Media.Detail = v.Detail
	case p.Type == "input_audio" && p.Audio != nil:
		out.Kind, out.Media = llm.Audio, &llm.Media{Type: "audio/" + p.Audio.Format, Base64: p.Audio.Data}
	case p.Type == "file" && p.File != nil:
		out.Kind, out.Media = llm.Document, llm.MediaFromURL(p.File.Data)
		out.Media.FileID, out.Media.Name = p.File.ID, p.File.Name
	default:
		return out, fault.Field(at+".type", fmt.Sprintf("A part of type %q can only be read by a provider of OpenAI's own dialect. Send text, image_url, input_audio or file, or ask for another model.", p.Type))
	}
	return out, nil
}
