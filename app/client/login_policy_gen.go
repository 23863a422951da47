// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
)

// LoginPolicyAPI is what the API can do with login policy.
type LoginPolicyAPI struct{ c *Client }

// LoginPolicy is what the API can do with login policy.
func (c *Client) LoginPolicy() LoginPolicyAPI { return LoginPolicyAPI{c} }

// Show: Show a login policy.
func (a LoginPolicyAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Policy, err error) {
	err = a.c.do(ctx, http.MethodGet, "/login-policy", query, nil, &out, calls)
	return out, err
}

// Set: Set a login policy.
func (a LoginPolicyAPI) Set(ctx context.Context, in Policy, calls ...Call) (out Policy, err error) {
	err = a.c.do(ctx, http.MethodPut, "/login-policy", nil, in, &out, calls)
	return out, err
}

// Policy is what log-ins must show. Lifetimes are in seconds, 0 for the installation's default.
type Policy struct {
	SecondFactor    bool   `json:"second_factor"`
	SSOOnly         bool   `json:"sso_only"`
	BreakGlass      string `json:"break_glass"`
	IdleSeconds     int64  `json:"idle_seconds"`
	AbsoluteSeconds int64  `json:"absolute_seconds"`
}
