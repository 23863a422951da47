package web

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	views "github.com/bodhi-gateway/bodhi/views/page"
)

// The reference page is read from the OpenAPI document itself, so page and document cannot differ.

type apiDocument struct {
	Servers []struct{ URL string }
	Paths   map[string]map[string]struct {
		OperationID string `json:"operationId"`
		Summary     string
		Description string
		Tags        []string
		Audit       string `json:"x-audit"`
		Parameters  []apiParameter
		RequestBody *struct{ Content map[string]apiContent } `json:"requestBody"`
		Responses   map[string]struct {
			Content map[string]apiContent
		}
	}
	Components struct {
		Schemas    map[string]apiSchema
		Parameters map[string]apiParameter
	}
}

type apiParameter struct {
	Ref         string `json:"$ref"`
	Name, In    string
	Required    bool
	Description string
	Schema      apiSchema
}

type apiContent struct {
	Schema  apiSchema
	Example json.RawMessage
}

type apiSchema struct {
	Ref         string `json:"$ref"`
	Type        any
	Format      string
	Enum        []string
	Description string
	Items       *apiSchema
	AllOf       []apiSchema `json:"allOf"`
	AnyOf       []apiSchema `json:"anyOf"`
	Properties  map[string]apiSchema
	More        json.RawMessage `json:"additionalProperties"`
}

// methods are in the order in which people look for them.
var methods = []string{"get", "post", "put", "patch", "delete"}

// referenceOf makes the page of a document.
func referenceOf(document []byte) (views.APIPage, error) {
	var d apiDocument
	if err := json.Unmarshal(document, &d); err != nil {
		return views.APIPage{}, fmt.Errorf("read the API's own description: %w", err)
	}
	page := views.APIPage{Server: d.Servers[0].URL, Document: OpenAPIPath}
	groups := map[string]*views.Resource{}
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range methods {
			op, ok := d.Paths[path][method]
			if !ok {
				continue
			}
			g := groups[op.Tags[0]]
			if g == nil {
				g = &views.Resource{Name: op.Tags[0]}
				groups[op.Tags[0]] = g
			}
			o := views.Operation{ID: op.OperationID, Method: strings.ToUpper(method), Path: path, Summary: op.Summary, Needs: op.Description, Audit: op.Audit}
			for _, p := range op.Parameters {
				if p.Ref != "" {
					p = d.Components.Parameters[last(p.Ref)]
				}
				o.Parameters = append(o.Parameters, views.Member{Name: p.Name, Kind: p.In, Text: p.Description, Values: strings.Join(p.Schema.Enum, ", ")})
			}
			if op.RequestBody != nil {
				body := op.RequestBody.Content["application/json"]
				o.Request, o.RequestExample = d.members(body.Schema), pretty(body.Example)
			}
			for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
				if answer := op.Responses[status]; status < "300" {
					o.Status = status
					if good, ok := answer.Content["application/json"]; ok {
						o.Answer, o.AnswerExample = d.members(good.Schema), pretty(good.Example)
					}
				}
			}
			o.Curl = curl(o, d.Servers[0].URL)
			g.Operations = append(g.Operations, o)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(groups)) {
		page.Resources = append(page.Resources, *groups[name])
	}
	return page, nil
}

func last(ref string) string { return ref[strings.LastIndex(ref, "/")+1:] }

// members are a body's fields; those of a list are its element's.
func (d apiDocument) members(s apiSchema) (out []views.Member) {
	if s.Ref != "" {
		s = d.Components.Schemas[last(s.Ref)]
	}
	if data, ok := s.Properties["data"]; ok && data.Items != nil {
		for _, m := range d.members(*data.Items) {
			m.Name = "data[]." + m.Name
			out = append(out, m)
		}
		rest := maps.Clone(s.Properties)
		delete(rest, "data")
		s.Properties = rest
	}
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		p := s.Properties[name]
		out = append(out, views.Member{Name: name, Kind: kindOf(p), Text: p.Description, Values: strings.Join(p.Enum, ", ")})
	}
	return out
}

// kindOf is a schema's type in a word or two.
func kindOf(s apiSchema) string {
	switch t := s.Type.(type) {
	case string:
		if t == "array" && s.Items != nil {
			return "list of " + kindOf(*s.Items)
		}
		if s.Format == "date-time" {
			return "time"
		}
		return t
	case []any:
		if s.Format == "date-time" {
			return "time or null"
		}
		return fmt.Sprintf("%v or null", t[0])
	}
	switch {
	case s.Ref != "":
		return last(s.Ref)
	case len(s.AllOf) > 0:
		return kindOf(s.AllOf[0])
	case len(s.AnyOf) > 0:
		return kindOf(s.AnyOf[0]) + " or null"
	}
	return "any"
}

func pretty(b json.RawMessage) string {
	var out bytes.Buffer
	if err := json.Indent(&out, b, "", "  "); err != nil {
		return string(b)
	}
	return out.String()
}

func curl(o views.Operation, server string) string {
	var b strings.Builder
	b.WriteString("curl")
	if o.Method != "GET" {
		b.WriteString(" -X " + o.Method)
	}
	b.WriteString(" '" + server + o.Path + "' \\\n  -H \"Authorization: Bearer $BODHI_TOKEN\"")
	if o.RequestExample != "" {
		b.WriteString(" \\\n  -H 'Content-Type: application/json' \\\n  -d '" + strings.ReplaceAll(o.RequestExample, "'", `'\''`) + "'")
	}
	return b.String()
}
