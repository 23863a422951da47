// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// LimitsAPI is what the API can do with limits.
type LimitsAPI struct{ c *Client }

// Limits is what the API can do with limits.
func (c *Client) Limits() LimitsAPI { return LimitsAPI{c} }

// List: List limits.
func (a LimitsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out LimitList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limits", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a LimitsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Limit, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (LimitList, error) { return a.List(ctx, query, calls...) }, func(p LimitList) ([]Limit, string) { return p.Data, p.Next })
}

// Create: Create a limit.
func (a LimitsAPI) Create(ctx context.Context, in LimitInput, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits", nil, in, &out, calls)
	return out, err
}

// Show: Show a limit.
func (a LimitsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodGet, "/limits/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Update a limit.
func (a LimitsAPI) Update(ctx context.Context, id string, in LimitChange, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/limits/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a limit.
func (a LimitsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/limits/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Raise: Raise a limit for a while.
func (a LimitsAPI) Raise(ctx context.Context, id string, in IncreaseInput, calls ...Call) (out Limit, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits/"+url.PathEscape(id)+"/increases", nil, in, &out, calls)
	return out, err
}

// Lower: End an increase of a limit.
func (a LimitsAPI) Lower(ctx context.Context, id string, increase string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/limits/"+url.PathEscape(id)+"/increases/"+url.PathEscape(increase), nil, nil, nil, calls)
}

// Ask: Ask that a limit be raised for a while.
func (a LimitsAPI) Ask(ctx context.Context, id string, in LimitAskInput, calls ...Call) (out LimitRequest, err error) {
	err = a.c.do(ctx, http.MethodPost, "/limits/"+url.PathEscape(id)+"/requests", nil, in, &out, calls)
	return out, err
}

// Increase is a temporary increase.
type Increase struct {
	ID        string    `json:"id"`
	Add       string    `json:"add"`    // in the limit's unit; "0" for none
	Factor    string    `json:"factor"` // "" for none
	Until     time.Time `json:"until"`
	Reason    string    `json:"reason"`
	CreatedBy string    `json:"created_by"`
	CreatedAt time.Time `json:"created_at"`
}

// IncreaseInput raises a limit until a moment: by an amount of its unit, to a factor of it, or both.
type IncreaseInput struct {
	Add    string    `json:"add,omitempty"`
	Factor string    `json:"factor,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// Limit is a rate limit in the management API, with where it stands. Amounts are counts, or decimals of USD where unit is "cost"; durations are such as "1m0s".
type Limit struct {
	ID         string      `json:"id"`
	Scope      string      `json:"scope"` // id of the organization, department, team, member or key
	ScopeKind  string      `json:"scope_kind"`
	ScopeLabel string      `json:"scope_label"`
	Tag        string      `json:"tag"`
	Model      string      `json:"model"`
	Endpoint   string      `json:"endpoint"`
	Name       string      `json:"name"`
	Unit       string      `json:"unit"`
	Amount     string      `json:"amount"`
	Window     string      `json:"window"`
	Soft       bool        `json:"soft"`
	Burst      *LimitBurst `json:"burst"`     // null without one
	InForce    string      `json:"in_force"`  // amount with increases and burst
	Used       string      `json:"used"`      // what counts now
	ResetsIn   string      `json:"resets_in"` // until nothing counts any more
	Increases  []Increase  `json:"increases"` // in force
	CreatedAt  time.Time   `json:"created_at"`
	UpdatedAt  time.Time   `json:"updated_at"`
}

// LimitAskInput asks that a limit be raised for a while.
type LimitAskInput struct {
	Add    string    `json:"add,omitempty"`
	Until  time.Time `json:"until,omitzero"`
	Reason string    `json:"reason,omitempty"`
}

// LimitBurst is a rise of the limit, at most once a day.
type LimitBurst struct {
	Factor   string `json:"factor"` // "1.5"
	Duration string `json:"duration"`
	Cooldown string `json:"cooldown"`
}

// LimitChange changes what it names and leaves the rest. A burst of factor "1" is none.
type LimitChange struct {
	Model    *string     `json:"model,omitempty"`
	Endpoint *string     `json:"endpoint,omitempty"`
	Name     *string     `json:"name,omitempty"`
	Amount   *string     `json:"amount,omitempty"`
	Window   *string     `json:"window,omitempty"`
	Soft     *bool       `json:"soft,omitempty"`
	Burst    *LimitBurst `json:"burst,omitempty"` // null = without one
}

// LimitInput sets a limit. Without a scope it is the organization's.
type LimitInput struct {
	Scope    string      `json:"scope,omitempty"`
	Tag      string      `json:"tag,omitempty"`
	Model    string      `json:"model,omitempty"`
	Endpoint string      `json:"endpoint,omitempty"`
	Name     string      `json:"name,omitempty"`
	Unit     string      `json:"unit,omitempty"`
	Amount   string      `json:"amount,omitempty"`
	Window   string      `json:"window,omitempty"`
	Soft     bool        `json:"soft,omitempty"`
	Burst    *LimitBurst `json:"burst,omitempty"`
}

// LimitList is a body of the API.
type LimitList struct {
	Data    []Limit `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// LimitRequest is somebody's request that a limit be raised. add is in the limit's unit.
type LimitRequest struct {
	ID         string     `json:"id"`
	Limit      string     `json:"limit"`
	Name       string     `json:"limit_name"`
	ScopeLabel string     `json:"scope_label"`
	Unit       string     `json:"unit"`
	Add        string     `json:"add"`
	Until      time.Time  `json:"until"`
	Reason     string     `json:"reason"`
	State      string     `json:"state"` // pending, approved, denied, expired, withdrawn
	AskedBy    string     `json:"asked_by"`
	AskedAt    time.Time  `json:"asked_at"`
	ExpiresAt  time.Time  `json:"expires_at"` // when it is too late to decide
	DecidedBy  string     `json:"decided_by"`
	DecidedAt  *time.Time `json:"decided_at"`
	Note       string     `json:"note"`
	Increase   string     `json:"increase,omitempty"` // what an approval made
	CanDecide  bool       `json:"can_decide"`
}
