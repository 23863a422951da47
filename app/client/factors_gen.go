// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
)

// FactorsAPI is what the API can do with factors.
type FactorsAPI struct{ c *Client }

// Factors is what the API can do with factors.
func (c *Client) Factors() FactorsAPI { return FactorsAPI{c} }

// Show: Show a factor.
func (a FactorsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Factors, err error) {
	err = a.c.do(ctx, http.MethodGet, "/members/"+url.PathEscape(id)+"/factors", query, nil, &out, calls)
	return out, err
}

// Reset: Reset a factor.
func (a FactorsAPI) Reset(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/members/"+url.PathEscape(id)+"/factors", nil, nil, nil, calls)
}

// Factors is a body of the API.
type Factors struct {
	App           bool     `json:"app"`
	Passkeys      []string `json:"passkeys"`
	RecoveryCodes int      `json:"recovery_codes_left"`
}
