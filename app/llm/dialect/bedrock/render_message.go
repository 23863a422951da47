package bedrock

import (
	"encoding/base64"
	"encoding/json"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect/anthropic"
)

// nova is in the names of Amazon's own models that take cache marks.
const nova = "amazon.nova"

// cached keeps a cache mark, up to as many as Bedrock takes. It is a block of its own behind what it is about. Only Claude and Nova take
// some: Bedrock answers 403 for every other model, and that would count against the connection. An hour is only asked for where the hold
// pays for it and the model keeps one that long.
func (r *renderer) cached(c *llm.Cache) *cachePt {
	// The ARN of a profile of the account's own names no maker, and has no dot.
	claude, unknown := strings.Contains(r.model, "anthropic."), !strings.Contains(r.model, ".")
	switch {
	case c == nil:
		return nil
	case !claude && !unknown && !strings.Contains(r.model, nova):
		r.notes.Drop("cache_control (the model takes none)")
		return nil
	}
	if r.marks++; r.marks > mostMarks {
		r.notes.Drop("cache_control (more than 4)")
		return nil
	}
	if !unknown && !anthropic.After(r.model, 4, 4) {
		if c.TTL == "1h" && r.long {
			r.notes.Change("cache_control.ttl", "became five minutes, as the model keeps none longer")
		}
		return &cachePt{Type: "default"}
	}
	if c.TTL != "5m" && !r.long {
		return &cachePt{Type: "default"}
	}
	return &cachePt{Type: "default", TTL: c.TTL}
}

func (r *renderer) messages(c *llm.Conversation) {
	add := func(role string, content []block) {
		if n := len(r.q.Messages); n > 0 && r.q.Messages[n-1].Role == role {
			r.q.Messages[n-1].Content = append(r.q.Messages[n-1].Content, content...)
		} else if len(content) > 0 {
			r.q.Messages = append(r.q.Messages, message{role, content})
		}
	}
	for i := range c.Turns {
		t := &c.Turns[i]
		role := "user"
		switch t.Role {
		case llm.Assistant:
			role = "assistant"
		case llm.System:
			r.notes.Change("messages.role", "system became user in the middle of the conversation")
		}
		var results, rest []block // results must come first
		for j := range t.Parts {
			if t.Parts[j].Kind == llm.ToolResult {
				results = r.show(results, &t.Parts[j])
			} else {
				rest = r.show(rest, &t.Parts[j])
			}
		}
		add(role, append(results, rest...))
	}
	r.mention()
	if n := len(r.q.Messages); n > 0 && r.q.Messages[n-1].Role == "assistant" {
		last := &r.q.Messages[n-1].Content
		if t := (*last)[len(*last)-1].Text; t != nil { // Claude refuses white space at the end of what it is to continue
			trimmed := strings.TrimRight(*t, " \t\r\n")
			(*last)[len(*last)-1].Text = &trimmed
		}
	}
}

// mention puts a text behind documents that a message holds alone, which Converse refuses: clients of other dialects may send
// nothing but a file.
func (r *renderer) mention() {
	for i := range r.q.Messages {
		m := &r.q.Messages[i]
		last := -1
		for j := range m.Content {
			if m.Content[j].Text != nil {
				last = -1
				break
			}
			if m.Content[j].Document != nil {
				last = j
			}
		}
		if last >= 0 {
			some := "."
			m.Content = slices.Insert(m.Content, last+1, block{Text: &some})
			r.notes.Change("messages.content.document", "got a text beside it, as the provider wants one")
		}
	}
}

// begin makes the first message the user's, which Converse demands. Clients of other dialects may send nothing but instructions, or
// begin with a greeting of the assistant's.
func (r *renderer) begin() {
	q := &r.q
	switch {
	case len(q.Messages) == 0 && len(q.System) > 0:
		r.notes.Change("messages", "system became user, as there is nothing else")
		q.Messages, q.System = []message{{"user", q.System}}, nil
	case len(q.Messages) > 0 && q.Messages[0].Role == "assistant":
		r.notes.Change("messages", "got a user's turn in front, as the provider wants one first")
		some := "."
		q.Messages = slices.Insert(q.Messages, 0, message{"user", []block{{Text: &some}}})
	}
}

// turn gives the word back to a model that does not go on with an answer that was begun for it, as package anthropic does.
func (r *renderer) turn(model string) {
	n := len(r.q.Messages) - 1
	if n < 0 || r.q.Messages[n].Role != "assistant" || !anthropic.After(model, 4, 5) {
		return
	}
	if said := r.q.Messages[n].Content; said[len(said)-1].Text != nil {
		r.notes.Change("messages", "got a user's turn at the end, as the model does not go on with an assistant's")
		more := "Continue."
		r.q.Messages = append(r.q.Messages, message{"user", []block{{Text: &more}}})
	}
}

// show appends a part, and its cache mark.
func (r *renderer) show(out []block, p *llm.Part) []block {
	n := len(out)
	out = r.bare(out, p)
	if m := r.cached(p.Cache); m != nil && len(out) > n {
		out = append(out, block{Cache: m})
	}
	return out
}

func (r *renderer) bare(out []block, p *llm.Part) []block {
	switch p.Kind {
	case llm.Text, llm.Refusal:
		if strings.TrimSpace(p.Text) == "" {
			return out // Bedrock refuses empty texts
		}
		return append(out, block{Text: &p.Text})
	case llm.Thinking:
		return r.thinking(out, p)
	case llm.ToolCall:
		return append(out, block{Use: &toolUse{plainID(p.ID), r.names.Out(p.Name), r.input(p.Data)}})
	case llm.ToolResult:
		b := result{ID: plainID(p.ID), Status: "success"}
		if p.Failed {
			b.Status = "error"
		}
		for i := range p.Parts {
			b.Content = r.bare(b.Content, &p.Parts[i])
		}
		if len(p.Parts) == 0 {
			b.Content = r.bare(b.Content, &llm.Part{Text: p.Text})
		}
		if len(b.Content) == 0 {
			none := "(no output)" // Bedrock wants something
			b.Content = []block{{Text: &none}}
		}
		return append(out, block{Result: &b})
	case llm.Image, llm.Document:
		return r.media(out, p)
	case llm.Audio:
		r.notes.Refuse("messages.content.input_audio", "cannot be heard by this provider's models. Send a transcript, or ask for a model that takes audio")
	case llm.Foreign:
		r.notes.Drop("messages.content of the provider's own kind")
	}
	return out
}

func (r *renderer) thinking(out []block, p *llm.Part) []block {
	switch o := p.Opaque; {
	case o != nil && o.Redacted && o.Of == llm.Bedrock:
		return append(out, block{Reasoning: &reasoning{Redacted: o.Data}})
	case o != nil && !o.Redacted && (o.Of == llm.Anthropic || o.Of == llm.Bedrock):
		return append(out, block{Reasoning: &reasoning{Text: &signedText{p.Text, o.Data}}})
	}
	r.notes.Drop("messages.content.thinking (not signed by this provider)")
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

func (r *renderer) media(out []block, p *llm.Part) []block {
	m := p.Media
	name := "image"
	if p.Kind == llm.Document {
		name = "document"
	}
	b := media{Format: formatOf(m.Type), Source: source{Bytes: m.Base64}}
	switch {
	case m.Text != "":
		b.Format, b.Source.Bytes = "txt", base64.StdEncoding.EncodeToString([]byte(m.Text))
	case m.Base64 == "" && m.URL != "":
		r.notes.Refuse("messages.content."+name, "is given by an address, which this provider does not fetch. Send it inline as base64")
		return out
	case m.Base64 == "":
		r.notes.Refuse("messages.content."+name, "is given by a file id, which only the provider that has the file can read. Send it inline as base64")
		return out
	case b.Format == "":
		r.notes.Refuse("messages.content."+name, "is of the type "+m.Type+", which this provider does not take. Send png, jpeg, gif or webp, or a document as pdf, csv, html, txt or md")
		return out
	}
	if p.Kind == llm.Image {
		return append(out, block{Image: &b})
	}
	r.docs++
	b.Name = docName(m.Name, r.docs)
	return append(out, block{Document: &b})
}

// docName is a document's name in the letters that Bedrock takes, and not given twice.
func docName(name string, n int) string {
	out := make([]byte, 0, len(name))
	for i := range len(name) {
		b := name[i]
		if !plainByte(b) || b == '_' {
			b = '-'
		}
		out = append(out, b)
	}
	if len(out) == 0 {
		out = []byte("document")
	}
	out = out[:min(len(out), 180)]
	if n > 1 {
		out = append(append(out, '-'), strconv.Itoa(n)...)
	}
	return string(out)
}
