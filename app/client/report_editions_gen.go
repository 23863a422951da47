// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
)

// ReportEditionsAPI is what the API can do with report editions.
type ReportEditionsAPI struct{ c *Client }

// ReportEditions is what the API can do with report editions.
func (c *Client) ReportEditions() ReportEditionsAPI { return ReportEditionsAPI{c} }

// List: List the editions that were sent, newest first, without what they say.
func (a ReportEditionsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BulletinEditionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/report-editions", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ReportEditionsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[BulletinEdition, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BulletinEditionList, error) {
		return a.List(ctx, query, calls...)
	}, func(p BulletinEditionList) ([]BulletinEdition, string) { return p.Data, p.Next })
}

// Show: Show an edition: its figures as they were sent, and how each copy fares.
func (a ReportEditionsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out BulletinEdition, err error) {
	err = a.c.do(ctx, http.MethodGet, "/report-editions/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// File: Download an edition as a document or as a table.
// The caller closes the body.
func (a ReportEditionsAPI) File(ctx context.Context, id string, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/report-editions/"+url.PathEscape(id)+"/file", query, nil, &body, calls)
	return body, err
}

// BulletinEditionList is a page of the archive, newest first.
type BulletinEditionList struct {
	Data    []BulletinEdition `json:"data"`
	Next    string            `json:"next,omitempty"` // give it as ?after=
	HasMore bool              `json:"has_more"`       // whether there are more pages
}
