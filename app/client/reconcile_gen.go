// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ReconcileAPI is what the API can do with reconcile.
type ReconcileAPI struct{ c *Client }

// Reconcile is what the API can do with reconcile.
func (c *Client) Reconcile() ReconcileAPI { return ReconcileAPI{c} }

// List: List days of the providers' books beside ours.
func (a ReconcileAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ReconcileDayList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reconcile", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ReconcileAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[ReconcileDay, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReconcileDayList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ReconcileDayList) ([]ReconcileDay, string) { return p.Data, p.Next })
}

// Show: Show a connection's days in both books.
func (a ReconcileAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out ReconcileAccount, err error) {
	err = a.c.do(ctx, http.MethodGet, "/reconcile/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// AllShow is Show over all pages.
func (a ReconcileAPI) AllShow(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[ReconcileDay, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ReconcileAccount, error) {
		return a.Show(ctx, id, query, calls...)
	}, func(p ReconcileAccount) ([]ReconcileDay, string) { return p.Data, p.Next })
}

// Set: Set the credential that reads a provider's cost report.
func (a ReconcileAPI) Set(ctx context.Context, id string, in ReconcileCredentialInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPut, "/reconcile/"+url.PathEscape(id), nil, in, nil, calls)
}

// Read: Read a provider's cost report now.
func (a ReconcileAPI) Read(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/reconcile/"+url.PathEscape(id)+"/read", nil, nil, nil, calls)
}

// Remove: Forget the credential of a cost report.
func (a ReconcileAPI) Remove(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/reconcile/"+url.PathEscape(id), nil, nil, nil, calls)
}

// ReconcileAccount is a connection whose provider has a cost report. The credential is never in it.
type ReconcileAccount struct {
	Connection    string         `json:"connection"`
	Name          string         `json:"name"` // "" of a connection that was deleted; what was read stays
	HasCredential bool           `json:"has_credential"`
	KeyHint       string         `json:"key_hint,omitempty"` // last four characters
	Narrow        string         `json:"narrow,omitempty"`
	ReadAt        *time.Time     `json:"read_at"`
	Trouble       string         `json:"trouble,omitempty"` // why the last reading failed
	Data          []ReconcileDay `json:"data"`
	HasMore       bool           `json:"has_more"`       // whether there are more pages
	Next          string         `json:"next,omitempty"` // give it as after
}

// ReconcileCredentialInput sets what reads a report. Credential is written, never read; without it the one there is stays.
type ReconcileCredentialInput struct {
	Credential string `json:"credential,omitempty"`
	Narrow     string `json:"narrow,omitempty"` // the provider's project or workspace
}

// ReconcileDay is one connection's day (UTC) in both books.
type ReconcileDay struct {
	Connection string          `json:"connection"`
	Day        string          `json:"day"` // 2026-08-20
	Ours       string          `json:"ours_usd"`
	Theirs     string          `json:"theirs_usd"`
	Difference string          `json:"difference_usd"`
	Captured   int64           `json:"captured_per_mille"`
	Verdict    string          `json:"verdict"` // agrees, missing, excess, nothing
	Attempts   int64           `json:"attempts"`
	ReadAt     time.Time       `json:"read_at"`
	OurLines   []ReconcileLine `json:"our_lines,omitempty"`
	TheirLines []ReconcileLine `json:"their_lines,omitempty"`
}

// ReconcileDayList is a body of the API.
type ReconcileDayList struct {
	Data    []ReconcileDay `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// ReconcileLine is a body of the API.
type ReconcileLine struct {
	Item string `json:"item"`
	Cost string `json:"cost_usd"`
}
