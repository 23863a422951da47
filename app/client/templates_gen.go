// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// TemplatesAPI is what the API can do with templates.
type TemplatesAPI struct{ c *Client }

// Templates is what the API can do with templates.
func (c *Client) Templates() TemplatesAPI { return TemplatesAPI{c} }

// List: List the blueprints to begin with, with their YAML.
func (a TemplatesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TemplateList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/templates", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TemplatesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Template, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TemplateList, error) { return a.List(ctx, query, calls...) }, func(p TemplateList) ([]Template, string) { return p.Data, p.Next })
}

// Template is a blueprint to begin with.
type Template struct {
	Name  string `json:"name"`
	Title string `json:"title"`
	About string `json:"about"`
	YAML  string `json:"yaml"`
}

// TemplateList is all of them.
type TemplateList struct {
	Data    []Template `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}
