// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// RulesAPI is what the API can do with rules.
type RulesAPI struct{ c *Client }

// Rules is what the API can do with rules.
func (c *Client) Rules() RulesAPI { return RulesAPI{c} }

// Show: Show a rule.
func (a RulesAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rules", query, nil, &out, calls)
	return out, err
}

// Update: Update a rule.
func (a RulesAPI) Update(ctx context.Context, in RouteDocument, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPut, "/routing/rules", nil, in, &out, calls)
	return out, err
}

// Versions: Show the versions of a rule.
func (a RulesAPI) Versions(ctx context.Context, query url.Values, calls ...Call) (out VersionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rules/versions", query, nil, &out, calls)
	return out, err
}

// AllVersions is Versions over all pages.
func (a RulesAPI) AllVersions(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Version, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (VersionList, error) {
		return a.Versions(ctx, query, calls...)
	}, func(p VersionList) ([]Version, string) { return p.Data, p.Next })
}

// Rollback: Rollback a rule.
func (a RulesAPI) Rollback(ctx context.Context, in RollbackInput, calls ...Call) (out Route, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/rules/rollback", nil, in, &out, calls)
	return out, err
}
