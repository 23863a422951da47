package sandbox

import (
	"encoding/json"
	"strings"
)

// schema is as much of JSON Schema as simple tool parameters and structured outputs use.
type schema struct {
	Type       json.RawMessage            `json:"type"` // a word or a list of them
	Enum       []json.RawMessage          `json:"enum"`
	Const      json.RawMessage            `json:"const"`
	Properties map[string]json.RawMessage `json:"properties"`
	Required   []string                   `json:"required"`
	Items      json.RawMessage            `json:"items"`
	MinItems   int                        `json:"minItems"`
	MinLength  int                        `json:"minLength"`
	MaxLength  *int                       `json:"maxLength"`
	Minimum    *float64                   `json:"minimum"`
	Maximum    *float64                   `json:"maximum"`
	Above      *float64                   `json:"exclusiveMinimum"`
	Below      *float64                   `json:"exclusiveMaximum"`
	Format     string                     `json:"format"`
	AnyOf      []json.RawMessage          `json:"anyOf"`
	OneOf      []json.RawMessage          `json:"oneOf"`
	AllOf      []json.RawMessage          `json:"allOf"`
	Ref        string                     `json:"$ref"`
}

// deep is where optional properties and list items stop being filled in, so recursive schemas come to an end.
const deep = 6

// instance makes a JSON value that is valid under a simple schema.
func instance(raw json.RawMessage, d *dice) string {
	var root map[string]json.RawMessage
	_ = json.Unmarshal(raw, &root)
	m := maker{root: root, d: d}
	b, err := json.Marshal(m.make(raw, 0))
	if err != nil || len(raw) == 0 {
		return "{}"
	}
	return string(b)
}

type maker struct {
	root map[string]json.RawMessage
	d    *dice
}

func (m *maker) make(raw json.RawMessage, depth int) any {
	var s schema
	if json.Unmarshal(raw, &s) != nil || depth > 4*deep {
		return nil
	}
	switch {
	case s.Ref != "":
		return m.make(m.resolve(s.Ref), depth+1)
	case len(s.Const) > 0:
		return s.Const
	case len(s.Enum) > 0:
		return s.Enum[m.d.below(len(s.Enum))]
	case len(s.AnyOf) > 0:
		return m.make(m.shallowest(s.AnyOf, depth), depth+1)
	case len(s.OneOf) > 0:
		return m.make(m.shallowest(s.OneOf, depth), depth+1)
	case len(s.AllOf) > 0:
		return m.merge(s.AllOf, depth)
	}
	switch s.kind(depth) {
	case "object":
		return m.object(&s, depth)
	case "array":
		return m.array(&s, depth)
	case "integer":
		return int64(s.number(m.d, 1))
	case "number":
		return s.number(m.d, 0.5)
	case "boolean":
		return m.d.below(2) == 1
	case "string":
		return s.text(m.d)
	}
	return nil
}

// shallowest picks an alternative: the first, or deep down one that ends.
func (m *maker) shallowest(list []json.RawMessage, depth int) json.RawMessage {
	if depth > deep {
		for _, raw := range list {
			var s schema
			if json.Unmarshal(raw, &s) == nil && s.Ref == "" && s.kind(0) != "object" && s.kind(0) != "array" {
				return raw
			}
		}
	}
	return list[0]
}

func (m *maker) merge(list []json.RawMessage, depth int) any {
	out := map[string]any{}
	for _, raw := range list {
		if part, ok := m.make(raw, depth+1).(map[string]any); ok {
			for k, v := range part {
				out[k] = v
			}
		}
	}
	return out
}

// resolve follows a local reference, "#/$defs/name".
func (m *maker) resolve(ref string) json.RawMessage {
	path := strings.Split(strings.TrimPrefix(ref, "#"), "/")[1:]
	level := m.root
	for i, p := range path {
		next := level[p]
		if i == len(path)-1 {
			return next
		}
		level = nil
		_ = json.Unmarshal(next, &level)
	}
	b, _ := json.Marshal(m.root)
	return b
}

// kind is the type to make; deep down null if that is allowed.
func (s *schema) kind(depth int) string {
	var one string
	if json.Unmarshal(s.Type, &one) == nil && one != "" {
		return one
	}
	var list []string
	_ = json.Unmarshal(s.Type, &list)
	for _, k := range list {
		if k == "null" == (depth > deep) {
			return k
		}
	}
	switch {
	case len(list) > 0:
		return list[0]
	case len(s.Items) > 0:
		return "array"
	case s.Properties != nil:
		return "object"
	}
	return "string"
}

func (m *maker) object(s *schema, depth int) any {
	out := map[string]any{}
	for name, raw := range s.Properties {
		if depth <= deep {
			out[name] = raw
		}
	}
	for _, name := range s.Required {
		out[name] = s.Properties[name]
	}
	// The order of a map is random, the dice are not: names in order.
	for _, name := range sorted(out) {
		raw, _ := out[name].(json.RawMessage)
		if out[name] = nil; len(raw) > 0 {
			out[name] = m.make(raw, depth+1)
		}
	}
	return out
}

func (m *maker) array(s *schema, depth int) any {
	n := max(s.MinItems, 1)
	if depth > deep {
		n = s.MinItems
	}
	out := make([]any, 0, n)
	for range n {
		out = append(out, m.make(s.Items, depth+1))
	}
	return out
}

// number stays inside the bounds; step keeps away from exclusive ones.
func (s *schema) number(d *dice, step float64) float64 {
	low, high := 1.0, 100.0
	switch {
	case s.Minimum != nil:
		low = *s.Minimum
	case s.Above != nil:
		low = *s.Above + step
	case s.Maximum != nil:
		low = *s.Maximum - 99
	case s.Below != nil:
		low = *s.Below - 99
	}
	if high = low + 99; s.Maximum != nil {
		high = *s.Maximum
	} else if s.Below != nil {
		high = *s.Below - step
	}
	if high-low < 1 {
		return low
	}
	return low + float64(d.below(int(min(high-low, 1000))+1))
}

func (s *schema) text(d *dice) string {
	switch s.Format {
	case "date-time":
		return "2026-01-02T03:04:05Z"
	case "date":
		return "2026-01-02"
	case "time":
		return "03:04:05Z"
	case "email":
		return "sandbox@example.com"
	case "uri":
		return "https://example.com/sandbox"
	case "uuid":
		return "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
	}
	out := words[d.below(len(words))] + " " + words[d.below(len(words))]
	for len(out) < s.MinLength {
		out += " " + words[d.below(len(words))]
	}
	if s.MaxLength != nil {
		out = out[:min(len(out), *s.MaxLength)]
	}
	return out
}
