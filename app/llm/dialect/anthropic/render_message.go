package anthropic

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/bodhi-gateway/bodhi/app/llm"
)

// renderer writes a conversation's turns.
type renderer struct {
	notes *llm.Notes
	names llm.Names
	marks int  // cache marks written
	long  bool // whether the hold pays for an hour of cache
}

// telling is a message that we write ourselves.
type telling struct {
	Role    string  `json:"role"`
	Content []shown `json:"content"`
}

// shown is a block that we write ourselves.
type shown struct {
	Type      string          `json:"type"`
	Text      string          `json:"text,omitempty"`
	Thinking  *string         `json:"thinking,omitempty"`
	Signature string          `json:"signature,omitempty"`
	Data      string          `json:"data,omitempty"`
	ID        string          `json:"id,omitempty"`
	Name      string          `json:"name,omitempty"`
	Input     json.RawMessage `json:"input,omitempty"`
	ToolUseID string          `json:"tool_use_id,omitempty"`
	Content   []shown         `json:"content,omitempty"`
	Failed    bool            `json:"is_error,omitempty"`
	Source    *given          `json:"source,omitempty"`
	Title     string          `json:"title,omitempty"`
	Cache     *mark           `json:"cache_control,omitempty"`
}

type given struct {
	Type      string `json:"type"`
	MediaType string `json:"media_type,omitempty"`
	Data      string `json:"data,omitempty"`
	URL       string `json:"url,omitempty"`
}

// cached keeps a cache mark, up to as many as Anthropic takes. An hour is only asked for where the hold pays for it.
func (r *renderer) cached(c *llm.Cache) *mark {
	if c == nil {
		return nil
	}
	if r.marks++; r.marks > mostMarks {
		r.notes.Drop("cache_control (more than 4)")
		return nil
	}
	if c.TTL != "5m" && !r.long {
		return &mark{Type: "ephemeral"}
	}
	return &mark{Type: "ephemeral", TTL: c.TTL}
}

func (r *renderer) system(c *llm.Conversation) (out []shown) {
	for i := range c.System {
		out = r.show(out, &c.System[i])
	}
	return out
}

func (r *renderer) messages(c *llm.Conversation) (out []telling) {
	add := func(role string, content []shown) {
		if n := len(out); n > 0 && out[n-1].Role == role {
			out[n-1].Content = append(out[n-1].Content, content...)
		} else if len(content) > 0 {
			out = append(out, telling{role, content})
		}
	}
	for i := range c.Turns {
		t := &c.Turns[i]
		switch t.Role {
		case llm.Assistant:
			add("assistant", r.assistant(t.Parts))
			continue
		case llm.System:
			r.notes.Change("messages.role", "system became user in the middle of the conversation")
		}
		var results, rest []shown // results must come first
		for j := range t.Parts {
			if t.Parts[j].Kind == llm.ToolResult {
				results = r.show(results, &t.Parts[j])
			} else {
				rest = r.show(rest, &t.Parts[j])
			}
		}
		add("user", append(results, rest...))
	}
	if n := len(out); n > 0 && out[n-1].Role == "assistant" {
		trim(out[n-1].Content)
	}
	return out
}

// begin makes the first message the user's, which Anthropic demands. Clients of other dialects may send nothing but instructions, or
// begin with a greeting of the assistant's.
func (r *renderer) begin(q *asked) {
	switch {
	case len(q.Messages) == 0 && len(q.System) > 0:
		r.notes.Change("messages", "system became user, as there is nothing else")
		q.Messages, q.System = []telling{{"user", q.System}}, nil
	case len(q.Messages) > 0 && q.Messages[0].Role == "assistant":
		r.notes.Change("messages", "got a user's turn in front, as the provider wants one first")
		q.Messages = slices.Insert(q.Messages, 0, telling{"user", []shown{{Type: "text", Text: "."}}})
	}
}

// turn gives the word back to the model where it does not go on with an answer that was begun for it, and refuses one at the end.
func (r *renderer) turn(q *asked) {
	n := len(q.Messages) - 1
	if n < 0 || q.Messages[n].Role != "assistant" || !After(q.Model, 4, 5) {
		return
	}
	if said := q.Messages[n].Content; said[len(said)-1].Type == "text" {
		r.notes.Change("messages", "got a user's turn at the end, as the model does not go on with an assistant's")
		q.Messages = append(q.Messages, telling{"user", []shown{{Type: "text", Text: "Continue."}}})
	}
}

// trim takes white space from the end of an answer that the model is to continue, which Anthropic refuses.
func trim(content []shown) {
	if last := &content[len(content)-1]; last.Type == "text" {
		last.Text = strings.TrimRight(last.Text, " \t\r\n")
	}
}

func (r *renderer) assistant(parts []llm.Part) (out []shown) {
	for i := range parts {
		switch p := &parts[i]; p.Kind {
		case llm.Thinking:
			switch {
			case p.Opaque == nil || p.Opaque.Of != llm.Anthropic:
				r.notes.Drop("messages.content.thinking (not signed by Anthropic)")
			case p.Opaque.Redacted:
				out = append(out, shown{Type: "redacted_thinking", Data: p.Opaque.Data})
			default:
				out = append(out, shown{Type: "thinking", Thinking: &p.Text, Signature: p.Opaque.Data})
			}
		case llm.ToolCall:
			out = append(out, shown{Type: "tool_use", ID: plainID(p.ID), Name: r.names.Out(p.Name), Input: r.input(p.Data), Cache: r.cached(p.Cache)})
		default:
			out = r.show(out, p)
		}
	}
	return out
}

// input is a call's arguments as an object, which they are nearly always.
func (r *renderer) input(args []byte) json.RawMessage {
	if t := strings.TrimSpace(string(args)); json.Valid(args) && t[0] == '{' {
		return args
	}
	r.notes.Change("tool_calls.arguments", "wrapped: they are no JSON object")
	b, _ := json.Marshal(map[string]string{"arguments": string(args)})
	return b
}

// plainID is a call's id in the letters that Anthropic takes. The same id always becomes the same.
func plainID(id string) string {
	out := []byte(id)
	for i, b := range out {
		if !plainByte(b) {
			out[i] = '_'
		}
	}
	return string(out)
}

// show appends a part that either side may have.
func (r *renderer) show(out []shown, p *llm.Part) []shown {
	switch p.Kind {
	case llm.Text, llm.Refusal:
		if strings.TrimSpace(p.Text) == "" {
			return out // Anthropic refuses empty texts
		}
		return append(out, shown{Type: "text", Text: p.Text, Cache: r.cached(p.Cache)})
	case llm.ToolResult:
		b := shown{Type: "tool_result", ToolUseID: plainID(p.ID), Failed: p.Failed, Cache: r.cached(p.Cache)}
		for i := range p.Parts {
			b.Content = r.show(b.Content, &p.Parts[i])
		}
		return append(out, b)
	case llm.Image, llm.Document:
		return r.media(out, p)
	case llm.Audio:
		r.notes.Refuse("messages.content.input_audio", "cannot be heard by this provider's models. Send a transcript, or ask for a model that takes audio")
	case llm.Foreign:
		r.notes.Drop("messages.content of the provider's own kind")
	}
	return out
}

func (r *renderer) media(out []shown, p *llm.Part) []shown {
	m := p.Media
	b := shown{Type: "image", Cache: r.cached(p.Cache)}
	if p.Kind == llm.Document {
		b.Type, b.Title = "document", m.Name
	}
	text := m.Text
	if p.Kind == llm.Document && m.Base64 != "" && strings.HasPrefix(m.Type, "text/") { // as base64 Anthropic takes nothing but PDF
		if raw, err := base64.StdEncoding.DecodeString(m.Base64); err == nil && utf8.Valid(raw) {
			text = string(raw)
		}
	}
	switch {
	case text != "":
		b.Source = &given{Type: "text", MediaType: "text/plain", Data: text}
	case m.Base64 != "":
		b.Source = &given{Type: "base64", MediaType: m.Type, Data: m.Base64}
	case m.URL != "":
		b.Source = &given{Type: "url", URL: m.URL}
	default:
		r.notes.Refuse("messages.content."+b.Type, "is given by a file id, which only the provider that has the file can read. Send it inline as base64 or by URL")
		return out
	}
	return append(out, b)
}
