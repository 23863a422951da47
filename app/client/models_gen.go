// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// ModelsAPI is what the API can do with models.
type ModelsAPI struct{ c *Client }

// Models is what the API can do with models.
func (c *Client) Models() ModelsAPI { return ModelsAPI{c} }

// List: List models.
func (a ModelsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ModelList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/models", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ModelsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Model, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ModelList, error) { return a.List(ctx, query, calls...) }, func(p ModelList) ([]Model, string) { return p.Data, p.Next })
}

// Catalog: Show the catalog of a model.
func (a ModelsAPI) Catalog(ctx context.Context, query url.Values, calls ...Call) (out EntryList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/models/catalog", query, nil, &out, calls)
	return out, err
}

// AllCatalog is Catalog over all pages.
func (a ModelsAPI) AllCatalog(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Entry, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (EntryList, error) { return a.Catalog(ctx, query, calls...) }, func(p EntryList) ([]Entry, string) { return p.Data, p.Next })
}

// Entry is one model of the catalogue and the connections that offer it.
type Entry struct {
	ID            string            `json:"id"` // provider/model
	Name          string            `json:"name"`
	Provider      string            `json:"provider"`
	OfferedAs     []string          `json:"offered_as"` // connection/model
	ContextWindow int64             `json:"context_window,omitempty"`
	MaxOutput     int64             `json:"max_output_tokens,omitempty"`
	Images        bool              `json:"takes_images"`
	Documents     bool              `json:"takes_documents"`
	Audio         bool              `json:"takes_audio"`
	Tools         bool              `json:"tools"`
	JSONSchema    bool              `json:"json_schema"`
	Reasoning     bool              `json:"reasoning"`
	Deprecated    bool              `json:"deprecated,omitempty"`
	Prices        map[string]string `json:"prices_usd,omitempty"`
	Tiers         []RouteTier       `json:"tiers,omitempty"`
}

// EntryList is a body of the API.
type EntryList struct {
	Data    []Entry `json:"data"`
	Total   int     `json:"total"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Model is one model on offer. Prices are USD per million tokens, as exact decimals; absent where none is known.
type Model struct {
	Name          string      `json:"name"` // connection/model
	Model         string      `json:"model"`
	Connection    string      `json:"connection"`
	ContextWindow int64       `json:"context_window,omitempty"`
	InputUSD      string      `json:"input_usd_per_mtok,omitempty"`
	CachedUSD     string      `json:"cached_usd_per_mtok,omitempty"`
	OutputUSD     string      `json:"output_usd_per_mtok,omitempty"`
	Deprecated    bool        `json:"deprecated,omitempty"`
	Facts         *RouteFacts `json:"facts,omitempty"` // Facts are the catalogue's, at list prices; absent where it does not know the model.
}

// ModelList is a body of the API.
type ModelList struct {
	Data    []Model `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// RouteFacts is what the catalogue knows of a model. Prices are USD per million tokens, or per request or search; a class that is missing is charged as the wider one that holds it. What is not said is not known.
type RouteFacts struct {
	ContextWindow int64             `json:"context_window,omitempty"`
	MaxOutput     int64             `json:"max_output_tokens,omitempty"`
	Images        bool              `json:"takes_images"`
	Documents     bool              `json:"takes_documents"`
	Audio         bool              `json:"takes_audio"`
	Tools         bool              `json:"tools"`
	JSONSchema    bool              `json:"json_schema"`
	Reasoning     bool              `json:"reasoning"`
	Deprecated    bool              `json:"deprecated,omitempty"`
	Prices        map[string]string `json:"prices_usd,omitempty"`
	Tiers         []RouteTier       `json:"tiers,omitempty"`
}

// RouteTier is a price that replaces the base price of a class for the whole request once its input is longer.
type RouteTier struct {
	Class string `json:"class"`
	Above int64  `json:"above_input_tokens"`
	USD   string `json:"usd"`
}
