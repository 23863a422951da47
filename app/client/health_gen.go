// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// HealthAPI is what the API can do with health.
type HealthAPI struct{ c *Client }

// Health is what the API can do with health.
func (c *Client) Health() HealthAPI { return HealthAPI{c} }

// List: List targets with their breakers, availability and latency of 24 hours.
func (a HealthAPI) List(ctx context.Context, query url.Values, calls ...Call) (out HealthTargetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a HealthAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[HealthTarget, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (HealthTargetList, error) {
		return a.List(ctx, query, calls...)
	}, func(p HealthTargetList) ([]HealthTarget, string) { return p.Data, p.Next })
}

// Events: List what breakers did within 30 days, newest first.
func (a HealthAPI) Events(ctx context.Context, query url.Values, calls ...Call) (out EventList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/health/events", query, nil, &out, calls)
	return out, err
}

// AllEvents is Events over all pages.
func (a HealthAPI) AllEvents(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Event, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (EventList, error) { return a.Events(ctx, query, calls...) }, func(p EventList) ([]Event, string) { return p.Data, p.Next })
}

// Open: Take a target out of service.
func (a HealthAPI) Open(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/open", nil, in, nil, calls)
}

// Close: Put a target back into service.
func (a HealthAPI) Close(ctx context.Context, in HealthTargetInput, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/health/close", nil, in, nil, calls)
}

// Event is a change of state.
type Event struct {
	ID           string     `json:"id"`
	ConnectionID string     `json:"connection_id"`
	Model        string     `json:"model"`
	At           time.Time  `json:"at"`
	State        string     `json:"state"`
	Cause        string     `json:"cause"`
	Until        *time.Time `json:"until"`
	By           string     `json:"by"` // the node that found out, or the person
}

// EventList is what breakers did.
type EventList struct {
	Data    []Event `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// HealthTarget is one target.
type HealthTarget struct {
	ConnectionID string     `json:"connection_id"`
	Connection   string     `json:"connection"`
	Model        string     `json:"model"`         // "" = the connection as a whole
	State        string     `json:"state"`         // closed (takes requests), open or half_open
	Cause        string     `json:"cause"`         // failures, credential, quota, rate_limit, by_hand, or ""
	Since        *time.Time `json:"since"`         // of the state, where it is known
	Until        *time.Time `json:"until"`         // when it is looked at again
	Attempts     int64      `json:"attempts"`      // of 24 hours, without those that were the client's mistake
	Failed       int64      `json:"failed"`        // of 24 hours
	Availability int64      `json:"availability"`  // thousandths of the attempts; 1000 without any
	FirstByteMS  int64      `json:"first_byte_ms"` // on average in the newest hour with a success
}

// HealthTargetInput names a target.
type HealthTargetInput struct {
	ConnectionID string `json:"connection_id,omitempty"`
	Model        string `json:"model,omitempty"`  // "" = the connection as a whole
	Reason       string `json:"reason,omitempty"` // when it is taken out of service
}

// HealthTargetList is all targets.
type HealthTargetList struct {
	Data    []HealthTarget `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}
