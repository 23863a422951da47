package web

import (
	"maps"
	"net/http"
	"reflect"
	"strconv"
	"strings"
)

func (d *description) responses(r Route) map[string]any {
	status := successOf(r)
	good := map[string]any{"description": http.StatusText(status), "headers": map[string]any{
		"X-Request-Id": header("requestId"), "RateLimit": header("rateLimit"), "RateLimit-Policy": header("rateLimitPolicy")}}
	if takes(r.Out) {
		t := reflect.TypeOf(r.Out)
		schema, sample := d.of(t, false), example(t, r.resource(), false)
		if l := listingOf(r); l != nil {
			schema = d.page(t, l)
			if m, ok := sample.(map[string]any); ok {
				m["has_more"] = false
				delete(m, "next")
			}
		}
		good["content"] = map[string]any{"application/json": map[string]any{"schema": schema, "example": sample}}
		if r.Method != http.MethodPost {
			good["headers"].(map[string]any)["ETag"] = header("etag")
		}
	}
	if r.Streams {
		content := map[string]any{}
		kinds := r.Files
		if kinds == nil {
			kinds = []string{"text/csv", "application/jsonl"}
		}
		for _, kind := range kinds {
			content[kind] = map[string]any{"schema": map[string]any{"type": "string"}}
		}
		good["content"] = content
	}
	out := map[string]any{strconv.Itoa(status): good}
	bad := func(code string) { out[code] = map[string]any{"$ref": "#/components/responses/problem"} }
	for _, code := range []string{"401", "403", "429", "500"} {
		bad(code)
	}
	if strings.Contains(r.Path, ":") {
		bad("404")
	}
	if takes(r.In) || r.Query != nil || listingOf(r) != nil || r.Method == http.MethodPost {
		bad("400")
	}
	if r.Method != http.MethodGet {
		bad("409")
	}
	if r.Method == http.MethodPost {
		bad("422")
	}
	if r.Method != http.MethodGet && r.Method != http.MethodPost && d.shown[r.Path] {
		bad("412")
	}
	return out
}

func header(name string) map[string]any {
	return map[string]any{"$ref": "#/components/headers/" + name}
}

// page adds to a list's schema what every page has, unless the list declares it.
func (d *description) page(t reflect.Type, _ *listing) map[string]any {
	ref := d.of(t, false)
	list := d.components[d.namer.of(t)].(map[string]any)
	properties := maps.Clone(list["properties"].(map[string]any))
	properties["has_more"] = map[string]any{"type": "boolean", "description": "Whether there are more pages."}
	properties["next"] = map[string]any{"type": "string", "description": "Pass it as ?after= for the following page; absent on the last."}
	list["properties"] = properties
	return ref
}

// withProblem are all components' schemas, with the one of errors.
func (d *description) withProblem() map[string]any {
	d.components["Problem"] = map[string]any{"type": "object", "description": "What went wrong, in RFC 9457's words. Facts of the case may stand beside these members.",
		"required": []string{"type", "title", "status", "detail", "code", "request_id"},
		"properties": map[string]any{
			"type":       map[string]any{"type": "string", "format": "uri", "description": "A page that explains the code."},
			"title":      map[string]any{"type": "string"},
			"status":     map[string]any{"type": "integer"},
			"detail":     map[string]any{"type": "string", "description": "One sentence for people: what is wrong, what is allowed, what to do."},
			"code":       map[string]any{"type": "string", "description": "A stable word for programs."},
			"request_id": map[string]any{"type": "string", "description": "Quote it when you ask for help."},
			"errors": map[string]any{"type": "array", "items": map[string]any{"type": "object", "required": []string{"field", "detail"}, "properties": map[string]any{
				"pointer":   map[string]any{"type": "string", "description": "Where in the body (RFC 6901)."},
				"parameter": map[string]any{"type": "string", "description": "Which parameter of the query."},
				"field":     map[string]any{"type": "string"},
				"detail":    map[string]any{"type": "string"},
			}}},
		}}
	return d.components
}

func problemResponses() map[string]any {
	return map[string]any{"problem": map[string]any{"description": "A problem.", "content": map[string]any{"application/problem+json": map[string]any{
		"schema": map[string]any{"$ref": "#/components/schemas/Problem"},
		"example": map[string]any{"type": "https://gateway.example.com/docs/errors/invalid_request", "title": "Bad Request", "status": 400, "detail": "Enter a name for the key.",
			"code": "invalid_request", "request_id": exampleID("request"), "errors": []any{map[string]any{"pointer": "/name", "field": "name", "detail": "Enter a name for the key."}}},
	}}}}
}

func answerHeaders() map[string]any {
	of := func(text string) map[string]any {
		return map[string]any{"description": text, "schema": map[string]any{"type": "string"}}
	}
	return map[string]any{
		"requestId": of("The id of this request."), "etag": of("The revision; send it as If-Match with a change."),
		"rateLimit": of("What is left of the token's minute, and when it ends: \"token\";r=2999;t=60."), "rateLimitPolicy": of("How many requests a token has: \"token\";q=3000;w=60."),
	}
}

func sharedParameters() map[string]any {
	return map[string]any{
		"limit": map[string]any{"name": "limit", "in": "query", "description": "How many a page has.", "schema": map[string]any{"type": "integer", "minimum": 1, "maximum": largestPage, "default": defaultPage}},
		"after": map[string]any{"name": "after", "in": "query", "description": "The next of the page before.", "schema": map[string]any{"type": "string"}},
		"idempotencyKey": map[string]any{"name": "Idempotency-Key", "in": "header", "description": "Repeating the request with the same key within 24 hours gives the same answer without doing it again.",
			"schema": map[string]any{"type": "string", "maxLength": 200}},
		"ifMatch": map[string]any{"name": "If-Match", "in": "header", "description": "The ETag that the change was made on; 412 if it was changed since.", "schema": map[string]any{"type": "string"}},
	}
}
