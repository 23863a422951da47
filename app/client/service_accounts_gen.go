// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ServiceAccountsAPI is what the API can do with service accounts.
type ServiceAccountsAPI struct{ c *Client }

// ServiceAccounts is what the API can do with service accounts.
func (c *Client) ServiceAccounts() ServiceAccountsAPI { return ServiceAccountsAPI{c} }

// List: List service accounts.
func (a ServiceAccountsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out IdentityAccountList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/service-accounts", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ServiceAccountsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[IdentityAccount, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (IdentityAccountList, error) {
		return a.List(ctx, query, calls...)
	}, func(p IdentityAccountList) ([]IdentityAccount, string) { return p.Data, p.Next })
}

// Create: Create a service account.
func (a ServiceAccountsAPI) Create(ctx context.Context, in IdentityAccountInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts", nil, in, &out, calls)
	return out, err
}

// Show: Show a service account.
func (a ServiceAccountsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodGet, "/service-accounts/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a service account.
func (a ServiceAccountsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/service-accounts/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Move: Move a service account.
func (a ServiceAccountsAPI) Move(ctx context.Context, id string, in IdentityInTeamInput, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a service account.
func (a ServiceAccountsAPI) Archive(ctx context.Context, id string, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a service account.
func (a ServiceAccountsAPI) Restore(ctx context.Context, id string, calls ...Call) (out IdentityAccount, err error) {
	err = a.c.do(ctx, http.MethodPost, "/service-accounts/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// IdentityAccount is a body of the API.
type IdentityAccount struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Team       string     `json:"team"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// IdentityAccountInput is a body of the API.
type IdentityAccountInput struct {
	Name string `json:"name,omitempty"`
	Team string `json:"team,omitempty"`
}

// IdentityAccountList is a body of the API.
type IdentityAccountList struct {
	Data    []IdentityAccount `json:"data"`
	HasMore bool              `json:"has_more"`       // whether there are more pages
	Next    string            `json:"next,omitempty"` // give it as after
}

// IdentityInTeamInput is a body of the API.
type IdentityInTeamInput struct {
	Team string `json:"team,omitempty"`
}
