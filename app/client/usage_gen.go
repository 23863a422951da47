// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// UsageAPI is what the API can do with usage.
type UsageAPI struct{ c *Client }

// Usage is what the API can do with usage.
func (c *Client) Usage() UsageAPI { return UsageAPI{c} }

// List: Add up usage by a dimension.
func (a UsageAPI) List(ctx context.Context, query url.Values, calls ...Call) (out UsageList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a UsageAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (UsageList, error) { return a.List(ctx, query, calls...) }, func(p UsageList) ([]Usage, string) { return p.Data, p.Next })
}

// Allocation: Share costs out over a tag or a part of the tree.
func (a UsageAPI) Allocation(ctx context.Context, query url.Values, calls ...Call) (out Allocation, err error) {
	err = a.c.do(ctx, http.MethodGet, "/usage/allocation", query, nil, &out, calls)
	return out, err
}

// AllAllocation is Allocation over all pages.
func (a UsageAPI) AllAllocation(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Usage, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (Allocation, error) {
		return a.Allocation(ctx, query, calls...)
	}, func(p Allocation) ([]Usage, string) { return p.Data, p.Next })
}

// Allocation is GET /api/v1/usage/allocation: lines and rest make total, to the nano-dollar.
type Allocation struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Zone    string    `json:"zone"`
	Total   Usage     `json:"total"`
	Rest    Usage     `json:"rest"` // what no line claims: untagged, outside departments
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// Usage is what one value of a dimension comes to.
type Usage struct {
	ID           string   `json:"id"`
	Name         string   `json:"name,omitempty"`
	Requests     int64    `json:"requests"`
	Errors       int64    `json:"errors"`
	InputTokens  int64    `json:"input_tokens"`
	CachedTokens int64    `json:"cached_tokens"` // of the input, read from the providers' prompt caches
	OutputTokens int64    `json:"output_tokens"`
	CostUSD      string   `json:"cost_usd"`
	CacheHitRate *float64 `json:"cache_hit_rate"` // CacheHitRate is cached_tokens ÷ input_tokens; null without input.
}

// UsageList is a body of the API.
type UsageList struct {
	By      string    `json:"by"`
	From    time.Time `json:"from"`
	To      time.Time `json:"to"`
	Data    []Usage   `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}
