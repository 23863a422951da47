// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// BudgetRequestsAPI is what the API can do with budget requests.
type BudgetRequestsAPI struct{ c *Client }

// BudgetRequests is what the API can do with budget requests.
func (c *Client) BudgetRequests() BudgetRequestsAPI { return BudgetRequestsAPI{c} }

// List: List budget requests.
func (a BudgetRequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BudgetOverrideList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budget-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BudgetRequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[BudgetOverride, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BudgetOverrideList, error) {
		return a.List(ctx, query, calls...)
	}, func(p BudgetOverrideList) ([]BudgetOverride, string) { return p.Data, p.Next })
}

// Show: Show a budget request.
func (a BudgetRequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodGet, "/budget-requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve a budget request.
func (a BudgetRequestsAPI) Approve(ctx context.Context, id string, in BudgetVerdictInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budget-requests/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny a budget request.
func (a BudgetRequestsAPI) Deny(ctx context.Context, id string, in BudgetDenialInput, calls ...Call) (out BudgetOverride, err error) {
	err = a.c.do(ctx, http.MethodPost, "/budget-requests/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// BudgetDenialInput refuses.
type BudgetDenialInput struct {
	Note string `json:"note,omitempty"`
}

// BudgetOverrideList is a body of the API.
type BudgetOverrideList struct {
	Data    []BudgetOverride `json:"data"`
	HasMore bool             `json:"has_more"`       // whether there are more pages
	Next    string           `json:"next,omitempty"` // give it as after
}

// BudgetVerdictInput approves. Empty fields grant what was asked for.
type BudgetVerdictInput struct {
	Amount string `json:"amount,omitempty"`
	Until  string `json:"until,omitempty"`
	Note   string `json:"note,omitempty"`
}
