// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"encoding/json"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// DatasetsAPI is what the API can do with datasets.
type DatasetsAPI struct{ c *Client }

// Datasets is what the API can do with datasets.
func (c *Client) Datasets() DatasetsAPI { return DatasetsAPI{c} }

// List: List datasets, by name.
func (a DatasetsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out DatasetList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/datasets", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a DatasetsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Dataset, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (DatasetList, error) { return a.List(ctx, query, calls...) }, func(p DatasetList) ([]Dataset, string) { return p.Data, p.Next })
}

// Create: Store a dataset, from rows or from the text of a JSONL or CSV file.
func (a DatasetsAPI) Create(ctx context.Context, in DatasetInput, calls ...Call) (out Dataset, err error) {
	err = a.c.do(ctx, http.MethodPost, "/datasets", nil, in, &out, calls)
	return out, err
}

// Rated: Say which rated requests would make rows of a dataset, and why others would not.
func (a DatasetsAPI) Rated(ctx context.Context, query url.Values, calls ...Call) (out EvaluationTaking, err error) {
	err = a.c.do(ctx, http.MethodGet, "/datasets/rated", query, nil, &out, calls)
	return out, err
}

// Take: Store a dataset of rated requests whose texts are kept.
func (a DatasetsAPI) Take(ctx context.Context, in RatedInput, calls ...Call) (out EvaluationTaken, err error) {
	err = a.c.do(ctx, http.MethodPost, "/datasets/rated", nil, in, &out, calls)
	return out, err
}

// Show: Get a dataset.
func (a DatasetsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Dataset, err error) {
	err = a.c.do(ctx, http.MethodGet, "/datasets/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Rows: List the rows of a dataset.
func (a DatasetsAPI) Rows(ctx context.Context, id string, query url.Values, calls ...Call) (out RowList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/datasets/"+url.PathEscape(id)+"/rows", query, nil, &out, calls)
	return out, err
}

// AllRows is Rows over all pages.
func (a DatasetsAPI) AllRows(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Row, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RowList, error) { return a.Rows(ctx, id, query, calls...) }, func(p RowList) ([]Row, string) { return p.Data, p.Next })
}

// Update: Change what is said about a dataset, and who sees it. Its rows never change.
func (a DatasetsAPI) Update(ctx context.Context, id string, in DatasetChange, calls ...Call) (out Dataset, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/datasets/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a dataset, with its rows and all evaluations of it.
func (a DatasetsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/datasets/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Dataset is rows of questions with expected answers.
type Dataset struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	About      string    `json:"about"`
	Visibility string    `json:"visibility"` // private, team or organization
	Team       string    `json:"team"`       // id; "" but with the visibility team
	Owner      string    `json:"owner"`      // who made it
	Rows       int       `json:"rows"`
	Bytes      int64     `json:"bytes"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

// DatasetChange changes what it names and leaves the rest.
type DatasetChange struct {
	Name       *string `json:"name,omitempty"`
	About      *string `json:"about,omitempty"`
	Visibility *string `json:"visibility,omitempty"`
	Team       *string `json:"team,omitempty"`
}

// DatasetInput stores a dataset: from rows, or from the text of a file.
type DatasetInput struct {
	Name           string     `json:"name,omitempty"`
	About          string     `json:"about,omitempty"`
	Visibility     string     `json:"visibility,omitempty"` // organization without
	Team           string     `json:"team,omitempty"`
	Rows           []RowInput `json:"rows,omitempty"`
	Format         string     `json:"format,omitempty"` // jsonl or csv, of text
	Text           string     `json:"text,omitempty"`   // a whole file, instead of rows
	QuestionColumn string     `json:"question_column,omitempty"`
	ExpectedColumn string     `json:"expected_column,omitempty"`
	NotesColumn    string     `json:"notes_column,omitempty"`
}

// DatasetList is a body of the API.
type DatasetList struct {
	Data    []Dataset `json:"data"`
	HasMore bool      `json:"has_more"`       // whether there are more pages
	Next    string    `json:"next,omitempty"` // give it as after
}

// EvaluationLeft is why rated requests make no row.
type EvaluationLeft struct {
	Why   string `json:"why"`
	Count int    `json:"count"`
}

// EvaluationMessage is one message of a row.
type EvaluationMessage struct {
	Role    string `json:"role,omitempty"` // system, user or assistant
	Content string `json:"content,omitempty"`
}

// EvaluationTaken is a dataset of rated requests, and what became of others.
type EvaluationTaken struct {
	Dataset Dataset          `json:"dataset"`
	Taking  EvaluationTaking `json:"taking"`
}

// EvaluationTaking says which rated requests make rows.
type EvaluationTaking struct {
	Found int              `json:"found"` // rated requests that you may read
	Rows  int              `json:"rows"`  // that would be rows
	Good  int              `json:"good"`  // of the rows, those with an expected answer
	Left  []EvaluationLeft `json:"left"`  // those that would not be
}

// RatedInput stores a dataset of rated requests.
type RatedInput struct {
	Name       string `json:"name,omitempty"`
	About      string `json:"about,omitempty"`
	Visibility string `json:"visibility,omitempty"` // organization without
	Team       string `json:"team,omitempty"`
	Rating     string `json:"rating,omitempty"` // good, bad or all; good without
	Least      string `json:"least,omitempty"`  // the score from which an answer is good, 0 to 1; 0.5 without
	From       string `json:"from,omitempty"`   // the first day, 2026-01-31, in the organization's zone; 30 days ago without
	To         string `json:"to,omitempty"`     // the last day; today without
	Model      string `json:"model,omitempty"`  // asked for, or that answered
	Tag        string `json:"tag,omitempty"`    // project=apollo
	Whole      bool   `json:"whole,omitempty"`  // the whole conversation instead of its last question
}

// Row is one question.
type Row struct {
	Number    int                        `json:"number"`
	Variables map[string]json.RawMessage `json:"variables,omitempty"` // of a stored prompt
	Messages  []EvaluationMessage        `json:"messages,omitempty"`
	Expected  string                     `json:"expected,omitempty"`
	Notes     string                     `json:"notes,omitempty"`
	Request   string                     `json:"request,omitempty"` // the rated request that it was taken from
}

// RowInput is one question of a new dataset.
type RowInput struct {
	Input     string                     `json:"input,omitempty"` // one message of the user; or messages
	Messages  []EvaluationMessage        `json:"messages,omitempty"`
	Variables map[string]json.RawMessage `json:"variables,omitempty"` // of a stored prompt
	Expected  string                     `json:"expected,omitempty"`
	Notes     string                     `json:"notes,omitempty"`
}

// RowList is a body of the API.
type RowList struct {
	Data    []Row  `json:"data"`
	HasMore bool   `json:"has_more"`       // whether there are more pages
	Next    string `json:"next,omitempty"` // give it as after
}
