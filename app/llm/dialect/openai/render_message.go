package openai

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// renderer writes a conversation's turns.
type renderer struct {
	notes *llm.Notes
	names llm.Names
	signs bool // whether the server may read what signs a call or thinking; others refuse the members
	aloud bool // whether it takes thinking back as a text
}

// telling is a message that we write ourselves.
type telling struct {
	Role       string     `json:"role"`
	Content    any        `json:"content"` // a text, parts, or null
	ToolCalls  []madeCall `json:"tool_calls,omitempty"`
	ToolCallID string     `json:"tool_call_id,omitempty"`
	Refusal    string     `json:"refusal,omitempty"`
	Thoughts   []thought  `json:"reasoning_details,omitempty"`
	Thinking   *string    `json:"reasoning_content,omitempty"`
}

// shown is a part that we write ourselves.
type shown struct {
	Type     string    `json:"type"`
	Text     *string   `json:"text,omitempty"`
	ImageURL *imageRef `json:"image_url,omitempty"`
	Audio    *sound    `json:"input_audio,omitempty"`
	File     *attached `json:"file,omitempty"`
}

type imageRef struct {
	URL    string `json:"url"`
	Detail string `json:"detail,omitempty"`
}

func (r *renderer) messages(c *llm.Conversation) (out []telling) {
	if s := llm.JoinText(c.System); s != "" {
		out = append(out, telling{Role: "system", Content: s})
	}
	for i := range c.Turns {
		switch t := &c.Turns[i]; t.Role {
		case llm.System:
			out = append(out, telling{Role: "system", Content: llm.JoinText(t.Parts)})
		case llm.Assistant:
			if m := r.assistant(t.Parts); m.Content != nil || m.ToolCalls != nil || m.Refusal != "" { // OpenAI refuses one that says nothing
				out = append(out, m)
			}
		default:
			out = r.user(out, t.Parts)
		}
	}
	return out
}

// user writes what a user's turn holds: first each tool's result as a message of its own, directly behind the calls, as
// OpenAI demands; then what the user says.
func (r *renderer) user(out []telling, parts []llm.Part) []telling {
	var rest []shown
	for i := range parts {
		p := &parts[i]
		if p.Kind != llm.ToolResult {
			continue
		}
		result := Result(p, r.notes)
		for j := range result {
			if in := &result[j]; in.Kind != llm.Text {
				r.notes.Change("tool_result."+kindName(in.Kind), "moved behind the tool's result")
				rest = r.show(rest, in)
			}
		}
		out = append(out, telling{Role: "tool", ToolCallID: p.ID, Content: llm.JoinText(result)})
	}
	for i := range parts {
		if parts[i].Kind != llm.ToolResult {
			rest = r.show(rest, &parts[i])
		}
	}
	switch {
	case len(rest) == 0:
		return out
	case len(rest) == 1 && rest[0].Type == "text":
		return append(out, telling{Role: "user", Content: *rest[0].Text})
	}
	return append(out, telling{Role: "user", Content: rest})
}

// Result is what a tool gave. OpenAI's dialects have nothing but words to say that it failed.
func Result(p *llm.Part, notes *llm.Notes) []llm.Part {
	if !p.Failed {
		return p.Parts
	}
	notes.Change("tool_result.is_error", "said in words")
	if len(p.Parts) > 0 && p.Parts[0].Kind == llm.Text {
		return append([]llm.Part{{Text: "Error: " + p.Parts[0].Text}}, p.Parts[1:]...)
	}
	return append([]llm.Part{{Text: "Error"}}, p.Parts...)
}

func (r *renderer) assistant(parts []llm.Part) telling {
	m := telling{Role: "assistant"}
	var text, thinking strings.Builder
	for i := range parts {
		switch p := &parts[i]; p.Kind {
		case llm.Text:
			text.WriteString(p.Text)
		case llm.Refusal:
			m.Refusal += p.Text
		case llm.ToolCall:
			call := madeCall{ID: p.ID, Type: "function", Function: &called{r.names.Out(p.Name), string(arguments(string(p.Data)))}}
			if r.signs {
				call.Extra = newExtra(p.Opaque)
			}
			m.ToolCalls = append(m.ToolCalls, call)
		case llm.Thinking:
			if t, ok := returned(p.Text, p.Opaque); ok && r.signs {
				m.Thoughts = append(m.Thoughts, t)
			} else if r.aloud && p.Text != "" {
				thinking.WriteString(p.Text)
			} else {
				r.notes.Drop("messages.content.thinking")
			}
		default:
			r.notes.Drop("messages.content." + kindName(p.Kind) + " (in an assistant's turn)")
		}
	}
	if text.Len() > 0 {
		m.Content = text.String()
	}
	if thinking.Len() > 0 || r.aloud && m.ToolCalls != nil { // "" is thinking that nobody kept
		s := thinking.String()
		m.Thinking = &s
	}
	return m
}

func kindName(k llm.PartKind) string {
	switch k {
	case llm.Image:
		return "image"
	case llm.Audio:
		return "audio"
	case llm.Document:
		return "document"
	case llm.Thinking:
		return "thinking"
	}
	return "server tool"
}

// show appends a part of a user's message.
func (r *renderer) show(out []shown, p *llm.Part) []shown {
	m := p.Media
	switch p.Kind {
	case llm.Text, llm.Refusal:
		return append(out, shown{Type: "text", Text: &p.Text})
	case llm.Image:
		url := m.URL
		if m.Base64 != "" {
			url = m.DataURL()
		}
		if url == "" {
			r.elsewhere("image", "a file id")
			return out
		}
		return append(out, shown{Type: "image_url", ImageURL: &imageRef{url, m.Detail}})
	case llm.Audio:
		format, _ := strings.CutPrefix(m.Type, "audio/")
		switch format {
		case "mpeg":
			format = "mp3"
		case "x-wav", "wave":
			format = "wav"
		}
		if m.Base64 == "" {
			r.elsewhere("audio", "an address")
			return out
		}
		return append(out, shown{Type: "input_audio", Audio: &sound{m.Base64, format}})
	case llm.Document:
		switch {
		case m.Text != "":
			return append(out, shown{Type: "text", Text: &m.Text})
		case m.Base64 == "":
			r.elsewhere("document", "an address or a file id")
			return out
		}
		name := m.Name
		if name == "" {
			name = "document.pdf"
		}
		return append(out, shown{Type: "file", File: &attached{Data: m.DataURL(), Name: name}})
	}
	r.notes.Drop("messages.content." + kindName(p.Kind))
	return out
}

// elsewhere refuses media that this provider cannot get at.
func (r *renderer) elsewhere(what, by string) {
	r.notes.Refuse("messages.content."+what, "is given by "+by+", which this provider cannot read. Send it inline as base64, or ask for a model whose provider speaks your client's dialect")
}
