package scimweb

import (
	"maps"
	"slices"
	"strings"
)

// emptied puts removals in the place of what a patch replaces with null. RFC 7643 (2.5) has null mean that there is no value; the
// library refuses it before a handler sees it.
func emptied(v any) any {
	patch, _ := v.(map[string]any)
	for name, all := range patch {
		operations, ok := all.([]any)
		if !ok || !strings.EqualFold(name, "operations") {
			continue
		}
		out := make([]any, 0, len(operations))
		for _, o := range operations {
			out = append(out, removals(o)...)
		}
		patch[name] = out
	}
	return v
}

// removals are what one operation comes to.
func removals(o any) []any {
	operation, _ := o.(map[string]any)
	var path string
	var value any
	var replaces, given bool
	for name, v := range operation { // the library reads these in any capitals
		text, _ := v.(string)
		switch strings.ToLower(name) {
		case "op":
			replaces = strings.EqualFold(text, "replace")
		case "path":
			path = text
		case "value":
			value, given = v, true
		}
	}
	if !replaces || !given {
		return []any{o}
	}
	if path != "" {
		if value == nil {
			return []any{removal(path)}
		}
		return []any{o}
	}
	attributes, _ := value.(map[string]any)
	var gone []any
	empty := func(of map[string]any, before string) {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			if of[name] == nil {
				delete(of, name)
				gone = append(gone, removal(before+name))
			}
		}
	}
	empty(attributes, "")
	for name, v := range attributes {
		if inner, ok := v.(map[string]any); ok && strings.HasPrefix(strings.ToLower(name), "urn:") { // an extension's attributes
			if empty(inner, name+":"); len(inner) == 0 {
				delete(attributes, name)
			}
		}
	}
	if len(attributes) > 0 || len(gone) == 0 {
		gone = append([]any{o}, gone...)
	}
	return gone
}

func removal(path string) any { return map[string]any{"op": "remove", "path": path} }
