// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// TokensAPI is what the API can do with tokens.
type TokensAPI struct{ c *Client }

// Tokens is what the API can do with tokens.
func (c *Client) Tokens() TokensAPI { return TokensAPI{c} }

// List: List management tokens, newest first: all of them to organization admins, their personal ones to others.
func (a TokensAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TokenList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/tokens", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TokensAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Token, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TokenList, error) { return a.List(ctx, query, calls...) }, func(p TokenList) ([]Token, string) { return p.Data, p.Next })
}

// Create: Create a management token. Its secret is in this answer and nowhere else.
func (a TokensAPI) Create(ctx context.Context, in TokenInput, calls ...Call) (out IdentityNewToken, err error) {
	err = a.c.do(ctx, http.MethodPost, "/tokens", nil, in, &out, calls)
	return out, err
}

// Show: Show a token.
func (a TokensAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Token, err error) {
	err = a.c.do(ctx, http.MethodGet, "/tokens/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Revoke: Revoke a token: its next request is refused.
func (a TokensAPI) Revoke(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/tokens/"+url.PathEscape(id), nil, nil, nil, calls)
}

// IdentityNewToken is a new token with its secret, shown once.
type IdentityNewToken struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // prefix, public part and last four
	Status     string     `json:"status"` // active, expired or revoked
	Role       string     `json:"role"`   // a personal token has its member's of the moment
	At         string     `json:"at"`     // where the role holds: id of the organization, a department or a team
	Personal   bool       `json:"personal"`
	Member     string     `json:"member,omitempty"` // who made it; a personal one acts as them
	Scopes     []string   `json:"scopes"`           // what narrows the role; empty if nothing does
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null = never
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute
	RevokedAt  *time.Time `json:"revoked_at"`
	Secret     string     `json:"secret"`
}

// Token is a management token. The secret is never in it.
type Token struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"`   // prefix, public part and last four
	Status     string     `json:"status"` // active, expired or revoked
	Role       string     `json:"role"`   // a personal token has its member's of the moment
	At         string     `json:"at"`     // where the role holds: id of the organization, a department or a team
	Personal   bool       `json:"personal"`
	Member     string     `json:"member,omitempty"` // who made it; a personal one acts as them
	Scopes     []string   `json:"scopes"`           // what narrows the role; empty if nothing does
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	ExpiresAt  *time.Time `json:"expires_at"`   // null = never
	LastUsedAt *time.Time `json:"last_used_at"` // to the minute
	RevokedAt  *time.Time `json:"revoked_at"`
}

// TokenInput makes a token. A personal one acts as its maker and takes no role.
type TokenInput struct {
	Name      string    `json:"name,omitempty"`
	Role      string    `json:"role,omitempty"`
	At        string    `json:"at,omitempty"` // where the role holds: id of a department or team; without it the organization for admins and managers
	Personal  bool      `json:"personal,omitempty"`
	Scopes    []string  `json:"scopes,omitempty"`    // resource:read or resource:write; none = no narrowing
	ExpiresAt time.Time `json:"expires_at,omitzero"` // left out = never, or with the token that makes it
}

// TokenList is a body of the API.
type TokenList struct {
	Data    []Token `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}
