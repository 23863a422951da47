// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
)

// WhoamiAPI is what the API can do with whoami.
type WhoamiAPI struct{ c *Client }

// Whoami is what the API can do with whoami.
func (c *Client) Whoami() WhoamiAPI { return WhoamiAPI{c} }

// Show: Show whose token this is and what it may do. Every token may ask.
func (a WhoamiAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Whoami, err error) {
	err = a.c.do(ctx, http.MethodGet, "/whoami", query, nil, &out, calls)
	return out, err
}

// Whoami is whose token this is.
type Whoami struct {
	Organization string   `json:"organization"`      // id
	Slug         string   `json:"organization_slug"` // the organization's word in URLs
	Name         string   `json:"organization_name"` // the organization's name
	Actor        string   `json:"actor"`             // as the audit log names it
	Member       string   `json:"member,omitempty"`  // whose personal token it is
	Role         string   `json:"role"`              // admin, manager, lead, developer or viewer
	Token        string   `json:"token"`             // the token's id
	Scopes       []string `json:"scopes"`            // what narrows the role; empty if nothing does
}
