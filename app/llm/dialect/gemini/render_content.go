package gemini

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// renderer writes a conversation's turns.
type renderer struct {
	notes *llm.Notes
	names llm.Names
	// signs says that the model refuses a turn whose first call is not signed.
	signs bool
	// called are the names of the calls so far, by id: a result names its function here.
	called map[string]string
	// early says that the model takes no media in a tool's result and no format beside tools, and vertex that addresses may stand in results.
	early, vertex bool
	// behind are a turn's media that its results cannot hold, and below how many there were so far.
	behind []shownPart
	below  int
}

// unsigned stands in for the signature of a call that another model made, by Google's own documentation.
const unsigned = "skip_thought_signature_validator"

func (r *renderer) system(c *llm.Conversation) (out []shownPart) {
	for i := range c.System {
		if p := &c.System[i]; p.Kind == llm.Text && p.Text != "" {
			out = append(out, textPart(p.Text))
		}
	}
	return out
}

func (r *renderer) contents(c *llm.Conversation) (out []shownContent) {
	r.called = map[string]string{}
	add := func(role string, list []shownPart) {
		if n := len(out); n > 0 && out[n-1].Role == role {
			out[n-1].Parts = append(out[n-1].Parts, list...)
		} else if len(list) > 0 {
			out = append(out, shownContent{list, role})
		}
	}
	for i := range c.Turns {
		t := &c.Turns[i]
		switch t.Role {
		case llm.Assistant:
			add("model", r.assistant(t.Parts))
			continue
		case llm.System:
			r.notes.Change("messages.role", "system became user in the middle of the conversation")
		}
		var results, rest []shownPart // results must come first, directly behind the calls
		for j := range t.Parts {
			if t.Parts[j].Kind == llm.ToolResult {
				results = append(results, r.result(&t.Parts[j]))
			} else {
				rest = r.show(rest, &t.Parts[j])
			}
		}
		if len(r.behind) == 0 {
			add("user", append(results, rest...))
			continue
		}
		add("user", results) // beside which Google takes nothing but them
		out = append(out, shownContent{append(r.behind, rest...), "user"})
		r.behind = nil
	}
	return out
}

func (r *renderer) assistant(list []llm.Part) (out []shownPart) {
	first := true // call of the turn
	for i := range list {
		switch p := &list[i]; p.Kind {
		case llm.Thinking:
			if p.Opaque == nil || p.Opaque.Of != llm.Gemini {
				r.notes.Drop("messages.content.thinking (not signed by Google)")
				continue
			}
			s := textPart("") // what was thought is not read again; what it was signed with is
			s.Signature = p.Opaque.Data
			out = append(out, s)
		case llm.ToolCall:
			r.called[p.ID] = r.names.Out(p.Name)
			s := shownPart{Call: &called{ID: given(p.ID), Name: r.names.Out(p.Name), Args: r.arguments(p.Data)}}
			switch {
			case p.Opaque != nil && p.Opaque.Of == llm.Gemini:
				s.Signature = p.Opaque.Data
			case r.signs && first:
				s.Signature = unsigned
			}
			first = false
			out = append(out, s)
		default:
			n := len(out)
			if out = r.show(out, p); len(out) > n && p.Opaque != nil && p.Opaque.Of == llm.Gemini {
				out[n].Signature = p.Opaque.Data
			}
		}
	}
	return out
}

// given is an id that Google itself gave. Others, and those that we invented, mean nothing to it.
func given(id string) string {
	for _, foreign := range []string{"call_", "toolu_", "tooluse_", "fc_"} {
		if strings.HasPrefix(id, foreign) {
			return ""
		}
	}
	return id
}

func (r *renderer) arguments(args []byte) json.RawMessage {
	out := asObject(string(args))
	if t := strings.TrimSpace(string(args)); t != "" && t[0] != '{' {
		r.notes.Change("tool_calls.arguments", "wrapped: they are no JSON object")
	}
	return out
}

// result is a tool's result as an object: its own, if it is one, or its text as output.
func (r *renderer) result(p *llm.Part) shownPart {
	name, known := r.called[p.ID]
	if !known {
		name = p.ID
	}
	text, media := r.gave(p)
	out := &responded{ID: given(p.ID), Name: name, Parts: media}
	switch t := strings.TrimSpace(text); {
	case p.Failed:
		out.Response = dialect.Encode(map[string]string{"error": text})
	case t != "" && t[0] == '{' && json.Valid([]byte(t)):
		out.Response = json.RawMessage(t)
	default:
		out.Response = dialect.Encode(map[string]string{"output": text})
	}
	return shownPart{Response: out}
}

// gave is what a tool gave: its texts, documents' among them, which Google takes as nothing else, and its media. Media that a result
// cannot hold are shown behind all of the turn's results.
func (r *renderer) gave(p *llm.Part) (text string, media []shownPart) {
	var texts []string
	if p.Text != "" {
		texts = []string{p.Text}
	}
	for i := range p.Parts {
		one := &p.Parts[i]
		switch m := one.Media; {
		case one.Kind == llm.Text && (p.Text != "" || one.Text == ""):
		case one.Kind == llm.Text:
			texts = append(texts, one.Text)
		case m != nil && m.Text != "":
			texts = append(texts, m.Text)
		case m != nil && (r.early || m.Base64 == "" && m.URL != "" && !r.vertex):
			r.below++
			mark := "[" + kindNames[one.Kind] + " " + strconv.Itoa(r.below)
			texts = append(texts, mark+": shown below]")
			r.behind = r.show(append(r.behind, textPart(mark+"]")), one)
			r.notes.Change("tool_result."+kindNames[one.Kind], "moved behind the tool's result")
		default:
			media = r.show(media, one)
		}
	}
	return strings.Join(texts, "\n\n"), media
}

// show appends a part that either side may have.
func (r *renderer) show(out []shownPart, p *llm.Part) []shownPart {
	switch p.Kind {
	case llm.Text, llm.Refusal:
		if p.Text == "" && p.Opaque == nil {
			return out
		}
		return append(out, textPart(p.Text))
	case llm.Image, llm.Audio, llm.Document:
		return r.media(out, p)
	case llm.Thinking, llm.ToolCall, llm.ToolResult, llm.Foreign:
		r.notes.Drop("messages.content of another provider's kind")
	}
	return out
}

// fallbacks are media types where the client gave none.
var fallbacks = map[llm.PartKind]string{llm.Image: "image/jpeg", llm.Audio: "audio/wav", llm.Document: "application/pdf"}

var kindNames = map[llm.PartKind]string{llm.Image: "image", llm.Audio: "audio", llm.Document: "document"}

func (r *renderer) media(out []shownPart, p *llm.Part) []shownPart {
	m := p.Media
	kind := m.Type
	if kind == "" {
		kind = typeByName(m.URL)
	}
	if kind == "" {
		kind = fallbacks[p.Kind]
	}
	switch {
	case m.Text != "":
		return append(out, textPart(m.Text))
	case m.Base64 != "":
		return append(out, shownPart{Inline: &inline{kind, m.Base64}})
	case m.URL != "":
		return append(out, shownPart{File: &file{kind, m.URL}})
	}
	r.notes.Refuse("messages.content."+kindNames[p.Kind], "is given by a file id, which only the provider that has the file can read. Send it inline as base64 or by URL")
	return out
}
