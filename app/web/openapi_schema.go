package web

import (
	"encoding"
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// schemas turns Go types into JSON Schema 2020-12, which OpenAPI 3.1 uses. By hand, because it must say exactly what
// encoding/json does with our types (pointers that print null, texts that are numbers, fields of embedded structs), and
// generators of schemas each differ from that somewhere.
type schemas struct {
	*namer
	texts      map[string]string // comments of types and fields, "keyweb.keyJSON.Hint"
	components map[string]any
}

var (
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextMarshaler]()
)

// of is the schema of a type; structs become components.
func (s *schemas) of(t reflect.Type, input bool) map[string]any {
	switch {
	case t == timeType:
		return map[string]any{"type": "string", "format": "date-time"}
	case t == rawType:
		return map[string]any{"type": []string{"object", "array", "string", "number", "boolean", "null"}}
	case t.Kind() == reflect.Pointer:
		return nullable(s.of(t.Elem(), input))
	case t.Implements(textType):
		return map[string]any{"type": "string"}
	}
	switch t.Kind() {
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float32, reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Slice, reflect.Array:
		return map[string]any{"type": "array", "items": s.of(t.Elem(), input)}
	case reflect.Map:
		out := map[string]any{"type": "object", "additionalProperties": s.of(t.Elem(), input)}
		if !input {
			return nullable(out)
		}
		return out
	case reflect.Struct:
		return s.component(t, input)
	}
	return map[string]any{}
}

func nullable(schema map[string]any) map[string]any {
	if kind, ok := schema["type"].(string); ok {
		schema["type"] = []string{kind, "null"}
		return schema
	}
	if len(schema) == 0 {
		return schema
	}
	return map[string]any{"anyOf": []any{schema, map[string]any{"type": "null"}}}
}

// component describes a struct once and refers to it.
func (s *schemas) component(t reflect.Type, input bool) map[string]any {
	name := s.namer.of(t)
	ref := map[string]any{"$ref": "#/components/schemas/" + name}
	if s.components[name] != nil {
		return ref
	}
	properties, required := map[string]any{}, []string{}
	out := map[string]any{"type": "object", "properties": properties}
	s.components[name] = out // before its fields: it may hold itself
	if text := s.text(t, ""); text != "" {
		out["description"] = text
	}
	for _, f := range fieldsOf(t) {
		schema := s.of(f.Type, input)
		if text := s.text(f.owner, f.Name); text != "" {
			if schema["$ref"] != nil {
				schema = map[string]any{"allOf": []any{schema}}
			}
			schema["description"] = text
		}
		properties[f.json] = schema
		if !f.optional && !input {
			required = append(required, f.json)
		}
	}
	if input {
		out["additionalProperties"] = false
	}
	if len(required) > 0 {
		out["required"] = required
	}
	return ref
}

// member is one field of a JSON object.
type member struct {
	reflect.StructField
	json     string
	optional bool         // left out where it is empty
	owner    reflect.Type // the struct that declares it
}

// fieldsOf are a struct's fields as encoding/json prints them, those of embedded structs in their place.
func fieldsOf(t reflect.Type) (out []member) {
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, options, _ := strings.Cut(tag, ",")
		switch {
		case f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct:
			out = append(out, fieldsOf(f.Type)...)
		case !f.IsExported() || tag == "-":
		default:
			if name == "" {
				name = f.Name
			}
			out = append(out, member{f, name, strings.Contains(options, "omit"), t})
		}
	}
	return out
}

// text is the comment of a type, or of its field, in one line.
func (s *schemas) text(t reflect.Type, field string) string {
	key := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
	if field != "" {
		return s.texts[key+"."+field]
	}
	_, text, ok := strings.Cut(s.texts[key], " ") // a comment begins with the name that only the code has
	if !ok {
		return ""
	}
	return upper(strings.TrimPrefix(text, "is "))
}
