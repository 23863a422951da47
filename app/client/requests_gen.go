// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// RequestsAPI is what the API can do with requests.
type RequestsAPI struct{ c *Client }

// Requests is what the API can do with requests.
func (c *Client) Requests() RequestsAPI { return RequestsAPI{c} }

// List: List requests.
func (a RequestsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out RequestList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/requests", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a RequestsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Request, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (RequestList, error) { return a.List(ctx, query, calls...) }, func(p RequestList) ([]Request, string) { return p.Data, p.Next })
}

// Show: Show a request.
func (a RequestsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out RequestDetail, err error) {
	err = a.c.do(ctx, http.MethodGet, "/requests/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// ReportAttempt is one upstream attempt.
type ReportAttempt struct {
	ID           string    `json:"id"`
	Number       int       `json:"number"`
	At           time.Time `json:"at"`
	Connection   string    `json:"connection"`
	Kind         string    `json:"kind"`
	Model        string    `json:"model"`
	State        string    `json:"state"`
	Status       int       `json:"status"`
	Class        string    `json:"class,omitempty"`
	Note         string    `json:"note,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	CachedTokens int64     `json:"cached_tokens"`
	Images       int64     `json:"images,omitempty"`
	AudioSeconds int64     `json:"audio_seconds,omitempty"`
	Characters   int64     `json:"characters,omitempty"`
	OutputTokens int64     `json:"output_tokens"`
	HeldUSD      string    `json:"held_usd"`
	CostUSD      string    `json:"cost_usd"`
	PriceVersion string    `json:"price_version"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
}

// ReportFeedback is what was said of a request's answer.
type ReportFeedback struct {
	Good    *bool     `json:"good"`
	Score   *float64  `json:"score"` // 0 to 1
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"` // when it was said, the last time
}

// ReportRefusal is how a budget stood when it refused. Amounts are strings in its measure.
type ReportRefusal struct {
	Budget  string `json:"budget_id"`
	Measure string `json:"measure"`
	Needed  string `json:"needed"` // 0 where no price is known
	Limit   string `json:"limit"`
	Spent   string `json:"spent"`
	Held    string `json:"held"`
	Left    string `json:"left"`
}

// Request is a request in the management API. Amounts are exact decimal strings.
type Request struct {
	ID           string    `json:"id"`
	At           time.Time `json:"at"`
	KeyID        string    `json:"key_id"`
	Key          string    `json:"key,omitempty"`
	TeamID       string    `json:"team_id,omitempty"`
	Team         string    `json:"team,omitempty"`
	MemberID     string    `json:"member_id,omitempty"`
	Member       string    `json:"member,omitempty"`
	Family       string    `json:"family"`
	Endpoint     string    `json:"endpoint"`
	Stream       bool      `json:"stream"`
	Asked        string    `json:"asked"`
	Model        string    `json:"model,omitempty"`
	Connection   string    `json:"connection,omitempty"`
	Route        string    `json:"route,omitempty"`
	Client       string    `json:"client,omitempty"`
	Tags         string    `json:"tags,omitempty"`
	EndUser      string    `json:"end_user,omitempty"`
	Session      string    `json:"session,omitempty"`
	Cache        string    `json:"cache,omitempty"`
	Attempts     int       `json:"attempts"`
	Status       int       `json:"status"`
	Code         string    `json:"code,omitempty"`
	InputTokens  int64     `json:"input_tokens"`
	OutputTokens int64     `json:"output_tokens"`
	CostUSD      string    `json:"cost_usd"`
	FirstByteUS  int64     `json:"first_byte_us"`
	DurationUS   int64     `json:"duration_us"`
	OverheadUS   int64     `json:"overhead_us"`
}

// RequestDetail is a body of the API.
type RequestDetail struct {
	ID           string          `json:"id"`
	At           time.Time       `json:"at"`
	KeyID        string          `json:"key_id"`
	Key          string          `json:"key,omitempty"`
	TeamID       string          `json:"team_id,omitempty"`
	Team         string          `json:"team,omitempty"`
	MemberID     string          `json:"member_id,omitempty"`
	Member       string          `json:"member,omitempty"`
	Family       string          `json:"family"`
	Endpoint     string          `json:"endpoint"`
	Stream       bool            `json:"stream"`
	Asked        string          `json:"asked"`
	Model        string          `json:"model,omitempty"`
	Connection   string          `json:"connection,omitempty"`
	Route        string          `json:"route,omitempty"`
	Client       string          `json:"client,omitempty"`
	Tags         string          `json:"tags,omitempty"`
	EndUser      string          `json:"end_user,omitempty"`
	Session      string          `json:"session,omitempty"`
	Cache        string          `json:"cache,omitempty"`
	Attempts     int             `json:"attempts"`
	Status       int             `json:"status"`
	Code         string          `json:"code,omitempty"`
	InputTokens  int64           `json:"input_tokens"`
	OutputTokens int64           `json:"output_tokens"`
	CostUSD      string          `json:"cost_usd"`
	FirstByteUS  int64           `json:"first_byte_us"`
	DurationUS   int64           `json:"duration_us"`
	OverheadUS   int64           `json:"overhead_us"`
	Message      string          `json:"message,omitempty"`
	Refusal      *ReportRefusal  `json:"refusal,omitempty"` // of a request that a budget refused
	Decisions    []string        `json:"decisions"`
	Tries        []ReportAttempt `json:"tries"`
	Feedback     *ReportFeedback `json:"feedback,omitempty"` // what was said of the answer
}

// RequestList is a body of the API.
type RequestList struct {
	Data    []Request `json:"data"`
	HasMore bool      `json:"has_more"`
	Next    string    `json:"next,omitempty"` // give it as ?after=
}
