// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// KeysAPI is what the API can do with keys.
type KeysAPI struct{ c *Client }

// Keys is what the API can do with keys.
func (c *Client) Keys() KeysAPI { return KeysAPI{c} }

// List: List keys.
func (a KeysAPI) List(ctx context.Context, query url.Values, calls ...Call) (out KeyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/keys", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a KeysAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Key, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (KeyList, error) { return a.List(ctx, query, calls...) }, func(p KeyList) ([]Key, string) { return p.Data, p.Next })
}

// Create: Create a key.
func (a KeysAPI) Create(ctx context.Context, in KeyInput, calls ...Call) (out KeyCreated, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys", nil, in, &out, calls)
	return out, err
}

// Revoke: Delete keys that nobody used for 30 days: all that are named, or none.
func (a KeysAPI) Revoke(ctx context.Context, in RevokeInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/keys/revoke", nil, in, nil, calls)
}

// Show: Show a key.
func (a KeysAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodGet, "/keys/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Change a key: whoever may change it may narrow it; widening is for those who may create such a key.
func (a KeysAPI) Update(ctx context.Context, id string, in KeyChange, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/keys/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Rotate: Give a key a new secret, shown once; the old one goes on working for a while.
func (a KeysAPI) Rotate(ctx context.Context, id string, in RotateInput, calls ...Call) (out KeyCreated, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/rotate", nil, in, &out, calls)
	return out, err
}

// Delete: Delete a key.
func (a KeysAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/keys/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Disable: Disable a key.
func (a KeysAPI) Disable(ctx context.Context, id string, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/disable", nil, nil, &out, calls)
	return out, err
}

// Enable: Enable a key.
func (a KeysAPI) Enable(ctx context.Context, id string, calls ...Call) (out Key, err error) {
	err = a.c.do(ctx, http.MethodPost, "/keys/"+url.PathEscape(id)+"/enable", nil, nil, &out, calls)
	return out, err
}

// Key is a key in the management API. The secret is never in it.
type Key struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"` // prefix, public part and last four
	Status     string     `json:"status"`
	Team       string     `json:"team"`
	Member     string     `json:"member,omitempty"`
	Account    string     `json:"account,omitempty"` // a service account's name
	Agent      string     `json:"agent,omitempty"`   // the program whose log-in this is; it has no secret
	Models     []string   `json:"models"`
	Networks   []string   `json:"networks"`
	Endpoints  []string   `json:"endpoints"` // classes; none = all
	Tags       []string   `json:"tags"`      // pairs like project=apollo, put on every request
	Held       bool       `json:"held"`      // disabled by somebody else than its member, who may not enable it again
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	OldUntil   *time.Time `json:"old_secret_until"` // when the secret before the last rotation stops, or stopped
}

// KeyChange changes what it names and leaves the rest. Empty lists allow everything.
type KeyChange struct {
	Name      *string   `json:"name,omitempty"`
	Models    *[]string `json:"models,omitempty"`
	Networks  *[]string `json:"networks,omitempty"`
	Endpoints *[]string `json:"endpoints,omitempty"`
	Tags      *[]string `json:"tags,omitempty"`
	ExpiresAt *string   `json:"expires_at,omitempty"` // RFC 3339; "" or null = it does not expire
}

// KeyCreated is a new key with its secret, shown once.
type KeyCreated struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Hint       string     `json:"hint"` // prefix, public part and last four
	Status     string     `json:"status"`
	Team       string     `json:"team"`
	Member     string     `json:"member,omitempty"`
	Account    string     `json:"account,omitempty"` // a service account's name
	Agent      string     `json:"agent,omitempty"`   // the program whose log-in this is; it has no secret
	Models     []string   `json:"models"`
	Networks   []string   `json:"networks"`
	Endpoints  []string   `json:"endpoints"` // classes; none = all
	Tags       []string   `json:"tags"`      // pairs like project=apollo, put on every request
	Held       bool       `json:"held"`      // disabled by somebody else than its member, who may not enable it again
	CreatedBy  string     `json:"created_by"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	ExpiresAt  *time.Time `json:"expires_at"`
	LastUsedAt *time.Time `json:"last_used_at"`
	OldUntil   *time.Time `json:"old_secret_until"` // when the secret before the last rotation stops, or stopped
	Secret     string     `json:"secret"`
}

// KeyInput makes a key. member and account exclude each other.
type KeyInput struct {
	Name              string    `json:"name,omitempty"`
	Team              string    `json:"team,omitempty"`
	Member            string    `json:"member,omitempty"`
	Account           string    `json:"account,omitempty"`
	Models            []string  `json:"models,omitempty"`
	Networks          []string  `json:"networks,omitempty"`
	Endpoints         []string  `json:"endpoints,omitempty"` // chat, responses, embeddings, images, audio, moderations, files; none = all
	ExpiresAt         time.Time `json:"expires_at,omitzero"`
	Tags              []string  `json:"tags,omitempty"`          // pairs like project=apollo, put on every request; they win over the request's own
	BudgetUSD         string    `json:"budget_usd,omitempty"`    // a hard budget; "" = none
	BudgetPeriod      string    `json:"budget_period,omitempty"` // daily, weekly, monthly, quarterly, total; "" = monthly
	RequestsPerMinute int64     `json:"requests_per_minute,omitempty"`
	TokensPerMinute   int64     `json:"tokens_per_minute,omitempty"`
}

// KeyList is a page of keys, newest first. Next is what to pass as ?after= for the following one, "" on the last.
type KeyList struct {
	Data    []Key  `json:"data"`
	Next    string `json:"next,omitempty"`
	HasMore bool   `json:"has_more"` // whether there are more pages
}

// RevokeInput names keys that lie unused, 200 at most.
type RevokeInput struct {
	Keys []string `json:"keys,omitempty"`
}

// RotateInput says how long the old secret goes on working.
type RotateInput struct {
	OverlapHours *int `json:"overlap_hours,omitempty"` // 0 to 168; 24 if it is left out
}
