// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// BatchSchedulesAPI is what the API can do with batch schedules.
type BatchSchedulesAPI struct{ c *Client }

// BatchSchedules is what the API can do with batch schedules.
func (c *Client) BatchSchedules() BatchSchedulesAPI { return BatchSchedulesAPI{c} }

// List: List schedules of batches, by name.
func (a BatchSchedulesAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ScheduleList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/schedules", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a BatchSchedulesAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Schedule, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ScheduleList, error) { return a.List(ctx, query, calls...) }, func(p ScheduleList) ([]Schedule, string) { return p.Data, p.Next })
}

// Create: Set up a schedule that makes a batch of the same requests again and again.
func (a BatchSchedulesAPI) Create(ctx context.Context, in ScheduleInput, calls ...Call) (out Schedule, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/schedules", nil, in, &out, calls)
	return out, err
}

// Show: Get a schedule.
func (a BatchSchedulesAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Schedule, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/schedules/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Change a schedule. What is left out stays; whoever changes it answers for it.
func (a BatchSchedulesAPI) Update(ctx context.Context, id string, in ScheduleChange, calls ...Call) (out Schedule, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/batches/schedules/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Runs: List what became of a schedule's times, the newest first.
func (a BatchSchedulesAPI) Runs(ctx context.Context, id string, query url.Values, calls ...Call) (out RunList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/batches/schedules/"+url.PathEscape(id)+"/runs", query, nil, &out, calls)
	return out, err
}

// AllRuns is Runs over all pages.
func (a BatchSchedulesAPI) AllRuns(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Run, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RunList, error) { return a.Runs(ctx, id, query, calls...) }, func(p RunList) ([]Run, string) { return p.Data, p.Next })
}

// Pause: Pause a schedule: nothing new is made. What was due meanwhile is not made up for.
func (a BatchSchedulesAPI) Pause(ctx context.Context, id string, calls ...Call) (out Schedule, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/schedules/"+url.PathEscape(id)+"/pause", nil, nil, &out, calls)
	return out, err
}

// Resume: Go on with a schedule that is paused; whoever does so answers for it.
func (a BatchSchedulesAPI) Resume(ctx context.Context, id string, calls ...Call) (out Schedule, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/schedules/"+url.PathEscape(id)+"/resume", nil, nil, &out, calls)
	return out, err
}

// Run: Make a batch of a schedule at once, besides those at its times.
func (a BatchSchedulesAPI) Run(ctx context.Context, id string, calls ...Call) (out Batch, err error) {
	err = a.c.do(ctx, http.MethodPost, "/batches/schedules/"+url.PathEscape(id)+"/run", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete a schedule. The batches that it made stay.
func (a BatchSchedulesAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/batches/schedules/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Run is a time of a schedule, and what became of it.
type Run struct {
	DueAt   time.Time `json:"due_at"`
	Outcome string    `json:"outcome"`       // made, missed, skipped or failed
	Why     string    `json:"why,omitempty"` // of the others
	ByHand  bool      `json:"by_hand"`
	Batch   *Batch    `json:"batch"` // of made; null where it is deleted
}

// RunList is a body of the API.
type RunList struct {
	Data    []Run  `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// Schedule is a schedule.
type Schedule struct {
	ID        string     `json:"id"`
	Name      string     `json:"name"`
	Cron      string     `json:"cron"`
	Zone      string     `json:"zone"`
	Paused    bool       `json:"paused"`
	Why       string     `json:"why,omitempty"` // it is paused
	Key       string     `json:"key"`
	Owner     string     `json:"owner,omitempty"` // the member who answers for it; it pauses when they leave
	Endpoint  string     `json:"endpoint"`
	Lines     int        `json:"lines"` // requests of each batch
	CapUSD    *string    `json:"max_cost_usd"`
	Priority  string     `json:"priority"`
	Native    bool       `json:"provider_batch"`
	OffPeak   bool       `json:"off_peak"`
	NextAt    *time.Time `json:"next_at"` // null while it is paused
	LastAt    *time.Time `json:"last_at"`
	CreatedAt time.Time  `json:"created_at"`
}

// ScheduleChange changes a schedule.
type ScheduleChange struct {
	Name      *string `json:"name,omitempty"`
	Cron      *string `json:"cron,omitempty"`
	Zone      *string `json:"zone,omitempty"`
	Key       *string `json:"key,omitempty"`
	Format    *string `json:"format,omitempty"`
	Text      *string `json:"text,omitempty"`
	Model     *string `json:"model,omitempty"`
	System    *string `json:"system,omitempty"`
	Prompt    *string `json:"prompt,omitempty"`
	IDColumn  *string `json:"id_column,omitempty"`
	MaxOutput *int64  `json:"max_output,omitempty"`
	CapUSD    *string `json:"max_cost_usd,omitempty"` // "" is no limit of its own
	Priority  *string `json:"priority,omitempty"`
	Native    *bool   `json:"provider_batch,omitempty"`
	OffPeak   *bool   `json:"off_peak,omitempty"`
}

// ScheduleInput sets up a schedule.
type ScheduleInput struct {
	Name      string `json:"name,omitempty"`
	Cron      string `json:"cron,omitempty"`   // minute, hour, day of the month, month, day of the week: "0 2 * * 1-5"
	Zone      string `json:"zone,omitempty"`   // on whose clocks, such as Europe/Berlin
	Key       string `json:"key,omitempty"`    // whose budgets pay: of a service that the token may manage
	Format    string `json:"format,omitempty"` // jsonl: lines as for /v1/batches; csv: a table
	Text      string `json:"text,omitempty"`   // the file
	Model     string `json:"model,omitempty"`
	System    string `json:"system,omitempty"`         // of csv; {{column}} is the row's value
	Prompt    string `json:"prompt,omitempty"`         // of csv
	IDColumn  string `json:"id_column,omitempty"`      // of csv: the column of custom ids
	MaxOutput int64  `json:"max_output,omitempty"`     // of csv: tokens
	CapUSD    string `json:"max_cost_usd,omitempty"`   // each batch pauses there; "" is no limit of its own
	Priority  string `json:"priority,omitempty"`       // low, normal or high
	Native    bool   `json:"provider_batch,omitempty"` // each batch may wait a day: requests whose provider answers many at once for half the price are handed over to it
	OffPeak   bool   `json:"off_peak,omitempty"`       // each batch also waits for off-peak hours
}

// ScheduleList is a body of the API.
type ScheduleList struct {
	Data    []Schedule `json:"data"`
	HasMore bool       `json:"has_more"`       // whether there are more pages
	Next    string     `json:"next,omitempty"` // give it as after
}
