// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
)

// BatchHoursAPI is what the API can do with batch hours.
type BatchHoursAPI struct{ c *Client }

// BatchHours is what the API can do with batch hours.
func (c *Client) BatchHours() BatchHoursAPI { return BatchHoursAPI{c} }

// Show: Say when off-peak hours are.
func (a BatchHoursAPI) Show(ctx context.Context, query url.Values, calls ...Call) (out Hours, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/hours", query, nil, &out, calls)
	return out, err
}

// Set: Say when off-peak hours are. It counts for batches that wait or are under way, too.
func (a BatchHoursAPI) Set(ctx context.Context, in Hours, calls ...Call) (out Hours, err error) {
	err = a.c.do(ctx, http.MethodPut, "/batches/hours", nil, in, &out, calls)
	return out, err
}

// Hours are an organization's off-peak hours.
type Hours struct {
	Zone   string   `json:"zone"`   // whose clocks count, such as Europe/Berlin
	Opens  string   `json:"opens"`  // each night from, such as 20:00
	Closes string   `json:"closes"` // and until, such as 06:00
	Days   []string `json:"days"`   // off-peak from midnight to midnight: "saturday"
}
