// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// ExperimentsAPI is what the API can do with experiments.
type ExperimentsAPI struct{ c *Client }

// Experiments is what the API can do with experiments.
func (c *Client) Experiments() ExperimentsAPI { return ExperimentsAPI{c} }

// List: List experiments.
func (a ExperimentsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out ExperimentList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/experiments", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a ExperimentsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Experiment, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ExperimentList, error) {
		return a.List(ctx, query, calls...)
	}, func(p ExperimentList) ([]Experiment, string) { return p.Data, p.Next })
}

// Start: Start an experiment on an alias.
func (a ExperimentsAPI) Start(ctx context.Context, in ExperimentInput, calls ...Call) (out Experiment, err error) {
	err = a.c.do(ctx, http.MethodPost, "/experiments", nil, in, &out, calls)
	return out, err
}

// Show: Get an experiment and how its variants compare.
func (a ExperimentsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out ExperimentReport, err error) {
	err = a.c.do(ctx, http.MethodGet, "/experiments/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Pause: Pause an experiment.
func (a ExperimentsAPI) Pause(ctx context.Context, id string, calls ...Call) (out Experiment, err error) {
	err = a.c.do(ctx, http.MethodPost, "/experiments/"+url.PathEscape(id)+"/pause", nil, nil, &out, calls)
	return out, err
}

// Resume: Let a paused experiment go on.
func (a ExperimentsAPI) Resume(ctx context.Context, id string, calls ...Call) (out Experiment, err error) {
	err = a.c.do(ctx, http.MethodPost, "/experiments/"+url.PathEscape(id)+"/resume", nil, nil, &out, calls)
	return out, err
}

// Stop: End an experiment as it stands.
func (a ExperimentsAPI) Stop(ctx context.Context, id string, calls ...Call) (out Experiment, err error) {
	err = a.c.do(ctx, http.MethodPost, "/experiments/"+url.PathEscape(id)+"/stop", nil, nil, &out, calls)
	return out, err
}

// Migrate: Put a variant's target first in the alias's route.
func (a ExperimentsAPI) Migrate(ctx context.Context, id string, in MigrateInput, calls ...Call) (out Experiment, err error) {
	err = a.c.do(ctx, http.MethodPost, "/experiments/"+url.PathEscape(id)+"/migrate", nil, in, &out, calls)
	return out, err
}

// Delete: Delete an experiment that is over.
func (a ExperimentsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/experiments/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Experiment is an experiment as it is stored.
type Experiment struct {
	ID         string              `json:"id"`
	Name       string              `json:"name"`
	Alias      string              `json:"alias"` // "" if it was deleted
	State      string              `json:"state"`
	Unit       string              `json:"unit"`
	Variants   []ExperimentVariant `json:"variants"`
	Team       string              `json:"team,omitempty"`
	Key        string              `json:"key,omitempty"`
	Tag        string              `json:"tag,omitempty"`
	Prompt     string              `json:"prompt,omitempty"`
	Goal       string              `json:"goal"`
	LookFor    int                 `json:"look_for"`
	Sample     int64               `json:"sample"`
	ErrorLimit int                 `json:"error_limit"`
	Guards     []ExperimentGuard   `json:"guards"`
	Judge      *Judge              `json:"judge,omitempty"`
	Verdict    string              `json:"verdict,omitempty"` // win, lose, inconclusive, harm, stopped
	Winner     string              `json:"winner,omitempty"`
	Why        string              `json:"why,omitempty"`
	CreatedAt  time.Time           `json:"created_at"`
	EndedAt    *time.Time          `json:"ended_at,omitempty"`
}

// ExperimentArm is how one variant stands.
type ExperimentArm struct {
	Name     string             `json:"name"`
	Requests int64              `json:"requests"`
	Rated    int64              `json:"rated"`
	Compared []ExperimentMetric `json:"compared"`
}

// ExperimentGuard takes the variants back when a metric gets worse by more than percent.
type ExperimentGuard struct {
	Metric  string `json:"metric"` // cost, latency or quality
	Percent int    `json:"percent"`
}

// ExperimentInput is a new experiment. What is left out comes from the template.
type ExperimentInput struct {
	Name       string              `json:"name,omitempty"`
	Alias      string              `json:"alias,omitempty"`
	Unit       string              `json:"unit,omitempty"` // user or session
	Variants   []ExperimentVariant `json:"variants,omitempty"`
	Team       string              `json:"team,omitempty"`   // only this team's requests
	Key        string              `json:"key,omitempty"`    // only this key's
	Tag        string              `json:"tag,omitempty"`    // only those with it: project=apollo
	Prompt     string              `json:"prompt,omitempty"` // only those of this stored prompt, by name
	Goal       string              `json:"goal,omitempty"`   // cost, latency, errors or quality
	LookFor    int                 `json:"look_for,omitempty"`
	Sample     int64               `json:"sample,omitempty"`
	ErrorLimit int                 `json:"error_limit,omitempty"`
	Guards     []ExperimentGuard   `json:"guards,omitempty"`
	Judge      *Judge              `json:"judge,omitempty"`
}

// ExperimentList is a body of the API.
type ExperimentList struct {
	Data    []Experiment `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// ExperimentMetric is a metric of a variant beside the control's: cost in nano-dollars a request, latency in microseconds, errors and quality from 0 to 1. Low and high hold at any time with 95 %; they are left out as long as there is too little.
type ExperimentMetric struct {
	Metric     string   `json:"metric"`
	Control    float64  `json:"control"`
	Variant    float64  `json:"variant"`
	Counted    int64    `json:"counted"`
	Difference float64  `json:"difference"`
	Low        *float64 `json:"low,omitempty"`
	High       *float64 `json:"high,omitempty"`
	Side       string   `json:"side"` // better, worse or open
}

// ExperimentReport is an experiment and how it stands.
type ExperimentReport struct {
	ID           string              `json:"id"`
	Name         string              `json:"name"`
	Alias        string              `json:"alias"` // "" if it was deleted
	State        string              `json:"state"`
	Unit         string              `json:"unit"`
	Variants     []ExperimentVariant `json:"variants"`
	Team         string              `json:"team,omitempty"`
	Key          string              `json:"key,omitempty"`
	Tag          string              `json:"tag,omitempty"`
	Prompt       string              `json:"prompt,omitempty"`
	Goal         string              `json:"goal"`
	LookFor      int                 `json:"look_for"`
	Sample       int64               `json:"sample"`
	ErrorLimit   int                 `json:"error_limit"`
	Guards       []ExperimentGuard   `json:"guards"`
	Judge        *Judge              `json:"judge,omitempty"`
	Verdict      string              `json:"verdict,omitempty"` // win, lose, inconclusive, harm, stopped
	Winner       string              `json:"winner,omitempty"`
	Why          string              `json:"why,omitempty"`
	CreatedAt    time.Time           `json:"created_at"`
	EndedAt      *time.Time          `json:"ended_at,omitempty"`
	Requests     int64               `json:"requests"`
	JudgedToday  *Judged             `json:"judged_today,omitempty"` // by the judge, in this day of UTC
	Needs        *int64              `json:"needs,omitempty"`        // more requests until look_for is found with 80 %
	Skewed       bool                `json:"skewed"`                 // requests of a variant are missing: nothing can be concluded
	Headline     string              `json:"headline"`
	Advice       string              `json:"advice"`
	MonthlySaved string              `json:"monthly_saved_usd,omitempty"` // by migrating, in thirty days; for leads and above
	Arms         []ExperimentArm     `json:"arms"`
}

// ExperimentVariant is one way of answering; the first of a list is the control.
type ExperimentVariant struct {
	Name        string `json:"name"`
	Percent     int    `json:"percent"`
	Target      string `json:"target,omitempty"`      // connection/model or an alias; empty = the route as it is
	MaxOutput   int64  `json:"max_output,omitempty"`  // a lower cap of output tokens; 0 = none
	Temperature string `json:"temperature,omitempty"` // "0.2" in place of the client's
	Version     string `json:"version,omitempty"`     // of the prompt: a label such as "staging", or "v4"
}

// Judge is a model that rates a part of the answers.
type Judge struct {
	Model   string `json:"model"`     // connection/model or an alias, asked on the account of whoever asked the question
	Percent int    `json:"percent"`   // of the counted answers
	Daily   string `json:"daily_usd"` // what it may cost in a day of UTC
}

// Judged is what came of a judge.
type Judged struct {
	Answers int64  `json:"answers"`
	Spent   string `json:"spent_usd"` // what is held for judgements under way included
}

// MigrateInput names the variant whose target becomes the alias's first.
type MigrateInput struct {
	Variant string `json:"variant,omitempty"`
}
