package blueprint

import (
	"encoding/json"
	"reflect"
	"strings"
)

// Schema is the document's form as a JSON Schema (draft 2020-12), for editors that complete and check YAML by one. It is made from the
// types that Parse reads by, so that the two agree.
func Schema() []byte {
	s := schemaOf(reflect.TypeFor[Document](), "")
	s["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	s["title"] = "Bodhi Gateway blueprint"
	s["required"] = []string{"blueprint"}
	s["properties"].(map[string]any)["blueprint"] = map[string]any{"const": Format, "description": "The form of this document."}
	text, _ := json.MarshalIndent(s, "", "  ") // of maps and texts, which cannot fail
	return append(text, '\n')
}

// needed are the fields that an entry cannot do without, by type.
var needed = map[string][]string{"Connection": {"name", "kind"}, "Department": {"name"}, "Team": {"name"}, "Budget": {"limit"}, "Limit": {"unit", "amount", "window"}, "ToTarget": {"to"},
	"RuleText": {"name", "when", "targets"}, "Pattern": {"name", "expr", "action"}, "Burst": {"factor", "duration"}, "CachePolicy": {"name"}, "Prompt": {"name", "content"}}

func schemaOf(t reflect.Type, tag reflect.StructTag) map[string]any {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.Struct:
		fields := map[string]any{}
		for i := range t.NumField() {
			f := t.Field(i)
			if name, _, _ := strings.Cut(f.Tag.Get("yaml"), ","); f.IsExported() && name != "" && name != "-" {
				fields[name] = schemaOf(f.Type, f.Tag)
			}
		}
		out := map[string]any{"type": "object", "properties": fields, "additionalProperties": false}
		if must := needed[t.Name()]; must != nil {
			out["required"] = must
		}
		return out
	case reflect.Slice:
		return map[string]any{"type": []string{"array", "null"}, "items": schemaOf(t.Elem(), "")}
	case reflect.Map:
		return map[string]any{"type": "object"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64:
		return map[string]any{"type": "integer"}
	}
	return textSchema(tag)
}

// textSchema is a text that has to have a form; what may be written as a number in YAML may be one here too.
func textSchema(tag reflect.StructTag) map[string]any {
	out := map[string]any{"type": "string"}
	if usual := tag.Get("default"); usual != "" {
		out["default"] = usual
	}
	if one := strings.Fields(tag.Get("one")); len(one) > 0 {
		out["enum"] = one
	}
	switch tag.Get("as") {
	case "number":
		out["type"], out["pattern"], out["minimum"] = []string{"string", "number"}, `^\$?[0-9]+(\.[0-9]+)?$`, 0
		out["description"] = "A number such as 25 or 0.50."
	case "duration":
		out["description"] = "A length of time such as 30s, 15m, 1h or 7d."
	}
	return out
}
