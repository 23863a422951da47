// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// PoliciesAPI is what the API can do with policies.
type PoliciesAPI struct{ c *Client }

// Policies is what the API can do with policies.
func (c *Client) Policies() PoliciesAPI { return PoliciesAPI{c} }

// List: List policies.
func (a PoliciesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PolicyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/policies", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a PoliciesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[PolicyPolicy, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PolicyList, error) { return a.List(ctx, query, calls...) }, func(p PolicyList) ([]PolicyPolicy, string) { return p.Data, p.Next })
}

// Create: Create a policy.
func (a PoliciesAPI) Create(ctx context.Context, in PolicyInput, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodPost, "/policies", nil, in, &out, calls)
	return out, err
}

// Show: Show a policy.
func (a PoliciesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/policies/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a policy.
func (a PoliciesAPI) Update(ctx context.Context, id string, in PolicyChange, calls ...Call) (out PolicyPolicy, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/policies/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a policy.
func (a PoliciesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/policies/"+url.PathEscape(id), nil, nil, nil, calls)
}

// PolicyChange changes what it names and leaves the rest.
type PolicyChange struct {
	Allow         *[]string `json:"allow,omitempty"`
	Deny          *[]string `json:"deny,omitempty"`
	MayAsk        *bool     `json:"may_ask,omitempty"`
	Highest       *string   `json:"highest_tier,omitempty"`  // "" = any
	MaxCostUSD    *string   `json:"max_cost_usd,omitempty"`  // "" = anything
	AskAbove      *string   `json:"ask_above_usd,omitempty"` // "" = never
	Approver      *string   `json:"approver,omitempty"`
	Regions       *[]string `json:"regions,omitempty"` // [] = anywhere
	ZeroRetention *bool     `json:"zero_retention,omitempty"`
	NoTraining    *bool     `json:"no_training,omitempty"`
}

// PolicyInput sets a policy. Without a scope it is the organization's.
type PolicyInput struct {
	Scope         string   `json:"scope,omitempty"`
	Allow         []string `json:"allow,omitempty"`
	Deny          []string `json:"deny,omitempty"`
	MayAsk        bool     `json:"may_ask,omitempty"`
	Highest       string   `json:"highest_tier,omitempty"`
	MaxCostUSD    string   `json:"max_cost_usd,omitempty"`
	AskAbove      string   `json:"ask_above_usd,omitempty"`
	Approver      string   `json:"approver,omitempty"` // "" = manager
	Regions       []string `json:"regions,omitempty"`
	ZeroRetention bool     `json:"zero_retention,omitempty"`
	NoTraining    bool     `json:"no_training,omitempty"`
}

// PolicyList is a body of the API.
type PolicyList struct {
	Data    []PolicyPolicy `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// PolicyPolicy is a policy in the management API.
type PolicyPolicy struct {
	ID            string    `json:"id"`
	Scope         string    `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind     string    `json:"scope_kind"`
	ScopeLabel    string    `json:"scope_label"`
	Allow         []string  `json:"allow"`          // patterns of models that may be used; empty = all
	Deny          []string  `json:"deny"`           // patterns of models that may not; wins over allow
	MayAsk        bool      `json:"may_ask"`        // models that the lists refuse may be asked for
	Highest       string    `json:"highest_tier"`   // economy, standard or premium; models above need an approval; "" = any
	MaxCostUSD    string    `json:"max_cost_usd"`   // the largest cost of one request; "" = anything
	AskAbove      string    `json:"ask_above_usd"`  // a request that can cost more needs an approval; "" = never
	Approver      string    `json:"approver"`       // the lowest role that may approve: lead, manager or admin
	Regions       []string  `json:"regions"`        // where data may be kept and processed; empty = anywhere
	ZeroRetention bool      `json:"zero_retention"` // only providers that by their contract keep nothing
	NoTraining    bool      `json:"no_training"`    // only providers that by their contract train nothing with it
	CreatedAt     time.Time `json:"created_at"`
	UpdatedAt     time.Time `json:"updated_at"`
}
