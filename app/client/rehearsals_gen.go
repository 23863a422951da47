// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
	"net/url"
	"time"
)

// RehearsalsAPI is what the API can do with rehearsals.
type RehearsalsAPI struct{ c *Client }

// Rehearsals is what the API can do with rehearsals.
func (c *Client) Rehearsals() RehearsalsAPI { return RehearsalsAPI{c} }

// Start: Start a rehearsal.
func (a RehearsalsAPI) Start(ctx context.Context, in RehearsalInput, calls ...Call) (out Rehearsal, err error) {
	err = a.c.do(ctx, http.MethodPost, "/routing/rehearsals", nil, in, &out, calls)
	return out, err
}

// Show: Show a rehearsal.
func (a RehearsalsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Rehearsal, err error) {
	err = a.c.do(ctx, http.MethodGet, "/routing/rehearsals/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Move is how many requests would go to another first target. Waits are the medians of whole answers, as they were observed; 0 is not observed.
type Move struct {
	From       string `json:"from"`
	To         string `json:"to"`
	Requests   int    `json:"requests"`
	Unpriced   int    `json:"unpriced"`
	BeforeUSD  string `json:"before_usd"`
	AfterUSD   string `json:"after_usd"`
	WaitBefore int64  `json:"wait_before_ms"`
	WaitAfter  int64  `json:"wait_after_ms"`
}

// Rehearsal is a replay as far as it is: running, done or broken off.
type Rehearsal struct {
	ID        string        `json:"id"`
	State     string        `json:"state"`
	Days      int           `json:"days"`
	Draft     RouteDocument `json:"draft"`
	By        string        `json:"by"`
	At        time.Time     `json:"at"`
	UpdatedAt time.Time     `json:"updated_at"`
	Outcome   RouteOutcome  `json:"outcome"`
}

// RehearsalInput asks to replay the last days' requests, the newest 100,000 of them, against a draft.
type RehearsalInput struct {
	Draft RouteDocument `json:"draft,omitempty"`
	Days  int           `json:"days,omitempty"`
}

// RouteOutcome is what a replay found. Costs are of the judged requests whose both ways have a price, with the usage that was booked: before and after at today's prices, booked as it was.
type RouteOutcome struct {
	Requests  int          `json:"requests"`
	Judged    int          `json:"judged"`
	Unjudged  int          `json:"unjudged"` // Unjudged are those of which a condition asks what is not stored; missing names it.
	Missing   []string     `json:"missing"`
	Lost      int          `json:"lost"` // whose model is gone, or has no target that fulfils what its route demands
	Changed   int          `json:"changed"`
	Unpriced  int          `json:"unpriced"`
	BeforeUSD string       `json:"before_usd"`
	AfterUSD  string       `json:"after_usd"`
	BookedUSD string       `json:"booked_usd"`
	More      bool         `json:"more"` // there were more requests than are replayed
	Routes    []RouteTally `json:"routes"`
	Moves     []Move       `json:"moves"`
}

// RouteTally is a body of the API.
type RouteTally struct {
	Route    string `json:"route"`
	Requests int    `json:"requests"`
}
