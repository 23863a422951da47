package gemini

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/llm/dialect"
)

// jsonSchema makes a JSON Schema of Google's own: types are lower-case words there, null is a type and not a flag, and the
// order of properties is the order in which they stand. What is no schema stays as it is. Nil gives nil.
func jsonSchema(raw json.RawMessage) json.RawMessage {
	list, ok := dialect.Fields(raw)
	if !ok {
		return raw
	}
	var order []string
	nullable := false
	for _, m := range list {
		switch m.Name {
		case "propertyOrdering", "property_ordering":
			_ = json.Unmarshal(m.Value, &order) // one that is no list orders nothing
		case "nullable":
			nullable = string(m.Value) == "true"
		}
	}
	var out []dialect.Field
	listed := nullable // a list of values needs null among them
	for _, m := range list {
		switch m.Name {
		case "propertyOrdering", "property_ordering", "nullable":
			continue
		case "type":
			m.Value = schemaType(m.Value, nullable)
			nullable = false
		case "properties":
			m.Value = properties(m.Value, order)
		case "items", "additionalProperties":
			m.Value = jsonSchema(m.Value)
		case "anyOf", "any_of":
			m.Name, m.Value = "anyOf", each(m.Value, nullable)
			nullable = false
		case "minItems", "maxItems", "minLength", "maxLength", "minProperties", "maxProperties", "min_items", "max_items", "min_length", "max_length", "min_properties", "max_properties":
			m.Name, m.Value = camelled(m.Name), unquoted(m.Value)
		case "enum":
			if listed {
				m.Value = append(bytes.TrimSuffix(bytes.TrimSpace(m.Value), []byte("]")), ",null]"...)
			}
		}
		out = append(out, m)
	}
	return dialect.Object(out)
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
	list, ok := dialect.Fields(raw)
	if !ok {
		return raw
	}
	for i := range list {
		list[i].Value = jsonSchema(list[i].Value)
	}
	place := func(m dialect.Field) int {
		if i := slices.Index(order, m.Name); i >= 0 {
			return i
		}
		return len(order)
	}
	slices.SortStableFunc(list, func(a, b dialect.Field) int { return place(a) - place(b) })
	return dialect.Object(list)
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
