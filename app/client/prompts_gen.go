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

// PromptsAPI is what the API can do with prompts.
type PromptsAPI struct{ c *Client }

// Prompts is what the API can do with prompts.
func (c *Client) Prompts() PromptsAPI { return PromptsAPI{c} }

// List: List stored prompts, by folder and name.
func (a PromptsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out PromptList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a PromptsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Prompt, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PromptList, error) { return a.List(ctx, query, calls...) }, func(p PromptList) ([]Prompt, string) { return p.Data, p.Next })
}

// Create: Store a prompt with its first version.
func (a PromptsAPI) Create(ctx context.Context, in PromptInput, calls ...Call) (out Prompt, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prompts", nil, in, &out, calls)
	return out, err
}

// Show: Show a stored prompt.
func (a PromptsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out Prompt, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Update: Change what is said about a prompt, and who sees it.
func (a PromptsAPI) Update(ctx context.Context, id string, in PromptChange, calls ...Call) (out Prompt, err error) {
	err = a.c.do(ctx, http.MethodPatch, "/prompts/"+url.PathEscape(id), nil, in, &out, calls)
	return out, err
}

// Delete: Delete a prompt that has no label and that no other includes.
func (a PromptsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/prompts/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Versions: List a prompt's versions, the newest first.
func (a PromptsAPI) Versions(ctx context.Context, id string, query url.Values, calls ...Call) (out PromptVersionList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts/"+url.PathEscape(id)+"/versions", query, nil, &out, calls)
	return out, err
}

// AllVersions is Versions over all pages.
func (a PromptsAPI) AllVersions(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[PromptVersion, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PromptVersionList, error) {
		return a.Versions(ctx, id, query, calls...)
	}, func(p PromptVersionList) ([]PromptVersion, string) { return p.Data, p.Next })
}

// Revise: Add a version to a prompt. Labels stay where they are.
func (a PromptsAPI) Revise(ctx context.Context, id string, in PromptVersionInput, calls ...Call) (out PromptVersion, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prompts/"+url.PathEscape(id)+"/versions", nil, in, &out, calls)
	return out, err
}

// DeleteVersion: Delete a version that has no label and that no prompt includes.
func (a PromptsAPI) DeleteVersion(ctx context.Context, id string, version string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/prompts/"+url.PathEscape(id)+"/versions/"+url.PathEscape(version), nil, nil, nil, calls)
}

// Preview: Say what a version says with these variables. Nobody is asked.
func (a PromptsAPI) Preview(ctx context.Context, id string, in PromptPreviewInput, calls ...Call) (out PromptPreview, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prompts/"+url.PathEscape(id)+"/preview", nil, in, &out, calls)
	return out, err
}

// Draft: Check a content that is not stored, and say what it says with these variables and what a request would cost. Nobody is asked.
func (a PromptsAPI) Draft(ctx context.Context, in PromptDraftInput, calls ...Call) (out PromptPreview, err error) {
	err = a.c.do(ctx, http.MethodPost, "/prompts/preview", nil, in, &out, calls)
	return out, err
}

// Estimate: Say what a request for a version would cost, before there was any.
func (a PromptsAPI) Estimate(ctx context.Context, id string, query url.Values, calls ...Call) (out PromptEstimate, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts/"+url.PathEscape(id)+"/estimate", query, nil, &out, calls)
	return out, err
}

// Models: Say how each model did with each version in the last 30 days: requests, cost, time.
func (a PromptsAPI) Models(ctx context.Context, id string, query url.Values, calls ...Call) (out PromptModelList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts/"+url.PathEscape(id)+"/models", query, nil, &out, calls)
	return out, err
}

// AllModels is Models over all pages.
func (a PromptsAPI) AllModels(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[PromptModel, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PromptModelList, error) {
		return a.Models(ctx, id, query, calls...)
	}, func(p PromptModelList) ([]PromptModel, string) { return p.Data, p.Next })
}

// Ratings: List what people say of a prompt, the newest first.
func (a PromptsAPI) Ratings(ctx context.Context, id string, query url.Values, calls ...Call) (out PromptRatingList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/prompts/"+url.PathEscape(id)+"/ratings", query, nil, &out, calls)
	return out, err
}

// AllRatings is Ratings over all pages.
func (a PromptsAPI) AllRatings(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[PromptRating, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (PromptRatingList, error) {
		return a.Ratings(ctx, id, query, calls...)
	}, func(p PromptRatingList) ([]PromptRating, string) { return p.Data, p.Next })
}

// Label: Put a label at a version. Requests that name it get that version within a second, on every node.
func (a PromptsAPI) Label(ctx context.Context, id string, label string, in PromptLabelInput, calls ...Call) (out PromptLabel, err error) {
	err = a.c.do(ctx, http.MethodPut, "/prompts/"+url.PathEscape(id)+"/labels/"+url.PathEscape(label), nil, in, &out, calls)
	return out, err
}

// Unlabel: Take a label away from a prompt.
func (a PromptsAPI) Unlabel(ctx context.Context, id string, label string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/prompts/"+url.PathEscape(id)+"/labels/"+url.PathEscape(label), nil, nil, nil, calls)
}

// Prompt is a stored prompt in the management API.
type Prompt struct {
	ID         string          `json:"id"`
	Name       string          `json:"name"` // what requests ask for: prompt:name@label
	Kind       string          `json:"kind"` // chat or text; texts can be included by others
	About      string          `json:"about"`
	Folder     string          `json:"folder"`
	Visibility string          `json:"visibility"` // private, team or organization
	Team       string          `json:"team"`       // id; "" but with the visibility team
	Scope      string          `json:"scope"`      // id of the organization, the team or the member who may use it
	Owner      string          `json:"owner"`      // who made it
	Latest     int             `json:"latest"`     // number of the newest version
	Labels     []PromptLabel   `json:"labels"`
	Content    json.RawMessage `json:"content"` // of the version that production is at, else of the newest
	CreatedAt  time.Time       `json:"created_at"`
	UpdatedAt  time.Time       `json:"updated_at"`
}

// PromptChange changes what it names and leaves the rest.
type PromptChange struct {
	About      *string `json:"about,omitempty"`
	Folder     *string `json:"folder,omitempty"`
	Visibility *string `json:"visibility,omitempty"`
	Team       *string `json:"team,omitempty"`
}

// PromptDraftInput is a content that is not stored, to be filled in.
type PromptDraftInput struct {
	Prompt    string          `json:"prompt,omitempty"`    // id of the prompt that it would be a version of; "" = of a new one
	Kind      string          `json:"kind,omitempty"`      // of a new one; chat without
	Content   json.RawMessage `json:"content,omitempty"`   // model, messages, variables, tools, schema, settings
	Variables json.RawMessage `json:"variables,omitempty"` // an object of values by name
}

// PromptEstimate is what a request would cost: ranges, because only the model that reads a text counts its tokens.
type PromptEstimate struct {
	InputFrom     int64    `json:"input_tokens_from"`
	InputTo       int64    `json:"input_tokens_to"`
	OutputTo      int64    `json:"output_tokens_to"`
	OutputAssumed bool     `json:"output_assumed"` // the version caps its answer at nothing, so that is a guess
	From          string   `json:"from_usd"`       // the cheapest target, without any answer; "" where no price is known
	To            string   `json:"to_usd"`         // the dearest target, with the longest answer
	Targets       []string `json:"targets"`        // who would answer, with a known price
	Unpriced      []string `json:"unpriced"`       // who would answer, at a price that is not known
	Open          []string `json:"open_variables"` // whose texts are not counted
}

// PromptInput stores a prompt with its first version.
type PromptInput struct {
	Name       string          `json:"name,omitempty"`
	Kind       string          `json:"kind,omitempty"` // chat without
	About      string          `json:"about,omitempty"`
	Folder     string          `json:"folder,omitempty"`
	Visibility string          `json:"visibility,omitempty"` // organization without
	Team       string          `json:"team,omitempty"`
	Content    json.RawMessage `json:"content,omitempty"` // model, messages, variables, tools, schema, settings
	Message    string          `json:"message,omitempty"`
	Label      string          `json:"label,omitempty"` // put at the first version; none without
}

// PromptLabel is a name for a version that can be moved to another.
type PromptLabel struct {
	Label     string    `json:"label"`
	Version   int       `json:"version"`
	Protected bool      `json:"protected"` // only managers and admins move it
	SetBy     string    `json:"set_by"`
	SetAt     time.Time `json:"set_at"`
}

// PromptLabelInput puts a label at a version.
type PromptLabelInput struct {
	Version   int   `json:"version,omitempty"`
	Protected *bool `json:"protected,omitempty"` // left as it is without
}

// PromptList is a body of the API.
type PromptList struct {
	Data    []Prompt `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}

// PromptMessage is one message.
type PromptMessage struct {
	Role string `json:"role"` // system, user or assistant
	Text string `json:"text"`
}

// PromptModel is how a model did with a version in the last 30 days, as far as the caller may see it.
type PromptModel struct {
	Version  int     `json:"version"`
	Model    string  `json:"model"`
	Requests int64   `json:"requests"`
	Errors   int64   `json:"not_answered"`
	Input    int64   `json:"input_tokens"`
	Output   int64   `json:"output_tokens"`
	Cost     string  `json:"cost_usd"`
	Timed    int     `json:"timed"`              // answers that the times are of: the newest, without those from the cache
	P50      float64 `json:"p50_seconds"`        // as clients waited; 0 where nothing was timed
	P95      float64 `json:"p95_seconds"`        // as clients waited
	First50  float64 `json:"first_byte_seconds"` // half of them had their first byte within
}

// PromptModelList is a body of the API.
type PromptModelList struct {
	Data    []PromptModel `json:"data"`
	HasMore bool          `json:"has_more"`       // whether there are more pages
	Next    string        `json:"next,omitempty"` // give it as after
}

// PromptPreview is what a request would say.
type PromptPreview struct {
	Messages []PromptMessage `json:"messages"`
	Estimate *PromptEstimate `json:"estimate"` // what such a request would cost
}

// PromptPreviewInput fills a version in.
type PromptPreviewInput struct {
	Version   int             `json:"version,omitempty"`
	Variables json.RawMessage `json:"variables,omitempty"` // an object of values by name
}

// PromptRating is what one person says of a prompt.
type PromptRating struct {
	By      string    `json:"by"`
	Stars   int       `json:"stars"` // 1 to 5; 0 = a comment only
	Comment string    `json:"comment"`
	Version int       `json:"version"` // that it is about; 0 = none in particular
	At      time.Time `json:"at"`
}

// PromptRatingList is a body of the API.
type PromptRatingList struct {
	Data    []PromptRating `json:"data"`
	HasMore bool           `json:"has_more"`       // whether there are more pages
	Next    string         `json:"next,omitempty"` // give it as after
}

// PromptVersion is a version, which never changes.
type PromptVersion struct {
	Version int             `json:"version"`
	Labels  []string        `json:"labels"` // that are at it
	Message string          `json:"message"`
	Content json.RawMessage `json:"content"` // model, messages, variables, tools, schema, settings
	MadeBy  string          `json:"made_by"`
	MadeAt  time.Time       `json:"made_at"`
}

// PromptVersionInput adds a version.
type PromptVersionInput struct {
	Content json.RawMessage `json:"content,omitempty"` // model, messages, variables, tools, schema, settings
	Message string          `json:"message,omitempty"` // what changed
}

// PromptVersionList is a body of the API.
type PromptVersionList struct {
	Data    []PromptVersion `json:"data"`
	HasMore bool            `json:"has_more"`       // whether there are more pages
	Next    string          `json:"next,omitempty"` // give it as after
}
