package webtest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/web"
)

func body(v any) bool { return v != nil && reflect.TypeOf(v) != reflect.TypeFor[web.None]() }

func dataOf(t reflect.Type) (reflect.Type, bool) {
	for _, f := range reflect.VisibleFields(t) {
		if tag, _, _ := strings.Cut(f.Tag.Get("json"), ","); tag == "data" && f.Type.Kind() == reflect.Slice {
			return f.Type, true
		}
	}
	return nil, false
}

var (
	colon    = regexp.MustCompile(`:([A-Za-z_]+)`)
	timeType = reflect.TypeFor[time.Time]()
	rawType  = reflect.TypeFor[json.RawMessage]()
	textType = reflect.TypeFor[encoding.TextMarshaler]()
)

// typeOf is a type as the client has it: what prints as text is a string, so that no amount is rounded.
func (g *generator) typeOf(t reflect.Type, input bool) string {
	switch {
	case t == timeType:
		return "time.Time"
	case t == rawType:
		return "json.RawMessage"
	case t.Kind() == reflect.Pointer:
		return "*" + g.typeOf(t.Elem(), input)
	case t.Implements(textType):
		return "string"
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array:
		return "[]" + g.typeOf(t.Elem(), input)
	case reflect.Map:
		return "map[string]" + g.typeOf(t.Elem(), input)
	case reflect.Struct:
		return g.declare(t, input)
	case reflect.Interface:
		return "any"
	}
	return t.Kind().String()
}

func (g *generator) declare(t reflect.Type, input bool) string {
	name := g.name(t)
	if g.known[name] { // or it holds itself
		return name
	}
	g.known[name] = true
	var b bytes.Buffer
	key := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:] + "." + t.Name()
	_, text, _ := strings.Cut(g.texts[key], " ")
	if text == "" {
		text = "is a body of the API."
	}
	fmt.Fprintf(&b, "\n// %s %s\ntype %s struct {\n", name, text, name)
	g.fields(&b, t, input)
	if _, ok := dataOf(t); ok && !input {
		if !strings.Contains(b.String(), `"has_more"`) {
			b.WriteString("HasMore bool `json:\"has_more\"` // whether there are more pages\n")
		}
		if !strings.Contains(b.String(), `"next,omitempty"`) {
			b.WriteString("Next string `json:\"next,omitempty\"` // give it as after\n")
		}
	}
	b.WriteString("}\n")
	g.types[name] = b.String()
	return name
}

func (g *generator) fields(b *bytes.Buffer, t reflect.Type, input bool) {
	pkg := t.PkgPath()[strings.LastIndex(t.PkgPath(), "/")+1:]
	for i := range t.NumField() {
		f := t.Field(i)
		tag := f.Tag.Get("json")
		name, _, _ := strings.Cut(tag, ",")
		if f.Anonymous && name == "" && f.Type.Kind() == reflect.Struct {
			g.fields(b, f.Type, input)
			continue
		}
		if !f.IsExported() || name == "-" || name == "" {
			continue
		}
		if input {
			tag = name + ",omitempty"
			if f.Type == timeType {
				tag = name + ",omitzero"
			}
		}
		fmt.Fprintf(b, "%s %s `json:%q`", f.Name, g.typeOf(f.Type, input), tag)
		if text := g.texts[pkg+"."+t.Name()+"."+f.Name]; text != "" {
			b.WriteString(" // " + text)
		}
		b.WriteString("\n")
	}
}

// camel is a word of the registry as Go writes it: "budget_requests" is BudgetRequests.
func camel(word string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(word, "_") {
		if part == "" {
			continue
		}
		b.WriteString(strings.ToUpper(part[:1]) + part[1:])
	}
	return b.String()
}

func spaced(group string) string {
	var b strings.Builder
	for i, r := range group {
		if i > 0 && r >= 'A' && r <= 'Z' {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return strings.ToLower(b.String())
}
