package web

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
)

// Describe is the OpenAPI 3.1 document of the routes that take a token, ready to be printed as JSON. texts are the comments
// of types and fields (app/api_texts.json). It is made from what serves the requests, so it cannot say something else.
func Describe(routes []Route, publicURL, version string, texts map[string]string) map[string]any {
	d := &description{schemas: &schemas{namer: newNamer(routes), texts: texts, components: map[string]any{}}, shown: map[string]bool{}}
	paths, tags := map[string]any{}, []any{}
	for _, r := range routes {
		if r.Guard == Token && r.Method == http.MethodGet {
			d.shown[r.Path] = true
		}
	}
	var words []string
	for _, r := range routes {
		if r.Guard != Token {
			continue
		}
		path := parameter.ReplaceAllStringFunc(strings.TrimPrefix(r.Path, strings.TrimSuffix(APIRoot, "/")), func(p string) string { return "{" + p[1:] + "}" })
		item, _ := paths[path].(map[string]any)
		if item == nil {
			item = map[string]any{}
			paths[path] = item
		}
		item[strings.ToLower(r.Method)] = d.operation(r)
		if !slices.Contains(words, r.resource()) {
			words = append(words, r.resource())
		}
	}
	slices.Sort(words)
	for _, w := range words {
		tags = append(tags, map[string]any{"name": w})
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{"title": "Bodhi Gateway management API", "version": version,
			"description": "Everything the dashboard does. Lists come in pages, changes may name the revision they were made on (If-Match), and a POST with an Idempotency-Key is done once."},
		"servers":  []any{map[string]any{"url": strings.TrimRight(publicURL, "/") + strings.TrimSuffix(APIRoot, "/")}},
		"tags":     tags,
		"paths":    paths,
		"security": []any{map[string]any{"token": []string{}}},
		"components": map[string]any{
			"securitySchemes": map[string]any{"token": map[string]any{"type": "http", "scheme": "bearer", "bearerFormat": "bdt_…", "description": "A management token."}},
			"schemas":         d.withProblem(),
			"responses":       problemResponses(),
			"headers":         answerHeaders(),
			"parameters":      sharedParameters(),
		},
	}
}

type description struct {
	*schemas
	shown map[string]bool // paths that can be read
}

func (d *description) operation(r Route) map[string]any {
	op := map[string]any{"operationId": operation(r), "summary": summary(r), "tags": []string{r.resource()}, "x-role": string(r.Floor),
		"responses": d.responses(r), "description": "Needs the role " + r.Floor.Title() + " or higher" + scopeText(r) + "."}
	if r.Scope != AnyScope {
		op["security"] = []any{map[string]any{"token": []string{r.scope()}}}
	}
	if r.Audit != "" && !strings.HasPrefix(r.Audit, "none:") {
		op["x-audit"] = r.Audit
	}
	if p := d.parameters(r); len(p) > 0 {
		op["parameters"] = p
	}
	if takes(r.In) {
		t := reflect.TypeOf(r.In)
		op["requestBody"] = map[string]any{"required": true, "content": map[string]any{"application/json": map[string]any{
			"schema": d.of(t, true), "example": example(t, r.resource(), true)}}}
	}
	return op
}

func scopeText(r Route) string {
	if r.Scope == AnyScope {
		return ""
	}
	return ", and of a narrowed token the scope " + r.scope()
}

// takes reports whether In or Out is a body.
func takes(v any) bool { return v != nil && reflect.TypeOf(v) != reflect.TypeFor[None]() }

func (d *description) parameters(r Route) (out []any) {
	for _, p := range parameter.FindAllString(r.Path, -1) {
		before, _, _ := strings.Cut(r.Path, "/"+p)
		thing := singular(before[strings.LastIndex(before, "/")+1:])
		out = append(out, map[string]any{"name": p[1:], "in": "path", "required": true, "schema": map[string]any{"type": "string"},
			"description": "The id of the " + strings.ReplaceAll(thing, "-", " ") + ".", "example": exampleID(thing)})
	}
	for _, p := range r.Query {
		schema := map[string]any{"type": "string"}
		if p.Values != nil {
			schema["enum"] = p.Values
		}
		q := map[string]any{"name": p.Name, "in": "query", "schema": schema, "description": p.Does}
		if p.Example != "" {
			q["example"] = p.Example
		}
		out = append(out, q)
	}
	ref := func(name string) { out = append(out, map[string]any{"$ref": "#/components/parameters/" + name}) }
	switch {
	case listingOf(r) != nil:
		ref("limit")
		ref("after")
	case r.Method == http.MethodPost:
		ref("idempotencyKey")
	case r.Method != http.MethodGet && d.shown[r.Path]:
		ref("ifMatch")
	}
	return out
}

// successOf is the status of an operation that went well.
func successOf(r Route) int {
	switch {
	case r.Made != 0:
		return r.Made
	case r.Streams:
		return http.StatusOK
	case !takes(r.Out):
		return http.StatusNoContent
	case r.Method == http.MethodPost:
		verb := r.Name[strings.LastIndex(r.Name, ".")+1:]
		if slices.Contains(creates, verb) {
			return http.StatusCreated
		}
	}
	return http.StatusOK
}

// creates are verbs of operations that make something new and answer 201 with it.
var creates = []string{"create", "add", "grant", "ask", "raise"}
