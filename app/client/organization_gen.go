// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// OrganizationAPI is what the API can do with organization.
type OrganizationAPI struct{ c *Client }

// Organization is what the API can do with organization.
func (c *Client) Organization() OrganizationAPI { return OrganizationAPI{c} }

// Show: Show an organization.
func (a OrganizationAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Organization, err error) {
	err = a.c.do(ctx, http.MethodGet, "/organization", query, nil, &out, calls)
	return out, err
}

// Change: Change an organization.
func (a OrganizationAPI) Change(ctx context.Context, in OrganizationInput, calls ...Call) (out Organization, err error) {
	err = a.c.do(ctx, http.MethodPut, "/organization", nil, in, &out, calls)
	return out, err
}

// Delete: Delete an organization.
func (a OrganizationAPI) Delete(ctx context.Context, in IdentityDeletionInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/organization/delete", nil, in, nil, calls)
}

// IdentityDeletionInput repeats the organization's name, so that nothing is deleted by a slip.
type IdentityDeletionInput struct {
	Name string `json:"name,omitempty"`
}

// Organization is a body of the API.
type Organization struct {
	ID        string    `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	Zone      string    `json:"zone"`
	CreatedAt time.Time `json:"created_at"`
}

// OrganizationInput is a body of the API.
type OrganizationInput struct {
	Name string `json:"name,omitempty"`
	Slug string `json:"slug,omitempty"`
	Zone string `json:"zone,omitempty"`
}
