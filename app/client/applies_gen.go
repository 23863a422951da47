// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// AppliesAPI is what the API can do with applies.
type AppliesAPI struct{ c *Client }

// Applies is what the API can do with applies.
func (c *Client) Applies() AppliesAPI { return AppliesAPI{c} }

// List: List the last applyings of blueprints, the newest first, and how far each came.
func (a AppliesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ApplyList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/applies", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a AppliesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Apply, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ApplyList, error) { return a.List(ctx, query, calls...) }, func(p ApplyList) ([]Apply, string) { return p.Data, p.Next })
}

// Begin: Take the organization's turn at applying a blueprint. One has it at a time.
func (a AppliesAPI) Begin(ctx context.Context, in ApplyInput, calls ...Call) (out Apply, err error) {
	err = a.c.do(ctx, http.MethodPost, "/applies", nil, in, &out, calls)
	return out, err
}

// Step: Say how far an applying is, before each change; that keeps the turn.
func (a AppliesAPI) Step(ctx context.Context, id string, in BlueprintStepInput, calls ...Call) (out Apply, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/applies/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// End: Give the turn back, and say how it went.
func (a AppliesAPI) End(ctx context.Context, id string, in EndInput, calls ...Call) (out Apply, err error) {
	err = a.c.do(ctx, http.MethodPost, "/applies/"+url.PathEscape(id)+"/end", nil, in, &out, calls)
	return out, err
}

// Apply is one applying of a blueprint.
type Apply struct {
	ID      string    `json:"id"`
	Title   string    `json:"title"`
	By      string    `json:"by"`
	State   string    `json:"state"`   // running, done or stopped
	Done    int       `json:"done"`    // changes made
	Total   int       `json:"total"`   // changes planned; 0 until they are
	Current string    `json:"current"` // the change under way, or the one that it stopped at
	Why     string    `json:"why"`     // why it stopped
	BegunAt time.Time `json:"begun_at"`
	SeenAt  time.Time `json:"seen_at"` // the last sign of life; after two minutes without one the next may begin
}

// ApplyInput takes the turn.
type ApplyInput struct {
	Title string `json:"title,omitempty"` // what is applied, for people who wait
}

// ApplyList is the last ones.
type ApplyList struct {
	Data    []Apply `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// BlueprintStepInput says how far an applying is.
type BlueprintStepInput struct {
	Done    int    `json:"done,omitempty"`
	Total   int    `json:"total,omitempty"`
	Current string `json:"current,omitempty"` // what is done next
}

// EndInput says how an applying went.
type EndInput struct {
	Done    int    `json:"done,omitempty"`
	Total   int    `json:"total,omitempty"`
	Current string `json:"current,omitempty"` // what it stopped at
	Why     string `json:"why,omitempty"`     // why it stopped; "" = all is made
}
