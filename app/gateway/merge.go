package gateway

import (
	"bytes"
	"encoding/json"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// fields is a JSON object's members in their order, values as they stand.
type fields []member

type member struct {
	name  string
	value []byte
}

// members reads an object strictly: what stands twice is refused, as by every dialect.
func members(b []byte) (fields, error) {
	c := scan.New(b)
	var out fields
	if c.Object() {
		for key, more := c.Key(); more; key, more = c.Key() {
			name := string(c.Value(key, nil))
			c.Kind()
			from := c.At()
			c.Skip()
			if out.value(name) != nil {
				return nil, fault.Newf(fault.Invalid, "invalid_request", "%q stands twice in the request. Send it once.", clip(name))
			}
			out = append(out, member{name, c.Bytes(from, c.At())})
		}
	}
	if !c.End() {
		return nil, fault.Newf(fault.Invalid, "invalid_request", "The body is not a JSON object: %v.", c.Err())
	}
	return out, nil
}

// value is a member's; nil where there is none.
func (o fields) value(name string) []byte {
	for _, m := range o {
		if m.name == name {
			return m.value
		}
	}
	return nil
}

// take gives a member's value and removes it.
func (o *fields) take(name string) []byte {
	for i, m := range *o {
		if m.name == name {
			*o = append((*o)[:i:i], (*o)[i+1:]...)
			return m.value
		}
	}
	return nil
}

func (o fields) bytes() []byte {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			b.WriteByte(',')
		}
		name, _ := json.Marshal(m.name) // a string always has a JSON form
		b.Write(name)
		b.WriteByte(':')
		b.Write(m.value)
	}
	b.WriteByte('}')
	return b.Bytes()
}

// text is a JSON string's text; "" for anything else.
func text(raw []byte) (s string) {
	if len(raw) > 0 && raw[0] == '"' {
		_ = json.Unmarshal(raw, &s)
	}
	return s
}

// seam says how a client's own fields go over a stored prompt's in one family. Whatever it does not name, the client's replaces.
type seam struct {
	joined map[string]string // lists: the client's come behind; the value is what wraps a string, with %s as the JSON string
	merged map[string]bool   // objects: member by member
	same   []string          // names of one field
	less   []string          // what we write for translated calls only
}

// paragraphs joins two strings.
const paragraphs = "\n\n"

var seams = map[llm.Family]seam{
	llm.OpenAI: {joined: map[string]string{"messages": "", "tools": ""}, same: []string{"max_tokens", "max_completion_tokens"}},
	llm.Responses: {joined: map[string]string{"input": `{"role":"user","content":`, "tools": "", "instructions": paragraphs},
		merged: map[string]bool{"text": true, "reasoning": true}, less: []string{"include", "store"}},
	llm.Anthropic: {joined: map[string]string{"messages": "", "tools": "", "system": `{"type":"text","text":`}},
	llm.Gemini: {joined: map[string]string{"contents": "", "tools": "", "parts": ""},
		merged: map[string]bool{"generationConfig": true, "systemInstruction": true}},
	llm.Bedrock: {joined: map[string]string{"messages": "", "system": "", "tools": ""},
		merged: map[string]bool{"inferenceConfig": true, "toolConfig": true, "additionalModelRequestFields": true}},
}

// over is a body that says what ours does, with the client's fields over it.
func over(f llm.Family, ours []byte, client fields) ([]byte, error) {
	base, err := members(ours)
	if err != nil {
		return nil, err
	}
	s := seams[f]
	for _, name := range s.less {
		base.take(name)
	}
	for _, name := range s.same {
		if v := client.value(name); v != nil && string(v) != "null" {
			for _, other := range s.same {
				base.take(other)
			}
		}
	}
	out, err := s.merge(base, client)
	return out.bytes(), err
}

func (s *seam) merge(base, client fields) (fields, error) {
	for _, m := range client {
		old := base.value(m.name)
		wrap, joined := s.joined[m.name]
		switch {
		case old == nil:
			base = append(base, m)
			continue
		case joined:
			if string(m.value) == "null" {
				continue
			}
			m.value = join(old, m.value, wrap)
		case s.merged[m.name] && old[0] == '{' && m.value[0] == '{':
			a, err := members(old)
			if err != nil {
				return nil, err
			}
			b, err := members(m.value)
			if err != nil {
				return nil, err
			}
			if a, err = s.merge(a, b); err != nil {
				return nil, err
			}
			m.value = a.bytes()
		}
		base.set(m)
	}
	return base, nil
}

func (o fields) set(m member) {
	for i := range o {
		if o[i].name == m.name {
			o[i].value = m.value
		}
	}
}

// join puts a list behind another; strings become an element of their own, or a paragraph. What is neither stays as it is: the dialect
// refuses it by name.
func join(a, b []byte, wrap string) []byte {
	if wrap == paragraphs {
		out, _ := json.Marshal(text(a) + wrap + text(b))
		return out
	}
	a, b = enlisted(a, wrap), enlisted(b, wrap)
	if a[0] != '[' || b[0] != '[' {
		return b
	}
	head, tail := bytes.TrimSpace(a[1:len(a)-1]), bytes.TrimSpace(b[1:len(b)-1])
	if len(head) == 0 || len(tail) == 0 {
		return append(append([]byte{'['}, append(head, tail...)...), ']')
	}
	return bytes.Join([][]byte{{'['}, head, {','}, tail, {']'}}, nil)
}

func enlisted(v []byte, wrap string) []byte {
	if v[0] == '"' && wrap != "" {
		return bytes.Join([][]byte{[]byte("[" + wrap), v, []byte("}]")}, nil)
	}
	return v
}
