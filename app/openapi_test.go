package app

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/web"
	"github.com/bodhi-gateway/bodhi/app/web/webtest"
	"github.com/bodhi-gateway/bodhi/db/dbtest"
)

// comments are the comments of the API's types and fields, as the source has them.
func comments(t *testing.T) map[string]string {
	t.Helper()
	files, err := filepath.Glob("*/*web/*.go")
	if err == nil {
		var beside []string
		beside, err = filepath.Glob("../billing/billingweb/*.go")
		files = append(files, beside...)
	}
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	out := map[string]string{}
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ParseComments|parser.SkipObjectResolution)
		must(t, err)
		for _, d := range f.Decls {
			g, ok := d.(*ast.GenDecl)
			if !ok || g.Tok != token.TYPE {
				continue
			}
			for _, spec := range g.Specs {
				ts := spec.(*ast.TypeSpec)
				st, ok := ts.Type.(*ast.StructType)
				if !ok || !hasJSON(st) {
					continue
				}
				key := f.Name.Name + "." + ts.Name.Name
				doc := ts.Doc
				if doc == nil {
					doc = g.Doc
				}
				put(out, key, doc)
				for _, field := range st.Fields.List {
					text := field.Comment
					if text == nil {
						text = field.Doc
					}
					for _, n := range field.Names {
						put(out, key+"."+n.Name, text)
					}
				}
			}
		}
	}
	return out
}

func hasJSON(st *ast.StructType) bool {
	for _, f := range st.Fields.List {
		if f.Tag != nil && strings.Contains(f.Tag.Value, "json:") {
			return true
		}
	}
	return false
}

func put(out map[string]string, key string, c *ast.CommentGroup) {
	if text := strings.Join(strings.Fields(c.Text()), " "); text != "" {
		out[key] = text
	}
}

func TestTheAPIsTextsAreItsComments(t *testing.T) {
	t.Parallel()
	want := comments(t)
	if *update {
		b, err := json.MarshalIndent(want, "", "  ")
		must(t, err)
		must(t, os.WriteFile("api_texts.json", append(b, '\n'), 0o644))
		return
	}
	if got := apiTexts(); !reflect.DeepEqual(got, want) {
		for k, v := range want {
			if got[k] != v {
				t.Errorf("app/api_texts.json: %s is %q, the source says %q; run go test ./app -update", k, got[k], v)
			}
		}
		for k := range got {
			if _, ok := want[k]; !ok {
				t.Errorf("app/api_texts.json has %s, which the source has no more; run go test ./app -update", k)
			}
		}
	}
}

// document loads the served description.
func described(t *testing.T, s *webtest.Site) *openapi3.T {
	t.Helper()
	w := httptest.NewRecorder()
	s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, web.OpenAPIPath, nil))
	if w.Code != http.StatusOK {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	doc, err := openapi3.NewLoader().LoadFromData(w.Body.Bytes())
	must(t, err)
	return doc
}

func TestTheAPIIsDescribedTruly(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	doc := described(t, s)
	if !doc.IsOpenAPI31OrLater() {
		t.Fatalf("version %s", doc.OpenAPI)
	}
	if err := doc.Validate(t.Context(), openapi3.IsOpenAPI31OrLater(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation()); err != nil {
		t.Fatalf("the document is no OpenAPI 3.1: %v", err)
	}
	described := 0
	for _, r := range s.Routes {
		if r.Guard != web.Token {
			continue
		}
		described++
		op := operationOf(t, doc, r)
		if op == nil {
			t.Errorf("%s is not described", r.Name)
			continue
		}
		if op.RequestBody != nil {
			body := op.RequestBody.Value.Content.Get("application/json")
			if err := body.Schema.Value.VisitJSON(body.Example, openapi3.EnableJSONSchema2020()); err != nil {
				t.Errorf("%s: the example request: %v", r.Name, err)
			}
		}
		for status, answer := range op.Responses.Map() {
			for kind, c := range answer.Value.Content {
				if c.Example == nil {
					continue
				}
				if err := c.Schema.Value.VisitJSON(c.Example, openapi3.EnableJSONSchema2020()); err != nil {
					t.Errorf("%s: the example of %s %s: %v", r.Name, status, kind, err)
				}
			}
		}
		if r.Method == http.MethodGet {
			trueTo(t, op, r, s.Ask(t, r, org.Admin))
		}
	}
	if described < 60 {
		t.Errorf("only %d operations", described)
	}
}

var colons = regexp.MustCompile(`:([A-Za-z_]+)`)

func operationOf(t *testing.T, doc *openapi3.T, r web.Route) *openapi3.Operation {
	t.Helper()
	path := strings.TrimPrefix(colons.ReplaceAllString(r.Path, "{$1}"), "/api/v1")
	item := doc.Paths.Value(path)
	if item == nil {
		return nil
	}
	return item.GetOperation(r.Method)
}

// trueTo holds a real answer to what the document says of it: the status is declared, and the body fits the schema.
func trueTo(t *testing.T, op *openapi3.Operation, r web.Route, a webtest.Answer) {
	t.Helper()
	declared := op.Responses.Value(strconv.Itoa(a.Status))
	if declared == nil {
		t.Errorf("%s answered %d, which it does not declare: %s", r.Name, a.Status, a.Body)
		return
	}
	kind, _, _ := strings.Cut(a.Header.Get("Content-Type"), ";")
	if a.Body == "" {
		return
	}
	c := declared.Value.Content.Get(kind)
	if c == nil {
		t.Errorf("%s answered %d with %q, which it does not declare", r.Name, a.Status, kind)
		return
	}
	if !strings.Contains(kind, "json") || kind == "application/jsonl" {
		return
	}
	var body any
	must(t, json.Unmarshal([]byte(a.Body), &body))
	if err := c.Schema.Value.VisitJSON(body, openapi3.EnableJSONSchema2020()); err != nil {
		t.Errorf("%s: its answer does not fit its schema: %v\n%.600s", r.Name, err, a.Body)
	}
}

func TestThePagesAboutTheAPIAreServed(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		s.Handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		return w
	}
	page := get(web.APIDocsPath).Body.String()
	for _, r := range s.Routes {
		if r.Guard == web.Token && !strings.Contains(page, `id="op-`+strings.TrimPrefix(r.Name, "api.")+`"`) {
			t.Errorf("%s is not on the page", r.Name)
		}
	}
	for path, status := range map[string]int{"/docs/errors": 200, "/docs/errors/budget_exhausted": 200, "/docs/errors/scope_missing": 200, "/docs/errors/nonsense": 404} {
		if w := get(path); w.Code != status {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
	// A problem's type leads to its page.
	w := get("/api/v1/keys")
	var p struct{ Type string }
	must(t, json.Unmarshal(w.Body.Bytes(), &p))
	if path := strings.TrimPrefix(p.Type, "http://127.0.0.1:8080"); path == p.Type || get(path).Code != 200 {
		t.Errorf("the type %q does not resolve", p.Type)
	}
}

func TestTheClientHasEveryOperation(t *testing.T) {
	t.Parallel()
	s := furnish(t, dbtest.SQLiteURL(t))
	want := webtest.GoClient(t, s.Routes, comments(t))
	there, err := filepath.Glob("client/*_gen.go")
	must(t, err)
	if *update {
		for _, file := range there {
			must(t, os.Remove(file))
		}
		for name, text := range want {
			must(t, os.WriteFile(filepath.Join("client", name), []byte(text), 0o644))
		}
		return
	}
	have := map[string]string{}
	for _, file := range there {
		text, err := os.ReadFile(file)
		must(t, err)
		have[filepath.Base(file)] = string(text)
	}
	for _, name := range slices.Sorted(maps.Keys(want)) {
		if have[name] != want[name] {
			t.Errorf("app/client/%s is not what the routes say; run go test ./app -update", name)
		}
		delete(have, name)
	}
	for name := range have {
		t.Errorf("app/client/%s is of no route any more; run go test ./app -update", name)
	}
}
