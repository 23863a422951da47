package gemini

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/scan"
)

// jsonSchema makes a JSON Schema of Google's own: types are lower-case words there, null is a type and not a flag, and the
// order of properties is the order in which they stand. What is no schema stays as it is. Nil gives nil.
func jsonSchema(raw json.RawMessage) json.RawMessage {
	list, ok := ordered(raw)
	if !ok {
		return raw
	}
	var order []string
	nullable := false
	for _, m := range list {
		switch m.name {
		case "propertyOrdering", "property_ordering":
			_ = json.Unmarshal(m.value, &order) // one that is no list orders nothing
		case "nullable":
			nullable = string(m.value) == "true"
		}
	}
	var out []member
	listed := nullable // a list of values needs null among them
	for _, m := range list {
		switch m.name {
		case "propertyOrdering", "property_ordering", "nullable":
			continue
		case "type":
			m.value = schemaType(m.value, nullable)
			nullable = false
		case "properties":
			m.value = properties(m.value, order)
		case "items", "additionalProperties":
			m.value = jsonSchema(m.value)
		case "anyOf", "any_of":
			m.name, m.value = "anyOf", each(m.value, nullable)
			nullable = false
		case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "min_items", "max_items", "min_length", "max_length", "min_properties", "max_properties":
			m.name, m.value = camelled(m.name), unquoted(m.value)
		case "enum":
			if listed {
				m.value = append(bytes.TrimSuffix(bytes.TrimSpace(m.value), []byte("]")), ",null]"...)
			}
		}
		out = append(out, m)
	}
	return written(out)
}

// member is a field of an object, in its place.
type member struct {
	name  string
	value json.RawMessage
}

// ordered reads an object's fields in their order; false if it is none.
func ordered(raw json.RawMessage) (list []member, ok bool) {
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
			list = append(list, member{string(c.Value(key, nil)), bytes.TrimSpace(c.Bytes(from, c.At()))})
		}
	}
	return list, c.End()
}

func written(list []member) json.RawMessage {
	out := []byte{'{'}
	for i, m := range list {
		if i > 0 {
			out = append(out, ',')
		}
		out = append(llm.AppendQuoted(out, m.name), ':')
		out = append(out, m.value...)
	}
	return append(out, '}')
}

func schemaType(raw json.RawMessage, nullable bool) json.RawMessage {
	var word string
	if json.Unmarshal(raw, &word) != nil {
		return raw
	}
	quoted := llm.Quote(strings.ToLower(word))
	if nullable {
		quoted = "[" + quoted + `,"null"]`
	}
	return json.RawMessage(quoted)
}

func properties(raw json.RawMessage, order []string) json.RawMessage {
	list, ok := ordered(raw)
	if !ok {
		return raw
	}
	for i := range list {
		list[i].value = jsonSchema(list[i].value)
	}
	place := func(m member) int {
		if i := slices.Index(order, m.name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(list, func(a, b member) int { return place(a) - place(b) })
	return written(list)
}

// each converts the schemas of a list.
func each(raw json.RawMessage, nullable bool) json.RawMessage {
	var list []json.RawMessage
	if json.Unmarshal(raw, &list) != nil {
		return raw
	}
	for i := range list {
		list[i] = jsonSchema(list[i])
	}
	if nullable {
		list = append(list, json.RawMessage(`{"type":"null"}`))
	}
	return append(append([]byte{'['}, bytes.Join(raws(list), []byte{','})...), ']')
}

func raws(list []json.RawMessage) [][]byte {
	out := make([][]byte, len(list))
	for i := range list {
		out[i] = list[i]
	}
	return out
}

// unquoted is a 64-bit number, which Google's JSON writes in quotes.
func unquoted(raw json.RawMessage) json.RawMessage {
	if n := bytes.Trim(raw, `"`); len(n) > 0 && json.Valid(n) {
		return json.RawMessage(n)
	}
	return raw
}

func camelled(snake string) string {
	head, tail, found := strings.Cut(snake, "_")
	if !found {
		return snake
	}
	return head + strings.ToUpper(tail[:1]) + tail[1:]
}
