package dialect

import (
	"bytes"
	"encoding/json"
	"slices"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// Field is a field of an object, in its place: models write an object's members in the order in which its schema has them.
type Field struct {
	Name  string
	Value json.RawMessage
}

// Fields reads an object's fields in their order; false if it is none.
func Fields(raw []byte) (list []Field, ok bool) {
	c := scan.New(raw)
	if c.Kind() != scan.Object {
		return nil, false
	}
	c.Object()
	for key, more := c.Key(); more; key, more = c.Key() {
		c.Kind() // over the space before the value
		from := c.At()
		c.Skip()
		if c.Err() == nil {
			list = append(list, Field{string(c.Value(key, nil)), bytes.TrimSpace(c.Bytes(from, c.At()))})
		}
	}
	return list, c.End()
}

// Object is an object of fields in their order.
func Object(list []Field) json.RawMessage {
	out := []byte{'{'}
	for i, f := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(llm.AppendQuoted(out, f.Name), ':')
		out = append(out, f.Value...)
	}
	return append(out, '}')
}

// Inner is a field of a JSON Schema with the schemas in it replaced: each is given to do, which may go deeper by Inner again.
func Inner(f Field, do func(schema json.RawMessage) json.RawMessage) json.RawMessage {
	switch f.Name {
	case "properties", "$defs", "definitions":
		list, ok := Fields(f.Value)
		if !ok {
			return f.Value
		}
		for i := range list {
			list[i].Value = do(list[i].Value)
		}
		return Object(list)
	case "items", "additionalProperties":
		return do(f.Value)
	case "anyOf", "oneOf", "allOf":
		var list []json.RawMessage
		if json.Unmarshal(f.Value, &list) != nil {
			return f.Value
		}
		out := []byte{'['}
		for i := range list {
			if i > 0 {
				out = append(out, ',')
			}
			out = append(out, do(list[i])...)
		}
		return append(out, ']')
	}
	return f.Value
}

// Strict reports whether a schema is one that OpenAI's strict mode takes: every object closed, and all of its properties demanded.
func Strict(raw []byte) bool {
	list, ok := Fields(raw)
	if !ok {
		return false
	}
	sound, object, closed := true, false, false
	var properties, required []string
	for _, f := range list {
		switch f.Name {
		case "type":
			object = object || bytes.Contains(f.Value, []byte(`"object"`))
		case "properties":
			object = true
			named, _ := Fields(f.Value)
			for _, p := range named {
				properties = append(properties, p.Name)
			}
		case "required":
			_ = json.Unmarshal(f.Value, &required) // what is no list demands nothing
		case "additionalProperties":
			object, closed = true, string(f.Value) == "false"
			continue
		}
		Inner(f, func(schema json.RawMessage) json.RawMessage {
			sound = sound && Strict(schema)
			return schema
		})
	}
	for _, p := range properties {
		sound = sound && slices.Contains(required, p)
	}
	return sound && (closed || !object)
}

// InWords asks for JSON where a provider has no field for it; the schema may be nil.
func InWords(schema []byte) string {
	if len(schema) == 0 {
		return "Answer with one JSON object and nothing else: no text before or after it, no code fence."
	}
	return "Answer with JSON that is valid under the following JSON Schema and with nothing else: no text before or after it, no code fence.\n\n" + string(schema)
}
