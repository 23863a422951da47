// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// OverridesAPI is what the API can do with overrides.
type OverridesAPI struct{ c *Client }

// Overrides is what the API can do with overrides.
func (c *Client) Overrides() OverridesAPI { return OverridesAPI{c} }

// List: List overrides.
func (a OverridesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out OverrideList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices/overrides", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a OverridesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Override, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (OverrideList, error) { return a.List(ctx, query, calls...) }, func(p OverrideList) ([]Override, string) { return p.Data, p.Next })
}

// Create: Create an override.
func (a OverridesAPI) Create(ctx context.Context, in OverrideInput, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prices/overrides", nil, in, &out, calls)
	return out, err
}

// Show: Show an override.
func (a OverridesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices/overrides/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update an override.
func (a OverridesAPI) Update(ctx context.Context, id string, in OverrideChange, calls ...Call) (out Override, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/prices/overrides/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// End: End an override.
func (a OverridesAPI) End(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/prices/overrides/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Override is a price of the tenant's own.
type Override struct {
	ID         string            `json:"id"`
	Provider   string            `json:"provider,omitempty"`
	Connection string            `json:"connection,omitempty"`
	Model      string            `json:"model"`
	From       time.Time         `json:"from"`
	Until      *time.Time        `json:"until"`
	Prices     map[string]string `json:"prices_usd"`
	Note       string            `json:"note,omitempty"`
	Version    string            `json:"price_version"` // as attempts store it
	CreatedAt  time.Time         `json:"created_at"`
	UpdatedAt  time.Time         `json:"updated_at"`
}

// OverrideChange changes what it names and leaves the rest.
type OverrideChange struct {
	From   *time.Time         `json:"from,omitempty"`
	Until  *time.Time         `json:"until,omitempty"` // null = it holds until you end it
	Prices *map[string]string `json:"prices_usd,omitempty"`
	Note   *string            `json:"note,omitempty"`
}

// OverrideInput is a body of the API.
type OverrideInput struct {
	Provider   string            `json:"provider,omitempty"`
	Connection string            `json:"connection,omitempty"`
	Model      string            `json:"model,omitempty"`
	From       time.Time         `json:"from,omitzero"`
	Until      time.Time         `json:"until,omitzero"`
	Prices     map[string]string `json:"prices_usd,omitempty"`
	Note       string            `json:"note,omitempty"`
}

// OverrideList is a body of the API.
type OverrideList struct {
	Data    []Override `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}
