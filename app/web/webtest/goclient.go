package webtest

import (
	"bytes"
	"fmt"
	"go/format"
	"maps"
	"net/http"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/bodhi-gateway/bodhi/app/web"
)

// GoClient is the Go client's generated half, by file name: one file for each noun of the API, with a method for every
// operation and a type for every body that no noun before it has. texts are the comments of types and fields.
func GoClient(t testing.TB, routes []web.Route, texts map[string]string) map[string]string {
	t.Helper()
	var nouns []string // in the order of the routes, as their types are named by
	of := map[string][]web.Route{}
	for _, r := range routes {
		if noun, _, _ := strings.Cut(strings.TrimPrefix(r.Name, "api."), "."); r.Guard == web.Token {
			if of[noun] == nil {
				nouns = append(nouns, noun)
			}
			of[noun] = append(of[noun], r)
		}
	}
	g := &generator{name: web.TypeNames(routes), texts: texts, known: map[string]bool{}}
	out := map[string]string{}
	for _, noun := range nouns {
		text, err := g.file(camel(noun), of[noun])
		if err != nil {
			t.Fatalf("the generated client is no Go: %v\n%s", err, text)
		}
		out[noun+"_gen.go"] = text
	}
	return out
}

type generator struct {
	name  func(reflect.Type) string
	texts map[string]string
	known map[string]bool   // all types so far
	types map[string]string // those of the file under way
}

// packages are what a generated file may need.
var packages = []string{"context", "encoding/json", "io", "iter", "net/http", "net/url", "time"}

func (g *generator) file(group string, routes []web.Route) (string, error) {
	g.types = map[string]string{}
	var body bytes.Buffer
	fmt.Fprintf(&body, "\n// %sAPI is what the API can do with %s.\ntype %sAPI struct{ c *Client }\n", group, spaced(group), group)
	fmt.Fprintf(&body, "\n// %s is what the API can do with %s.\nfunc (c *Client) %s() %sAPI { return %sAPI{c} }\n", group, spaced(group), group, group, group)
	for _, r := range routes {
		g.operation(&body, r)
	}
	for _, name := range slices.Sorted(maps.Keys(g.types)) {
		body.WriteString(g.types[name])
	}
	var head bytes.Buffer
	head.WriteString("// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.\n\npackage client\n\nimport (\n")
	for _, p := range packages {
		if regexp.MustCompile(`\b` + path.Base(p) + `\.[A-Z]`).Match(body.Bytes()) {
			fmt.Fprintf(&head, "%q\n", p)
		}
	}
	head.WriteString(")\n")
	text, err := format.Source(append(head.Bytes(), body.Bytes()...))
	return string(text), err
}

// operation writes one method, and for a list a second one that walks it.
func (g *generator) operation(b *bytes.Buffer, r web.Route) {
	noun, verb, _ := strings.Cut(strings.TrimPrefix(r.Name, "api."), ".")
	group, method := camel(noun), camel(verb)
	where, args := `"`+strings.TrimPrefix(r.Path, "/api/v1")+`"`, ""
	for _, p := range colon.FindAllStringSubmatch(r.Path, -1) {
		args += ", " + p[1] + " string"
		where = strings.Replace(where, ":"+p[1], `" + url.PathEscape(`+p[1]+`) + "`, 1)
	}
	where = strings.TrimSuffix(where, ` + ""`)
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
			group, method, args, verbName, where, query, in)
		return
	case !body(r.Out):
		fmt.Fprintf(b, "func (a %sAPI) %s(ctx context.Context%s, calls ...Call) error {\nreturn a.c.do(ctx, %s, %s, %s, %s, %s, calls)\n}\n",
			group, method, args, verbName, where, query, in, out)
		return
	}
	result := g.typeOf(reflect.TypeOf(r.Out), false)
	fmt.Fprintf(b, "func (a %sAPI) %s(ctx context.Context%s, calls ...Call) (out %s, err error) {\nerr = a.c.do(ctx, %s, %s, %s, %s, &out, calls)\nreturn out, err\n}\n",
		group, method, args, result, verbName, where, query, in)
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
