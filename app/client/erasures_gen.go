// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// ErasuresAPI is what the API can do with erasures.
type ErasuresAPI struct{ c *Client }

// Erasures is what the API can do with erasures.
func (c *Client) Erasures() ErasuresAPI { return ErasuresAPI{c} }

// List: List the proofs of erasures, the newest first.
func (a ErasuresAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ErasureList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/erasures", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ErasuresAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Erasure, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ErasureList, error) { return a.List(ctx, query, calls...) }, func(p ErasureList) ([]Erasure, string) { return p.Data, p.Next })
}

// Show: Show the proof of one erasure.
func (a ErasuresAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Erasure, err error) {
	err = a.c.do(ctx, http.MethodGet, "/erasures/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// ErasureList is a body of the API.
type ErasureList struct {
	Data    []Erasure `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}
