package responses

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// asItem is one item of input.
type asItem struct {
	Type      string          `json:"type"`
	ID        string          `json:"id"`
	Role      string          `json:"role"`
	Content   json.RawMessage `json:"content"`
	CallID    string          `json:"call_id"`
	Name      string          `json:"name"`
	Arguments loose           `json:"arguments"`
	Input     loose           `json:"input"`
	Output    json.RawMessage `json:"output"`
	Summary   []textual       `json:"summary"`
	Encrypted string          `json:"encrypted_content"`
}

type textual struct {
	Type string `json:"type"`
	Text string `json:"text"`
}

func parseInput(c *llm.Conversation, r json.RawMessage) error {
	if r[0] == '"' {
		var s string
		if err := json.Unmarshal(r, &s); err != nil {
			return err
		}
		c.Add(llm.User, llm.Part{Text: s})
		return nil
	}
	var list []asItem
	if err := json.Unmarshal(r, &list); err != nil {
		return err
	}
	var held *llm.Opaque // state of another provider that belongs to the next call
	for i := range list {
		in, at := &list[i], fmt.Sprintf("input[%d]", i)
		if o := unseal(in.Encrypted); in.Type == "reasoning" && o != nil && strings.HasPrefix(o.Data, onCall) {
			held = &llm.Opaque{Of: o.Of, Data: o.Data[len(onCall):]}
			continue
		}
		role, parts, err := in.parts(at)
		switch {
		case err != nil:
			return err
		case parts == nil && in.Type != "" && in.Type != "message":
			c.Unknown = append(c.Unknown, "input."+in.Type)
			continue
		}
		if len(parts) > 0 && parts[0].Kind == llm.ToolCall {
			parts[0].Opaque, held = held, nil
		}
		c.Add(role, parts...)
	}
	return nil
}

// parts are what an item holds; nil if only its own provider can read it.
func (in *asItem) parts(at string) (llm.Role, []llm.Part, error) {
	switch in.Type {
	case "", "message":
		content, err := readContent(in.Content, at+".content")
		switch in.Role {
		case "system", "developer":
			return llm.System, content, err
		case "user":
			return llm.User, content, err
		case "assistant":
			return llm.Assistant, content, err
		}
		return 0, nil, fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send one of system, developer, user, assistant.", at, in.Role))
	case "function_call":
		return llm.Assistant, []llm.Part{{Kind: llm.ToolCall, ID: in.CallID, Name: in.Name, Data: arguments(string(in.Arguments))}}, nil
	case "custom_tool_call":
		return llm.Assistant, []llm.Part{{Kind: llm.ToolCall, ID: in.CallID, Name: in.Name, Data: []byte(openai.Freely(string(in.Input)))}}, nil
	case "function_call_output", "custom_tool_call_output":
		if in.CallID == "" {
			return 0, nil, fault.Field(at+".call_id", at+" is a tool's result without a \"call_id\". Send the id of the call that it answers.")
		}
		content, err := readContent(in.Output, at+".output")
		return llm.User, []llm.Part{{Kind: llm.ToolResult, ID: in.CallID, Parts: content}}, err
	case "reasoning":
		return llm.Assistant, []llm.Part{in.thinking()}, nil
	case "item_reference":
		if strings.HasPrefix(in.ID, "rs_") { // reasoning, which a conversation goes on without; Vercel's SDK refers to it between a call and its result
			return 0, nil, nil
		}
		return 0, nil, fault.Field(at, at+" refers to an item that only OpenAI's Responses API keeps, and this model's provider is another one. Send the item itself (\"store\": false makes SDKs do so), or ask for another model.")
	}
	return 0, nil, nil
}

// thinking reads a reasoning item.
func (in *asItem) thinking() llm.Part {
	p := llm.Part{Kind: llm.Thinking, Opaque: unseal(in.Encrypted)}
	list := in.Summary
	if len(list) == 0 {
		_ = json.Unmarshal(in.Content, &list)
	}
	for i, t := range list {
		if i > 0 {
			p.Text += "\n\n"
		}
		p.Text += t.Text
	}
	return p
}

// arguments are a call's; models write none as "", which is no JSON.
func arguments(s string) []byte {
	if s == "" {
		return []byte("{}")
	}
	return []byte(s)
}

// piece is one part of a content or of a tool's output.
type piece struct {
	Type     string          `json:"type"`
	Text     string          `json:"text"`
	Refusal  string          `json:"refusal"`
	ImageURL json.RawMessage `json:"image_url"`
	Detail   string          `json:"detail"`
	FileID   string          `json:"file_id"`
	FileData string          `json:"file_data"`
	FileURL  string          `json:"file_url"`
	FileName string          `json:"filename"`
	Audio    *struct {
		Data   string `json:"data"`
		Format string `json:"format"`
	} `json:"input_audio"`
}

// readContent reads a text, null, or parts. What holds nothing is empty and not nil.
func readContent(r json.RawMessage, at string) ([]llm.Part, error) {
	parts := []llm.Part{}
	if len(r) == 0 || string(r) == "null" {
		return parts, nil
	}
	if r[0] == '"' {
		var s string
		if err := json.Unmarshal(r, &s); err != nil || s == "" {
			return parts, err
		}
		return append(parts, llm.Part{Text: s}), nil
	}
	var list []piece
	if err := json.Unmarshal(r, &list); err != nil {
		return nil, err
	}
	for i := range list {
		p, err := list[i].part(fmt.Sprintf("%s[%d]", at, i))
		if err != nil {
			return nil, err
		}
		parts = append(parts, p)
	}
	return parts, nil
}

func (p *piece) part(at string) (llm.Part, error) {
	switch p.Type {
	case "input_text", "output_text", "text":
		return llm.Part{Text: p.Text}, nil
	case "refusal":
		return llm.Part{Kind: llm.Refusal, Text: p.Refusal}, nil
	case "input_image":
		var url string
		if err := json.Unmarshal(p.ImageURL, &url); err != nil && p.FileID == "" || url == "" && p.FileID == "" {
			return llm.Part{}, fault.Field(at+".image_url", at+" is an image without an \"image_url\". Send an address, or the picture as a data URL.")
		}
		m := llm.MediaFromURL(url)
		m.FileID, m.Detail = p.FileID, p.Detail
		return llm.Part{Kind: llm.Image, Media: m}, nil
	case "input_file":
		m := &llm.Media{URL: p.FileURL}
		if p.FileData != "" {
			m = llm.MediaFromURL(p.FileData)
		}
		m.FileID, m.Name = p.FileID, p.FileName
		return llm.Part{Kind: llm.Document, Media: m}, nil
	case "input_audio":
		if p.Audio != nil {
			return llm.Part{Kind: llm.Audio, Media: &llm.Media{Type: "audio/" + p.Audio.Format, Base64: p.Audio.Data}}, nil
		}
	}
	return llm.Part{}, fault.Field(at+".type", fmt.Sprintf("A part of type %q can only be read by a provider of OpenAI's Responses API. Send input_text, input_image, input_file or input_audio, or ask for another model.", p.Type))
}
