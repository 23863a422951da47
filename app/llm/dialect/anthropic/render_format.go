package anthropic

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// format writes what the answer's text must be. Any JSON object has no counterpart, nor has a schema with an object whose members are
// not named, wherever it stands; asking for it in words is what Anthropic's documentation advises.
func (r *renderer) format(c *llm.Conversation, q *asked) {
	if c.Format.Kind == llm.FormatText {
		return
	}
	s := shaper{}
	shaped := s.shape(c.Format.Schema)
	if root, ok := dialect.Fields(c.Format.Schema); c.Format.Kind == llm.FormatJSON || !ok || nameless(root) || s.nameless {
		r.notes.Change("response_format", "said in words")
		q.System = append(q.System, shown{Type: "text", Text: dialect.InWords(c.Format.Schema)})
		return
	}
	if s.closed {
		r.notes.Change("response_format", "got closed objects, as the provider takes no others")
	}
	if s.moved {
		r.notes.Change("response_format", "had bounds moved into descriptions, as the provider takes few")
	}
	if q.Output == nil {
		q.Output = &output{}
	}
	q.Output.Format = &format{"json_schema", shaped}
}

// nameless reports whether a schema is of an open object that names no members: closed, it could only be empty.
func nameless(schema []dialect.Field) bool {
	return !slices.ContainsFunc(schema, func(f dialect.Field) bool {
		return slices.Contains([]string{"properties", "$ref", "anyOf", "oneOf", "allOf", "enum", "const"}, f.Name) || f.Name == "type" && !ofObjects(f.Value) ||
			f.Name == "additionalProperties" && string(f.Value) == "false"
	})
}

// shaper makes a schema one that Anthropic takes, which are fewer than what other providers take. Its own SDKs do the same before they send.
// nameless is a schema with an object that cannot be closed.
type shaper struct{ closed, moved, nameless bool }

func (s *shaper) shape(raw json.RawMessage) json.RawMessage {
	list, ok := dialect.Fields(raw)
	if !ok {
		return raw
	}
	out := make([]dialect.Field, 0, len(list)+1)
	isObject, closed, about := false, false, -1
	var bounds []string
	for _, f := range list {
		isObject = isObject || f.Name == "properties" || f.Name == "additionalProperties" || f.Name == "type" && ofObjects(f.Value)
		switch {
		case f.Name == "additionalProperties":
			s.closed = s.closed || string(f.Value) != "false"
			f.Value, closed = json.RawMessage("false"), true
		case bounding(f):
			bounds = append(bounds, f.Name+": "+string(f.Value))
			continue
		case f.Name == "description":
			about = len(out)
		default:
			f.Value = dialect.Inner(f, s.shape)
		}
		out = append(out, f)
	}
	s.nameless = s.nameless || isObject && nameless(list)
	if isObject && !closed {
		out = append(out, dialect.Field{Name: "additionalProperties", Value: json.RawMessage("false")})
		s.closed = true
	}
	if len(bounds) > 0 {
		out = described(out, about, "{"+strings.Join(bounds, ", ")+"}")
		s.moved = true
	}
	return dialect.Object(out)
}

// described adds to the description, which stands at a place or nowhere (-1).
func described(list []dialect.Field, at int, more string) []dialect.Field {
	if at < 0 {
		return append(list, dialect.Field{Name: "description", Value: json.RawMessage(llm.Quote(more))})
	}
	var text string
	if json.Unmarshal(list[at].Value, &text) == nil && text != "" {
		more = text + "\n\n" + more
	}
	list[at].Value = json.RawMessage(llm.Quote(more))
	return list
}

func ofObjects(kind []byte) bool { return bytes.Contains(kind, []byte(`"object"`)) }

// formats are those of texts that Anthropic takes.
var formats = []string{"date-time", "time", "date", "duration", "email", "hostname", "uri", "ipv4", "ipv6", "uuid"}

// bounding reports whether a field bounds a value in a way that Anthropic refuses.
func bounding(f dialect.Field) bool {
	switch f.Name {
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "maxItems", "uniqueItems",
		"minProperties", "maxProperties":
		return true
	case "minItems":
		return string(f.Value) != "0" && string(f.Value) != "1"
	case "format":
		return !slices.Contains(formats, strings.Trim(string(f.Value), `"`))
	}
	return false
}
