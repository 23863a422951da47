// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ModelTiersAPI is what the API can do with model tiers.
type ModelTiersAPI struct{ c *Client }

// ModelTiers is what the API can do with model tiers.
func (c *Client) ModelTiers() ModelTiersAPI { return ModelTiersAPI{c} }

// List: List model tiers.
func (a ModelTiersAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PolicyTierList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/model-tiers", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ModelTiersAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[PolicyTier, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PolicyTierList, error) {
		return a.List(ctx, query, calls...)
	}, func(p PolicyTierList) ([]PolicyTier, string) { return p.Data, p.Next })
}

// Set: Say of which tier models are, whatever they cost.
func (a ModelTiersAPI) Set(ctx context.Context, in PolicyTierInput, calls ...Call) (out PolicyTier, err error) {
	err = a.c.do(ctx, http.MethodPost, "/model-tiers", nil, in, &out, calls)
	return out, err
}

// Delete: Delete a model tier.
func (a ModelTiersAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/model-tiers/"+url.PathEscape(id), nil, nil, nil, calls)
}

// PolicyTier is what an organization says about the tier of models.
type PolicyTier struct {
	ID        string    `json:"id"`
	Pattern   string    `json:"pattern"` // a model, or with * for any characters; the longest that fits counts
	Tier      string    `json:"tier"`    // economy, standard or premium
	CreatedAt time.Time `json:"created_at"`
}

// PolicyTierInput sets the tier of models. A second one for the same pattern changes it.
type PolicyTierInput struct {
	Pattern string `json:"pattern,omitempty"`
	Tier    string `json:"tier,omitempty"`
}

// PolicyTierList is a body of the API.
type PolicyTierList struct {
	Data    []PolicyTier `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}
