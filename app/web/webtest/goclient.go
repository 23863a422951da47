package webtest

import (
	"bytes"
	"encoding"
	"encoding/json"
	"fmt"
	"go/format"
	"maps"
	"net/http"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// GoClient is the Go client's generated half: a type for every body and a method for every operation of the routes. texts are
// the comments of types and fields.
func GoClient(t testing.TB, routes []web.Route, texts map[string]string) string {
	t.Helper()
	g := &generator{name: web.TypeNames(routes), texts: texts, types: map[string]string{}}
	var methods bytes.Buffer
	groups := map[string]bool{}
	for _, r := range routes {
		if r.Guard == web.Token {
			g.operation(&methods, r, groups)
		}
	}
	var b bytes.Buffer
	b.WriteString("// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.\n\npackage client\n\nimport (\n\"context\"\n\"encoding/json\"\n\"io\"\n\"iter\"\n\"net/http\"\n\"net/url\"\n\"time\"\n)\n")
	for _, group := range slices.Sorted(maps.Keys(groups)) {
		fmt.Fprintf(&b, "\n// %sAPI is what the API can do with %s.\ntype %sAPI struct{ c *Client }\n", group, spaced(group), group)
		fmt.Fprintf(&b, "\n// %s is what the API can do with %s.\nfunc (c *Client) %s() %sAPI { return %sAPI{c} }\n", group, spaced(group), group, group, group)
	}
	b.Write(methods.Bytes())
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		b.WriteString(g.types[name])
	}
	if !strings.Contains(b.String(), "json.RawMessage") {
		b.WriteString("\nvar _ json.RawMessage\n")
	}
	out, err := format.Source(b.Bytes())
	if err != nil {
		t.Fatalf("the generated client is no Go: %v\n%s", err, b.String())
	}
	return string(out)
}

type generator struct {
	name  func(reflect.Type) string
	texts map[string]string
	types map[string]string
}

// operation writes one method, and for a list a second one that walks it.
func (g *generator) operation(b *bytes.Buffer, r web.Route, groups map[string]bool) {
	noun, verb, _ := strings.Cut(strings.TrimPrefix(r.Name, "api."), ".")
	group, method := camel(noun), camel(verb)
	groups[group] = true
	path, args := `"`+strings.TrimPrefix(r.Path, "/api/v1")+`"`, ""
	for _, p := range colon.FindAllStringSubmatch(r.Path, -1) {
		args += ", " + p[1] + " string"
		path = strings.Replace(path, ":"+p[1], `" + url.PathEscape(`+p[1]+`) + "`, 1)
	}
	path = strings.TrimSuffix(path, ` + ""`)
	query, in, out := "nil", "nil", "nil"
	if r.Method == http.MethodGet {
		args, query = args+", query url.Values", "query"
	}
	if body(r.In) {
		args, in = args+", in "+g.typeOf(reflect.TypeOf(r.In), true), "in"
	}
	fmt.Fprintf(b, "\n// %s: %s\n", method, web.Summary(r))
	verbName := "http.Method" + map[string]string{"GET": "Get", "POST": "Post", "PUT": "Put", "PATCH": "Patch", "DELETE": "Delete"}[r.Method]
	switch {
	case r.Streams:
		fmt.Fprintf(b, "// The caller closes the body.\nfunc (a %sAPI) %s(ctx context.Context%s, calls ...Call) (body io.ReadCloser, err error) {\nerr = a.c.do(ctx, %s, %s, %s, %s, &body, calls)\nreturn body, err\n}\n",
			group, method, args, verbName, path, query, in)
		return
	case !body(r.Out):
		fmt.Fprintf(b, "func (a %sAPI) %s(ctx context.Context%s, calls ...Call) error {\nreturn a.c.do(ctx, %s, %s, %s, %s, %s, calls)\n}\n",
			group, method, args, verbName, path, query, in, out)
		return
	}
	result := g.typeOf(reflect.TypeOf(r.Out), false)
	fmt.Fprintf(b, "func (a %sAPI) %s(ctx context.Context%s, calls ...Call) (out %s, err error) {\nerr = a.c.do(ctx, %s, %s, %s, %s, &out, calls)\nreturn out, err\n}\n",
		group, method, args, result, verbName, path, query, in)
	data, ok := dataOf(reflect.TypeOf(r.Out))
	if !ok || r.Method != http.MethodGet {
		return
	}
	given := ""
	for _, p := range colon.FindAllStringSubmatch(r.Path, -1) {
		given += p[1] + ", "
	}
	name := "All"
	if method != "List" {
		name += method
	}
	elem := g.typeOf(data.Elem(), false)
	fmt.Fprintf(b, "\n// %s is %s over all pages.\nfunc (a %sAPI) %s(ctx context.Context%s, calls ...Call) iter.Seq2[%s, error] {\nreturn all(ctx, query, func(ctx context.Context, query url.Values) (%s, error) { return a.%s(ctx, %squery, calls...) }, func(p %s) ([]%s, string) { return p.Data, p.Next })\n}\n",
		name, method, group, name, args, elem, result, method, given, result, elem)
}

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
	if _, ok := g.types[name]; ok {
		return name
	}
	g.types[name] = "" // it may hold itself
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
