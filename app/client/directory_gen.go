// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// DirectoryAPI is what the API can do with directory.
type DirectoryAPI struct{ c *Client }

// Directory is what the API can do with directory.
func (c *Client) Directory() DirectoryAPI { return DirectoryAPI{c} }

// Show: Show a directory.
func (a DirectoryAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Directory, err error) {
	err = a.c.do(ctx, http.MethodGet, "/directory", query, nil, &out, calls)
	return out, err
}

// Update: Update a directory.
func (a DirectoryAPI) Update(ctx context.Context, in ScimGrant, calls ...Call) (out Directory, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/directory", nil, in, &out, calls)
	return out, err
}

// Token: Token a directory.
func (a DirectoryAPI) Token(ctx context.Context, in ScimTokenInput, calls ...Call) (out ScimMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/directory/scim-tokens", nil, in, &out, calls)
	return out, err
}

// Rotate: Rotate a directory.
func (a DirectoryAPI) Rotate(ctx context.Context, id string, calls ...Call) (out ScimMade, err error) {
	err = a.c.do(ctx, http.MethodPost, "/directory/scim-tokens/"+url.PathEscape(id)+"/rotate", nil, nil, &out, calls)
	return out, err
}

// Revoke: Revoke a directory.
func (a DirectoryAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/directory/scim-tokens/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Group: Show the group of a directory.
func (a DirectoryAPI) Group(ctx context.Context, id string, query url.Values, calls ...Call) (out ScimGroup, err error) {
	err = a.c.do(ctx, http.MethodGet, "/directory/groups/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Map: Map a directory.
func (a DirectoryAPI) Map(ctx context.Context, id string, in ScimGrant, calls ...Call) (out ScimGroup, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/directory/groups/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Directory is a body of the API.
type Directory struct {
	BaseURL  string      `json:"base_url"`
	Settings ScimGrant   `json:"settings"` // what people get whom no mapped group says more about
	Tokens   []ScimToken `json:"tokens"`
	Groups   []ScimGroup `json:"groups"`
}

// ScimGrant is what people get; role "" gives nothing.
type ScimGrant struct {
	Role        string   `json:"role"`
	Departments []string `json:"departments"` // of managers and viewers
	Teams       []string `json:"teams"`
}

// ScimGroup is a body of the API.
type ScimGroup struct {
	ID          string    `json:"id"`
	DisplayName string    `json:"display_name"`
	ExternalID  string    `json:"external_id"`
	Members     int       `json:"members"`
	Gives       ScimGrant `json:"gives"`
}

// ScimMade has the secret, which is shown this once.
type ScimMade struct {
	Token   ScimToken `json:"token"`
	Secret  string    `json:"secret"`
	BaseURL string    `json:"base_url"`
}

// ScimToken is a body of the API.
type ScimToken struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Last4     string     `json:"last4"`
	CreatedBy string     `json:"created_by"`
	CreatedAt time.Time  `json:"created_at"`
	UsedAt    *time.Time `json:"used_at"` // to the hour
	ExpiresAt *time.Time `json:"expires_at"`
	RevokedAt *time.Time `json:"revoked_at"`
}

// ScimTokenInput is a body of the API.
type ScimTokenInput struct {
	Name string `json:"name,omitempty"`
}
