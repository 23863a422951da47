package responses

import (
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/openai"
)

// renderer writes a conversation's turns as items.
type renderer struct {
	notes *llm.Notes
	names llm.Names
}

// telling is a message that we write ourselves.
type telling struct {
	Role    string `json:"role"`
	Content any    `json:"content"` // a text or parts
}

// show is a part that we write ourselves.
type show struct {
	Type     string  `json:"type"`
	Text     *string `json:"text,omitempty"`
	Refusal  string  `json:"refusal,omitempty"`
	ImageURL string  `json:"image_url,omitempty"`
	Detail   string  `json:"detail,omitempty"`
	FileData string  `json:"file_data,omitempty"`
	FileURL  string  `json:"file_url,omitempty"`
	FileName string  `json:"filename,omitempty"`
}

type calling struct {
	Type      string `json:"type"`
	CallID    string `json:"call_id"`
	Name      string `json:"name"`
	Arguments string `json:"arguments"`
}

type resulting struct {
	Type   string `json:"type"`
	CallID string `json:"call_id"`
	Output any    `json:"output"`
}

type thinking struct {
	Type      string    `json:"type"`
	Summary   []textual `json:"summary"`
	Encrypted string    `json:"encrypted_content"`
}

func (r *renderer) input(c *llm.Conversation) []any {
	out := []any{}
	for i := range c.Turns {
		switch t := &c.Turns[i]; t.Role {
		case llm.System:
			out = append(out, telling{"developer", llm.JoinText(t.Parts)})
		case llm.Assistant:
			out = r.assistant(out, t.Parts)
		default:
			out = r.user(out, t.Parts)
		}
	}
	return out
}

// user writes tools' results first, as items of their own, and then what the user says.
func (r *renderer) user(out []any, parts []llm.Part) []any {
	var rest []show
	for i := range parts {
		p := &parts[i]
		if p.Kind != llm.ToolResult {
			rest = r.part(rest, p)
			continue
		}
		gave := openai.Result(p, r.notes)
		result := resulting{Type: "function_call_output", CallID: p.ID, Output: llm.JoinText(gave)}
		for j := range gave {
			if gave[j].Kind == llm.Text {
				continue
			}
			var shown []show
			for k := range gave {
				shown = r.part(shown, &gave[k])
			}
			result.Output = shown
			break
		}
		out = append(out, result)
	}
	switch {
	case len(rest) == 0:
		return out
	case len(rest) == 1 && rest[0].Type == "input_text":
		return append(out, telling{"user", *rest[0].Text})
	}
	return append(out, telling{"user", rest})
}

func (r *renderer) assistant(out []any, parts []llm.Part) []any {
	var said []show
	flush := func() {
		if len(said) > 0 {
			out = append(out, telling{"assistant", said})
			said = nil
		}
	}
	for i := range parts {
		switch p := &parts[i]; p.Kind {
		case llm.Text:
			said = append(said, show{Type: "output_text", Text: &p.Text})
		case llm.Refusal:
			said = append(said, show{Type: "refusal", Refusal: p.Text})
		case llm.ToolCall:
			flush()
			out = append(out, calling{"function_call", p.ID, r.names.Out(p.Name), string(arguments(string(p.Data)))})
		case llm.Thinking:
			if p.Opaque == nil || p.Opaque.Of != llm.Responses {
				r.notes.Drop("messages.content.thinking (not this provider's)")
				continue
			}
			flush()
			t := thinking{"reasoning", []textual{}, p.Opaque.Data}
			if p.Text != "" {
				t.Summary = append(t.Summary, textual{"summary_text", p.Text})
			}
			out = append(out, t)
		default:
			r.notes.Drop("messages.content (in an assistant's turn)")
		}
	}
	flush()
	return out
}

// part appends a part of a user's message.
func (r *renderer) part(out []show, p *llm.Part) []show {
	m := p.Media
	switch p.Kind {
	case llm.Text, llm.Refusal:
		return append(out, show{Type: "input_text", Text: &p.Text})
	case llm.Image:
		url := m.URL
		if m.Base64 != "" {
			url = m.DataURL()
		}
		if url == "" {
			r.elsewhere("image")
			return out
		}
		return append(out, show{Type: "input_image", ImageURL: url, Detail: strings.TrimSpace(m.Detail)})
	case llm.Document:
		s := show{Type: "input_file", FileName: m.Name, FileURL: m.URL}
		switch {
		case m.Text != "":
			return append(out, show{Type: "input_text", Text: &m.Text})
		case m.Base64 != "":
			s.FileData, s.FileURL = m.DataURL(), ""
			if s.FileName == "" {
				s.FileName = "document.pdf"
			}
		case m.URL == "":
			r.elsewhere("document")
			return out
		}
		return append(out, s)
	case llm.Audio:
		r.notes.Refuse("messages.content.input_audio", "cannot be heard at this model's endpoint. Send a transcript, or ask for a model that takes audio")
		return out
	}
	r.notes.Drop("messages.content of the provider's own kind")
	return out
}

// elsewhere refuses media that this provider cannot get at.
func (r *renderer) elsewhere(what string) {
	r.notes.Refuse("messages.content."+what, "is given by a file id, which only the provider that has the file can read. Send it inline as base64 or by URL")
}
