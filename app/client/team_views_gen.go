// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// TeamViewsAPI is what the API can do with team views.
type TeamViewsAPI struct{ c *Client }

// TeamViews is what the API can do with team views.
func (c *Client) TeamViews() TeamViewsAPI { return TeamViewsAPI{c} }

// List: List the views of requests that a team shares, by name.
func (a TeamViewsAPI) List(ctx context.Context, id string, query url.Values, calls ...Call) (out ReportSharedList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams/"+url.PathEscape(id)+"/views", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TeamViewsAPI) All(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[ReportShared, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReportSharedList, error) {
		return a.List(ctx, id, query, calls...)
	}, func(p ReportSharedList) ([]ReportShared, string) { return p.Data, p.Next })
}

// Share: Share a view of requests with a team, or change the one of that name.
func (a TeamViewsAPI) Share(ctx context.Context, id string, in ReportSharedInput, calls ...Call) (out ReportShared, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/views", nil, in, &out, calls)
	return out, err
}

// Unshare: End a view that a team shares.
func (a TeamViewsAPI) Unshare(ctx context.Context, id string, in ReportUnsharedInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/views/end", nil, in, nil, calls)
}

// ReportShared is a view that a team shares. Query is what stands behind the question mark of /requests.
type ReportShared struct {
	TeamID    string `json:"team_id"`
	Name      string `json:"name"`
	Query     string `json:"query"`
	OwnerID   string `json:"owner_id,omitempty"` // none if a token of the organization shared it
	Owner     string `json:"owner,omitempty"`
	MayChange bool   `json:"may_change"` // by who asks
}

// ReportSharedInput has the filters of GET /api/v1/requests as a query: "status=failed&team=-".
type ReportSharedInput struct {
	Name  string `json:"name,omitempty"`
	Query string `json:"query,omitempty"`
}

// ReportSharedList is a body of the API.
type ReportSharedList struct {
	Data    []ReportShared `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// ReportUnsharedInput is a body of the API.
type ReportUnsharedInput struct {
	Name string `json:"name,omitempty"`
}
