// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// LimitRequestsAPI is what the API can do with limit requests.
type LimitRequestsAPI struct{ c *Client }

// LimitRequests is what the API can do with limit requests.
func (c *Client) LimitRequests() LimitRequestsAPI { return LimitRequestsAPI{c} }

// List: List limit requests.
func (a LimitRequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out LimitRequestList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limit-requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a LimitRequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[LimitRequest, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (LimitRequestList, error) {
		return a.List(ctx, query, calls...)
	}, func(p LimitRequestList) ([]LimitRequest, string) { return p.Data, p.Next })
}

// Show: Show a limit request.
func (a LimitRequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limit-requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Approve: Approve a limit request.
func (a LimitRequestsAPI) Approve(ctx context.Context, id string, in LimitVerdictInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limit-requests/"+url.PathEscape(id)+"/approve", nil, in, &out, calls)
	return out, err
}

// Deny: Deny a limit request.
func (a LimitRequestsAPI) Deny(ctx context.Context, id string, in LimitDenialInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limit-requests/"+url.PathEscape(id)+"/deny", nil, in, &out, calls)
	return out, err
}

// LimitDenialInput refuses.
type LimitDenialInput struct {
	Note string `json:"note,omitempty"`
}

// LimitRequestList is a body of the API.
type LimitRequestList struct {
	Data    []LimitRequest `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// LimitVerdictInput approves. Empty fields grant what was asked for.
type LimitVerdictInput struct {
	Add   string     `json:"add,omitempty"`
	Until *time.Time `json:"until,omitempty"`
	Note  string     `json:"note,omitempty"`
}
