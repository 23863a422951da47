// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// PricesAPI is what the API can do with prices.
type PricesAPI struct{ c *Client }

// Prices is what the API can do with prices.
func (c *Client) Prices() PricesAPI { return PricesAPI{c} }

// List: List prices.
func (a PricesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PriceList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prices", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a PricesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Price, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PriceList, error) { return a.List(ctx, query, calls...) }, func(p PriceList) ([]Price, string) { return p.Data, p.Next })
}

// Price is a model of the catalogue. Prices are USD per million tokens, or per request and search.
type Price struct {
	Provider      string            `json:"provider"`
	Model         string            `json:"model"`
	Name          string            `json:"name"`
	Prices        map[string]string `json:"prices_usd"` // null when no price is known
	ContextWindow int64             `json:"context_window,omitempty"`
	Tiered        bool              `json:"tiered"`
	Dated         bool              `json:"dated"`
	TimeOfDay     bool              `json:"time_of_day"`
	Deprecated    bool              `json:"deprecated"`
}

// PriceList is a body of the API.
type PriceList struct {
	Version string  `json:"version"` // of the catalogue
	Data    []Price `json:"data"`
	Next    string  `json:"next,omitempty"` // give it as ?after=
	HasMore bool    `json:"has_more"`       // whether there are more pages
}
