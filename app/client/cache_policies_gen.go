// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// CachePoliciesAPI is what the API can do with cache policies.
type CachePoliciesAPI struct{ c *Client }

// CachePolicies is what the API can do with cache policies.
func (c *Client) CachePolicies() CachePoliciesAPI { return CachePoliciesAPI{c} }

// List: List cache policies, the outermost scopes first.
func (a CachePoliciesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out CachePolicyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache-policies", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a CachePoliciesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[CachePolicy, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (CachePolicyList, error) {
		return a.List(ctx, query, calls...)
	}, func(p CachePolicyList) ([]CachePolicy, string) { return p.Data, p.Next })
}

// Create: Set a cache policy.
func (a CachePoliciesAPI) Create(ctx context.Context, in CachePolicyInput, calls ...Call) (out CachePolicy, err error) {
	err = a.c.do(ctx, http.MethodPost, "/cache-policies", nil, in, &out, calls)
	return out, err
}

// Show: Show a cache policy.
func (a CachePoliciesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out CachePolicy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/cache-policies/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Change what is named of a cache policy.
func (a CachePoliciesAPI) Update(ctx context.Context, id string, in CachePolicyChange, calls ...Call) (out CachePolicy, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/cache-policies/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Approve: Agree to a cache policy's sharing in the whole organization.
func (a CachePoliciesAPI) Approve(ctx context.Context, id string, calls ...Call) (out CachePolicy, err error) {
	err = a.c.do(ctx, http.MethodPost, "/cache-policies/"+url.PathEscape(id)+"/approve", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete a cache policy.
func (a CachePoliciesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/cache-policies/"+url.PathEscape(id), nil, nil, nil, calls)
}

// CachePolicy is a cache policy in the management API.
type CachePolicy struct {
	ID         string    `json:"id"`
	Scope      string    `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string    `json:"scope_kind"`
	ScopeLabel string    `json:"scope_label"`
	Name       string    `json:"name"`
	Models     []string  `json:"models"`      // as clients name them; none is all
	Purposes   []string  `json:"purposes"`    // x-bodhi-purpose; none is all
	Mode       string    `json:"mode"`        // exact or off
	Sharing    string    `json:"sharing"`     // user, team or organization
	TTL        string    `json:"ttl"`         // "24h"
	Stale      string    `json:"stale"`       // how much longer it is given while it is fetched anew
	LastResort string    `json:"last_resort"` // how old it may get in all for routes that give cached answers when no provider answers; "" is no older
	Warmest    float64   `json:"max_temperature"`
	Tools      bool      `json:"tools"` // requests that offer tools too
	MaxBytes   int64     `json:"max_bytes"`
	Pace       string    `json:"pace"`      // of streams: full or natural
	Like       string    `json:"like"`      // questions worded differently: off, shadow, strict, verified or relaxed
	Threshold  float64   `json:"threshold"` // least cosine of two questions, 0 where like is off
	Embedder   string    `json:"embedder"`  // model that makes vectors; empty is the built-in one
	Judge      string    `json:"judge"`     // model that verified asks
	Binding    bool      `json:"binding"`
	Approved   bool      `json:"approved"` // an admin agreed to sharing in the whole organization
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// CachePolicyChange changes what it names and leaves the rest.
type CachePolicyChange struct {
	Name      *string   `json:"name,omitempty"`
	Models    *[]string `json:"models,omitempty"`
	Purposes  *[]string `json:"purposes,omitempty"`
	Mode      *string   `json:"mode,omitempty"`
	Sharing   *string   `json:"sharing,omitempty"`
	TTL       *string   `json:"ttl,omitempty"`
	Stale     *string   `json:"stale,omitempty"`
	Outages   *string   `json:"last_resort,omitempty"`
	Warmest   *float64  `json:"max_temperature,omitempty"`
	Tools     *bool     `json:"tools,omitempty"`
	MaxBytes  *int64    `json:"max_bytes,omitempty"`
	Pace      *string   `json:"pace,omitempty"`
	Like      *string   `json:"like,omitempty"`
	Threshold *float64  `json:"threshold,omitempty"`
	Embedder  *string   `json:"embedder,omitempty"`
	Judge     *string   `json:"judge,omitempty"`
	Binding   *bool     `json:"binding,omitempty"`
}

// CachePolicyInput sets a policy: a preset, and what is to be different of it. Without a scope it is the organization's.
type CachePolicyInput struct {
	Preset    string    `json:"preset,omitempty"` // code_completion, documentation, company_faq or real_time
	Scope     string    `json:"scope,omitempty"`
	Name      *string   `json:"name,omitempty"`
	Models    *[]string `json:"models,omitempty"`
	Purposes  *[]string `json:"purposes,omitempty"`
	Mode      *string   `json:"mode,omitempty"`
	Sharing   *string   `json:"sharing,omitempty"`
	TTL       *string   `json:"ttl,omitempty"`
	Stale     *string   `json:"stale,omitempty"`
	Outages   *string   `json:"last_resort,omitempty"`
	Warmest   *float64  `json:"max_temperature,omitempty"`
	Tools     *bool     `json:"tools,omitempty"`
	MaxBytes  *int64    `json:"max_bytes,omitempty"`
	Pace      *string   `json:"pace,omitempty"`
	Like      *string   `json:"like,omitempty"`
	Threshold *float64  `json:"threshold,omitempty"`
	Embedder  *string   `json:"embedder,omitempty"`
	Judge     *string   `json:"judge,omitempty"`
	Binding   *bool     `json:"binding,omitempty"`
}

// CachePolicyList is a body of the API.
type CachePolicyList struct {
	Data    []CachePolicy `json:"data"`
	HasMore bool          `json:"has_more"`       // whether there are more pages
	Next    string        `json:"next,omitempty"` // give it as after
}
