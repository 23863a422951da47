package gemini

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
)

func (p *parser) system(m members) error {
	in, err := m.object("systemInstruction")
	if err != nil || in == nil {
		return err
	}
	var list []members
	if err := in.into("parts", &list); err != nil {
		return err
	}
	for _, part := range list {
		var s string
		if err := part.into("text", &s); err != nil {
			return err
		}
		if s != "" {
			p.conversation.Add(llm.System, llm.Part{Text: s})
		}
	}
	return nil
}

func (p *parser) contents(m members) error {
	var list []members
	if err := m.into("contents", &list); err != nil {
		return err
	}
	for i, in := range list {
		var role string
		var parts []json.RawMessage
		if err := errors.Join(in.into("role", &role), in.into("parts", &parts)); err != nil {
			return err
		}
		at := fmt.Sprintf("contents[%d]", i)
		who := llm.User
		switch role {
		case "user", "function", "tool", "":
		case "model":
			who = llm.Assistant
		case "system":
			who = llm.System
		default:
			return fault.Field(at+".role", fmt.Sprintf("%s has the role %q. Send user or model.", at, role))
		}
		for j, raw := range parts {
			part, err := p.part(raw, fmt.Sprintf("%s.parts[%d]", at, j), i, j)
			if err != nil {
				return err
			}
			p.add(who, part)
		}
	}
	return nil
}

// add appends parts to the conversation. A thought comes in pieces, as it was streamed; the signature at its end covers all.
func (p *parser) add(who llm.Role, parts []llm.Part) {
	for _, part := range parts {
		if turns := p.conversation.Turns; part.Kind == llm.Thinking && len(turns) > 0 && turns[len(turns)-1].Role == who {
			list := turns[len(turns)-1].Parts
			if last := &list[len(list)-1]; last.Kind == llm.Thinking && last.Opaque == nil {
				if part.Opaque != nil && part.Opaque.Of != llm.Gemini {
					last.Text = part.Text // the seal holds what was signed
				} else {
					last.Text += part.Text
				}
				last.Opaque = part.Opaque
				continue
			}
		}
		p.conversation.Add(who, part)
	}
}

// partKind is a member of a part that says what it is, and who reads it.
type partKind struct {
	name string
	read func(m members, at string, i, j int) (llm.Part, error)
}

// part reads one part; i and j are where it stands.
func (p *parser) part(raw json.RawMessage, at string, i, j int) ([]llm.Part, error) {
	var m members
	if err := json.Unmarshal(raw, &m); err != nil {
		return nil, fault.Field(at, at+" must be an object.").Because(err)
	}
	var v struct {
		text      string
		thought   bool
		signature string
	}
	if err := errors.Join(m.into("text", &v.text), m.into("thought", &v.thought), m.into("thoughtSignature", &v.signature)); err != nil {
		return nil, err
	}
	var sign *llm.Opaque
	var signed string
	if v.signature != "" {
		sign, signed = unseal(v.signature)
	}
	for _, kind := range []partKind{{"functionCall", p.call}, {"functionResponse", p.result}, {"inlineData", inlined}, {"fileData", filed}} {
		in, err := m.object(kind.name)
		if err != nil {
			return nil, err
		}
		if in == nil {
			continue
		}
		part, err := kind.read(in, at+"."+kind.name, i, j)
		part.Opaque = sign
		return []llm.Part{part}, err
	}
	switch {
	case v.thought || sign != nil && sign.Of != llm.Gemini:
		part := llm.Part{Kind: llm.Thinking, Text: v.text, Opaque: sign}
		if sign != nil && sign.Of != llm.Gemini {
			part.Text = signed
		}
		if part.Text == "" && sign == nil {
			return nil, nil
		}
		return []llm.Part{part}, nil
	case v.text != "" || sign != nil:
		return []llm.Part{{Text: v.text, Opaque: sign}}, nil
	case len(m.rest("")) == 0: // an empty text, as streams end with
		return nil, nil
	}
	return []llm.Part{{Kind: llm.Foreign, Opaque: &llm.Opaque{Of: llm.Gemini, Data: string(raw)}}}, nil
}

// call reads a function call. One without an id gets one of its place, which is the same whenever the turn is sent again.
func (p *parser) call(m members, at string, i, j int) (llm.Part, error) {
	part := llm.Part{Kind: llm.ToolCall, Data: m.take("args")}
	if err := errors.Join(m.into("id", &part.ID), m.into("name", &part.Name)); err != nil {
		return part, err
	}
	if part.Name == "" {
		return part, fault.Field(at+".name", at+" has no name.")
	}
	if part.ID == "" {
		part.ID = fmt.Sprintf("%s%d_%d", inventedMark, i, j)
	}
	if part.Data == nil {
		part.Data = []byte("{}")
	}
	p.waiting = append(p.waiting, waiting{part.ID, part.Name})
	return part, nil
}

// result reads a function's response.
func (p *parser) result(m members, at string, _, _ int) (llm.Part, error) {
	part := llm.Part{Kind: llm.ToolResult}
	var id, name string
	var media []members
	if err := errors.Join(m.into("id", &id), m.into("name", &name), m.into("parts", &media)); err != nil {
		return part, err
	}
	if i := p.answered(id, name); i >= 0 {
		part.ID = p.waiting[i].id
		p.waiting = append(p.waiting[:i:i], p.waiting[i+1:]...)
	} else {
		return part, fault.Field(at, fmt.Sprintf("%s answers no open call of the function %q. Send each functionResponse after its functionCall, once, and with its id if it has one.", at, name))
	}
	text, failed := told(m.take("response"))
	part.Failed = failed
	part.Parts = []llm.Part{{Text: text}}
	for _, in := range media {
		for _, kind := range []partKind{{"inlineData", inlined}, {"fileData", filed}} {
			blob, err := in.object(kind.name)
			if err != nil {
				return part, err
			}
			if blob == nil {
				continue
			}
			inner, err := kind.read(blob, at+".parts", 0, 0)
			if err != nil {
				return part, err
			}
			part.Parts = append(part.Parts, inner)
		}
	}
	return part, nil
}

// answered is the open call that a response is to; -1 is none. Without an id it is the first of that function. Gemini CLI gives calls that
// came without an id one of its own and sends it with the response only, so an id that no call has is to the first that had none.
func (p *parser) answered(id, name string) int {
	if id != "" {
		if i := slices.IndexFunc(p.waiting, func(w waiting) bool { return w.id == id }); i >= 0 {
			return i
		}
	}
	return slices.IndexFunc(p.waiting, func(w waiting) bool {
		return w.name == name && (id == "" || strings.HasPrefix(w.id, inventedMark))
	})
}
