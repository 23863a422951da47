// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"io"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// BatchesAPI is what the API can do with batches.
type BatchesAPI struct{ c *Client }

// Batches is what the API can do with batches.
func (c *Client) Batches() BatchesAPI { return BatchesAPI{c} }

// List: List batches, the newest first.
func (a BatchesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out BatchList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BatchesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Batch, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (BatchList, error) { return a.List(ctx, query, calls...) }, func(p BatchList) ([]Batch, string) { return p.Data, p.Next })
}

// Create: Make a batch of lines of JSON, or of a table whose rows fill in a prompt.
func (a BatchesAPI) Create(ctx context.Context, in BatchInput, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches", nil, in, &out, calls)
	return out, err
}

// Preview: Say what a batch would ask, and cost at most. Nobody is asked.
func (a BatchesAPI) Preview(ctx context.Context, in BatchInput, calls ...Call) (out Preview, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/preview", nil, in, &out, calls)
	return out, err
}

// Show: Get a batch, and how far it is.
func (a BatchesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Results: Download the results of a batch as lines of JSON.
// The caller closes the body.
func (a BatchesAPI) Results(ctx context.Context, id string, query url.Values, calls ...Call) (body io.ReadCloser, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/"+url.PathEscape(id)+"/results", query, nil, &body, calls)
	return body, err
}

// Pause: Pause a batch: what is under way comes to its end, and nothing more is begun.
func (a BatchesAPI) Pause(ctx context.Context, id string, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/pause", nil, nil, &out, calls)
	return out, err
}

// Resume: Go on with a batch that is paused, with another cost limit if one is given.
func (a BatchesAPI) Resume(ctx context.Context, id string, in ResumeInput, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/resume", nil, in, &out, calls)
	return out, err
}

// Cancel: Cancel a batch. What was not asked is listed with its results.
func (a BatchesAPI) Cancel(ctx context.Context, id string, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/"+url.PathEscape(id)+"/cancel", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete a batch that is over, with its results.
func (a BatchesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/batches/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Batch is a batch and how far it is.
type Batch struct {
	ID        string       `json:"id"`
	Name      string       `json:"name"`
	State     string       `json:"state"`         // validating, running, paused, cancelling, completed, failed, expired or cancelled
	Why       string       `json:"why,omitempty"` // of paused and failed
	Family    string       `json:"family"`        // openai or anthropic: in whose words its results are
	Endpoint  string       `json:"endpoint"`
	Key       string       `json:"key"`
	Total     int          `json:"total"` // requests; 0 before they were read
	Done      int          `json:"done"`
	Failed    int          `json:"failed"`
	Undone    int          `json:"undone"`               // not asked: it was cancelled, or its time was over
	Handed    int          `json:"handed_over"`          // to providers, and without a result so far
	Answered  int          `json:"handed_over_answered"` // of those, when somebody last looked
	CostUSD   string       `json:"cost_usd"`             // of what is handed over, at most
	LostUSD   string       `json:"lost_usd"`             // may have been spent on answers that were lost with a node
	CapUSD    *string      `json:"max_cost_usd"`
	Priority  string       `json:"priority"`
	Errors    []BatchWrong `json:"errors,omitempty"` // of its file
	CreatedAt time.Time    `json:"created_at"`
	StartAt   time.Time    `json:"start_at"` // nobody works on it before: it waits for its time, or for off-peak hours
	Native    bool         `json:"provider_batch"`
	OffPeak   bool         `json:"off_peak"`
	Schedule  string       `json:"schedule,omitempty"` // that made it
	ExpiresAt *time.Time   `json:"expires_at"`
	EndedAt   *time.Time   `json:"ended_at"`
}

// BatchFirst is a body of the API.
type BatchFirst struct {
	CustomID string `json:"custom_id"`
	Body     string `json:"body"` // JSON
	MostUSD  string `json:"most_usd"`
}

// BatchInput makes a batch, or asks what it would cost.
type BatchInput struct {
	Name      string `json:"name,omitempty"`
	Key       string `json:"key,omitempty"`    // whose budgets pay: of a service that the token may manage
	Format    string `json:"format,omitempty"` // jsonl: lines as for /v1/batches; csv: a table
	Text      string `json:"text,omitempty"`   // the file
	Model     string `json:"model,omitempty"`
	System    string `json:"system,omitempty"`         // of csv; {{column}} is the row's value
	Prompt    string `json:"prompt,omitempty"`         // of csv
	IDColumn  string `json:"id_column,omitempty"`      // of csv: the column of custom ids
	MaxOutput int64  `json:"max_output,omitempty"`     // of csv: tokens
	CapUSD    string `json:"max_cost_usd,omitempty"`   // it pauses there; "" is no limit of its own
	Priority  string `json:"priority,omitempty"`       // low, normal or high
	StartAt   string `json:"start_at,omitempty"`       // RFC 3339; "" is at once
	Native    bool   `json:"provider_batch,omitempty"` // it may wait a day: requests whose provider answers many at once for half the price are handed over to it
	OffPeak   bool   `json:"off_peak,omitempty"`       // in the organization's off-peak hours alone
}

// BatchList is a body of the API.
type BatchList struct {
	Data    []Batch `json:"data"`
	HasMore bool    `json:"has_more"`       // whether there are more pages
	Next    string  `json:"next,omitempty"` // give it as after
}

// BatchWrong is a body of the API.
type BatchWrong struct {
	Line    int    `json:"line,omitempty"`
	Code    string `json:"code"`
	Message string `json:"message"`
}

// Preview is what a batch would ask.
type Preview struct {
	Lines    int          `json:"lines"`
	Endpoint string       `json:"endpoint"`
	MostUSD  string       `json:"most_usd"` // of all lines
	First    []BatchFirst `json:"first"`
}

// ResumeInput goes on with a batch.
type ResumeInput struct {
	CapUSD string `json:"max_cost_usd,omitempty"` // in all; "" leaves it as it is
}
