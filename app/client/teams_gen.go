// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// TeamsAPI is what the API can do with teams.
type TeamsAPI struct{ c *Client }

// Teams is what the API can do with teams.
func (c *Client) Teams() TeamsAPI { return TeamsAPI{c} }

// List: List teams.
func (a TeamsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out TeamList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a TeamsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Team, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (TeamList, error) { return a.List(ctx, query, calls...) }, func(p TeamList) ([]Team, string) { return p.Data, p.Next })
}

// Create: Create a team.
func (a TeamsAPI) Create(ctx context.Context, in TeamInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams", nil, in, &out, calls)
	return out, err
}

// Show: Show a team.
func (a TeamsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rename: Rename a team.
func (a TeamsAPI) Rename(ctx context.Context, id string, in IdentityNameInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/teams/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Move: Move a team.
func (a TeamsAPI) Move(ctx context.Context, id string, in DepartmentInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/move", nil, in, &out, calls)
	return out, err
}

// Merge: Merge a team.
func (a TeamsAPI) Merge(ctx context.Context, id string, in IdentityIntoInput, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/merge", nil, in, &out, calls)
	return out, err
}

// Archive: Archive a team.
func (a TeamsAPI) Archive(ctx context.Context, id string, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/archive", nil, nil, &out, calls)
	return out, err
}

// Restore: Restore a team.
func (a TeamsAPI) Restore(ctx context.Context, id string, calls ...Call) (out Team, err error) {
	err = a.c.do(ctx, http.MethodPost, "/teams/"+url.PathEscape(id)+"/restore", nil, nil, &out, calls)
	return out, err
}

// Changes: Tell what changes of routes came to for a team: cost, errors, time and rating in whole weeks before and after, with intervals and money per month.
func (a TeamsAPI) Changes(ctx context.Context, id string, query url.Values, calls ...Call) (out Changes, err error) {
	err = a.c.do(ctx, http.MethodGet, "/teams/"+url.PathEscape(id)+"/changes", query, nil, &out, calls)
	return out, err
}

// AllChanges is Changes over all pages.
func (a TeamsAPI) AllChanges(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Change, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (Changes, error) {
		return a.Changes(ctx, id, query, calls...)
	}, func(p Changes) ([]Change, string) { return p.Data, p.Next })
}

// Change is a route that was moved to another target, and what came after it.
type Change struct {
	Alias        string       `json:"alias"`
	At           time.Time    `json:"at"`
	From         string       `json:"from"` // the first target before
	To           string       `json:"to"`   // and after
	Before       UsageDays    `json:"before"`
	After        UsageDays    `json:"after"`
	Requests     int64        `json:"requests"` // after it
	Title        string       `json:"title"`
	Text         string       `json:"text"`
	MonthlySaved *string      `json:"monthly_saved_usd,omitempty"` // missing while nothing is certain; negative is more cost
	MonthlyLow   *string      `json:"monthly_saved_low_usd,omitempty"`
	MonthlyHigh  *string      `json:"monthly_saved_high_usd,omitempty"`
	Metrics      []UsageShift `json:"metrics"`
}

// Changes is a body of the API.
type Changes struct {
	Data    []Change `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// DepartmentInput says where a team goes; empty is outside departments.
type DepartmentInput struct {
	Department string `json:"department,omitempty"`
}

// Team is a body of the API.
type Team struct {
	ID         string     `json:"id"`
	Name       string     `json:"name"`
	Department string     `json:"department,omitempty"`
	CreatedAt  time.Time  `json:"created_at"`
	ArchivedAt *time.Time `json:"archived_at,omitempty"`
}

// TeamInput makes a team; without a department it stands outside all of them.
type TeamInput struct {
	Name       string `json:"name,omitempty"`
	Department string `json:"department,omitempty"`
}

// TeamList is a body of the API.
type TeamList struct {
	Data    []Team `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}

// UsageDays is some whole days.
type UsageDays struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"` // not included
	Days int       `json:"days"`
}

// UsageShift is a metric before and after: cost in nano-dollars a request, latency in microseconds, errors and quality from 0 to 1.
type UsageShift struct {
	Metric     string  `json:"metric"` // cost, errors, latency, quality
	Before     float64 `json:"before"`
	After      float64 `json:"after"`
	Difference float64 `json:"difference"`
	Low        float64 `json:"low"` // with 95 %, the difference is between low and high
	High       float64 `json:"high"`
	Side       string  `json:"side"` // better, worse or open
}
