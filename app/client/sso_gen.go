// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// SsoAPI is what the API can do with sso.
type SsoAPI struct{ c *Client }

// Sso is what the API can do with sso.
func (c *Client) Sso() SsoAPI { return SsoAPI{c} }

// Show: Show a sso.
func (a SsoAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Provider, err error) {
	err = a.c.do(ctx, http.MethodGet, "/sso", query, nil, &out, calls)
	return out, err
}

// Set: Set a sso.
func (a SsoAPI) Set(ctx context.Context, in ProviderInput, calls ...Call) (out Provider, err error) {
	err = a.c.do(ctx, http.MethodPut, "/sso", nil, in, &out, calls)
	return out, err
}

// Remove: Remove a sso.
func (a SsoAPI) Remove(ctx context.Context, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/sso", nil, nil, nil, calls)
}

// Groups: Show the groups of a sso.
func (a SsoAPI) Groups(ctx context.Context, query url.Values, calls ...Call) (out GroupList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/sso/groups", query, nil, &out, calls)
	return out, err
}

// AllGroups is Groups over all pages.
func (a SsoAPI) AllGroups(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Group, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (GroupList, error) { return a.Groups(ctx, query, calls...) }, func(p GroupList) ([]Group, string) { return p.Data, p.Next })
}

// SetGroups: Set groups a sso.
func (a SsoAPI) SetGroups(ctx context.Context, in GroupList, calls ...Call) (out GroupList, err error) {
	err = a.c.do(ctx, http.MethodPut, "/sso/groups", nil, in, &out, calls)
	return out, err
}

// Group is a role at a node: at is an organization's, a department's or a team's id.
type Group struct {
	Group string `json:"group"`
	Role  string `json:"role"`
	At    string `json:"at"`
}

// GroupList is a body of the API.
type GroupList struct {
	Data    []Group `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// Provider is the identity provider. Its client secret is written, never read.
type Provider struct {
	Connected      bool      `json:"connected"`
	ID             string    `json:"id,omitempty"`
	Name           string    `json:"name,omitempty"`
	Issuer         string    `json:"issuer,omitempty"`
	ClientID       string    `json:"client_id,omitempty"`
	HasSecret      bool      `json:"has_secret"`
	Provision      bool      `json:"provision"`
	Domains        []string  `json:"domains"`
	Role           string    `json:"role,omitempty"`
	Team           string    `json:"team,omitempty"`
	TrustEmail     bool      `json:"trust_email"`
	GroupClaim     string    `json:"group_claim,omitempty"`
	RedirectURI    string    `json:"redirect_uri"`
	BackChannelURI string    `json:"back_channel_logout_uri"`
	UpdatedAt      time.Time `json:"updated_at,omitzero"`
}

// ProviderInput sets the identity provider. An empty client_secret keeps the one there is; public says that there is none.
type ProviderInput struct {
	Name         string   `json:"name,omitempty"`
	Issuer       string   `json:"issuer,omitempty"`
	ClientID     string   `json:"client_id,omitempty"`
	ClientSecret string   `json:"client_secret,omitempty"`
	Public       bool     `json:"public,omitempty"`
	Provision    bool     `json:"provision,omitempty"`
	Domains      []string `json:"domains,omitempty"`
	Role         string   `json:"role,omitempty"`
	Team         string   `json:"team,omitempty"`
	TrustEmail   bool     `json:"trust_email,omitempty"`
	GroupClaim   string   `json:"group_claim,omitempty"`
}
