// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// SupportAccessAPI is what the API can do with support access.
type SupportAccessAPI struct{ c *Client }

// SupportAccess is what the API can do with support access.
func (c *Client) SupportAccess() SupportAccessAPI { return SupportAccessAPI{c} }

// List: List the times that support was let in, the newest first, twenty at most.
func (a SupportAccessAPI) List(ctx context.Context, query url.Values, calls ...Call) (out OperatorAccessList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/support-access", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a SupportAccessAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[OperatorAccess, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (OperatorAccessList, error) {
		return a.List(ctx, query, calls...)
	}, func(p OperatorAccessList) ([]OperatorAccess, string) { return p.Data, p.Next })
}

// Allow: Let support look at the organization's pages for a while: read-only, without prompts, kept texts and secrets. What is open ends.
func (a SupportAccessAPI) Allow(ctx context.Context, in OperatorAccessInput, calls ...Call) (out OperatorAccess, err error) {
	err = a.c.do(ctx, http.MethodPost, "/support-access", nil, in, &out, calls)
	return out, err
}

// End: End support's access at once.
func (a SupportAccessAPI) End(ctx context.Context, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/support-access/end", nil, nil, nil, calls)
}

// OperatorAccess is one time that support was let in.
type OperatorAccess struct {
	ID        string     `json:"id"`
	State     string     `json:"state"` // open, ended by somebody, or over by the clock
	Reason    string     `json:"reason"`
	AllowedBy string     `json:"allowed_by"`
	AllowedAt time.Time  `json:"allowed_at"`
	Until     time.Time  `json:"until"` // as it was allowed; ended_at is when it ended before
	EndedBy   string     `json:"ended_by"`
	EndedAt   *time.Time `json:"ended_at"` // null where nobody ended it before its time
}

// OperatorAccessInput lets support in.
type OperatorAccessInput struct {
	Reason string `json:"reason,omitempty"` // what support should look at
	Hours  int    `json:"hours,omitempty"`  // for how long, 1 to 168
}

// OperatorAccessList is a body of the API.
type OperatorAccessList struct {
	Data    []OperatorAccess `json:"data"`
	HasMore bool             `json:"has_more"`       // whether there are more pages
	Next    string           `json:"next,omitempty"` // give it as after
}
