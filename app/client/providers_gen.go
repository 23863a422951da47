// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// ProvidersAPI is what the API can do with providers.
type ProvidersAPI struct{ c *Client }

// Providers is what the API can do with providers.
func (c *Client) Providers() ProvidersAPI { return ProvidersAPI{c} }

// List: List providers.
func (a ProvidersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ProviderKindList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/providers", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ProvidersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[ProviderKind, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ProviderKindList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ProviderKindList) ([]ProviderKind, string) { return p.Data, p.Next })
}

// ProviderKind is a kind of connection and what one of it must say.
type ProviderKind struct {
	Kind            string            `json:"kind"`
	Title           string            `json:"title"`
	About           string            `json:"about"`
	BaseURL         string            `json:"base_url,omitempty"` // stands in where a connection names none
	NeedsBaseURL    bool              `json:"needs_base_url"`     // NeedsBaseURL and NeedsCredential say what a connection cannot do without.
	NeedsCredential bool              `json:"needs_credential"`
	Settings        []Setting         `json:"settings,omitempty"`
	Services        []ProviderService `json:"services,omitempty"` // Services are known servers of the kind; naming one fills in its address.
}

// ProviderKindList is a body of the API.
type ProviderKindList struct {
	Data    []ProviderKind `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// ProviderService is a body of the API.
type ProviderService struct {
	Service         string `json:"service"`
	Title           string `json:"title"`
	BaseURL         string `json:"base_url"`
	NeedsCredential bool   `json:"needs_credential"`
}

// Setting is a body of the API.
type Setting struct {
	Name    string `json:"name"`
	Label   string `json:"label"`
	About   string `json:"about"`
	Example string `json:"example"`
}
