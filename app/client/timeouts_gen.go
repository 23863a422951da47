// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
)

// TimeoutsAPI is what the API can do with timeouts.
type TimeoutsAPI struct{ c *Client }

// Timeouts is what the API can do with timeouts.
func (c *Client) Timeouts() TimeoutsAPI { return TimeoutsAPI{c} }

// List: List timeouts and retries.
func (a TimeoutsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TimeoutList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/timeouts", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TimeoutsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Timeout, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TimeoutList, error) { return a.List(ctx, query, calls...) }, func(p TimeoutList) ([]Timeout, string) { return p.Data, p.Next })
}

// Set: Set timeouts and retries of a model and an operation.
func (a TimeoutsAPI) Set(ctx context.Context, in TimeoutInput, calls ...Call) (out Timeout, err error) {
	err = a.c.do(ctx, http.MethodPut, "/timeouts", nil, in, &out, calls)
	return out, err
}

// Remove: Take a setting back; the wider ones count again.
func (a TimeoutsAPI) Remove(ctx context.Context, in TimeoutName, calls ...Call) error {
	return a.c.do(ctx, http.MethodPost, "/timeouts/remove", nil, in, nil, calls)
}

// Timeout is a setting as it is stored.
type Timeout struct {
	Model           string `json:"model"`     // "" = all
	Operation       string `json:"operation"` // "" = all
	Connect         string `json:"connect"`   // "" = the wider setting's, as of all that follow
	Headers         string `json:"headers"`
	First           string `json:"first"`
	Gap             string `json:"gap"`
	Answer          string `json:"answer"`
	Total           string `json:"total"`
	OnTimeout       string `json:"on_timeout"`
	Tries           int    `json:"tries"` // 0 = the wider setting's
	TriesBeforeNext int    `json:"tries_before_next"`
	Backoff         string `json:"backoff"`
	MaxBackoff      string `json:"max_backoff"`
	RetryUnsure     bool   `json:"retry_unsure"`
	RefuseWhenOpen  bool   `json:"refuse_when_open"`
}

// TimeoutInput is a setting; what is empty comes from the wider setting, in the end from the defaults.
type TimeoutInput struct {
	Model           string `json:"model,omitempty"`             // as clients name it; "" = all
	Operation       string `json:"operation,omitempty"`         // chat, embeddings, …; "" = all
	Preset          string `json:"preset,omitempty"`            // quick, standard or extended: fills the times that are empty
	Connect         string `json:"connect,omitempty"`           // "3s"
	Headers         string `json:"headers,omitempty"`           // streams, until the answer's headers
	First           string `json:"first,omitempty"`             // streams, until the first event
	Gap             string `json:"gap,omitempty"`               // streams, between two events
	Answer          string `json:"answer,omitempty"`            // documents, one try
	Total           string `json:"total,omitempty"`             // the request with all its tries
	OnTimeout       string `json:"on_timeout,omitempty"`        // next, retry or error
	Tries           int    `json:"tries,omitempty"`             // at one target, the first included
	TriesBeforeNext int    `json:"tries_before_next,omitempty"` // while another target is left
	Backoff         string `json:"backoff,omitempty"`           // the longest first pause
	MaxBackoff      string `json:"max_backoff,omitempty"`
	RetryUnsure     bool   `json:"retry_unsure,omitempty"`     // also what the provider may have done already
	RefuseWhenOpen  bool   `json:"refuse_when_open,omitempty"` // circuit_open instead of the least bad target
}

// TimeoutList is all settings.
type TimeoutList struct {
	Data    []Timeout `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// TimeoutName says which setting.
type TimeoutName struct {
	Model     string `json:"model,omitempty"`
	Operation string `json:"operation,omitempty"`
}
