// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"time"
)

// EvaluationsAPI is what the API can do with evaluations.
type EvaluationsAPI struct{ c *Client }

// Evaluations is what the API can do with evaluations.
func (c *Client) Evaluations() EvaluationsAPI { return EvaluationsAPI{c} }

// List: List evaluations, the newest first.
func (a EvaluationsAPI) List(ctx context.Context, query url.Values, calls ...Call) (out EvaluationList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/evaluations", query, nil, &out, calls)
	return out, err
}

// All is List over all pages.
func (a EvaluationsAPI) All(ctx context.Context, query url.Values, calls ...Call) iter.Seq2[Evaluation, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (EvaluationList, error) {
		return a.List(ctx, query, calls...)
	}, func(p EvaluationList) ([]Evaluation, string) { return p.Data, p.Next })
}

// Start: Ask models and prompts the questions of a dataset, and score the answers.
func (a EvaluationsAPI) Start(ctx context.Context, in EvaluationInput, calls ...Call) (out Evaluation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/evaluations", nil, in, &out, calls)
	return out, err
}

// Estimate: Say what an evaluation would cost at most. Nobody is asked.
func (a EvaluationsAPI) Estimate(ctx context.Context, in EvaluationInput, calls ...Call) (out Estimate, err error) {
	err = a.c.do(ctx, http.MethodPost, "/evaluations/estimate", nil, in, &out, calls)
	return out, err
}

// Show: Get an evaluation, and how its subjects compare.
func (a EvaluationsAPI) Show(ctx context.Context, id string, query url.Values, calls ...Call) (out EvaluationReport, err error) {
	err = a.c.do(ctx, http.MethodGet, "/evaluations/"+url.PathEscape(id), query, nil, &out, calls)
	return out, err
}

// Results: List the answers of an evaluation by row, with what the scorers say.
func (a EvaluationsAPI) Results(ctx context.Context, id string, query url.Values, calls ...Call) (out ResultList, err error) {
	err = a.c.do(ctx, http.MethodGet, "/evaluations/"+url.PathEscape(id)+"/results", query, nil, &out, calls)
	return out, err
}

// AllResults is Results over all pages.
func (a EvaluationsAPI) AllResults(ctx context.Context, id string, query url.Values, calls ...Call) iter.Seq2[Result, error] {
	return all(ctx, query, func(ctx context.Context, query url.Values) (ResultList, error) {
		return a.Results(ctx, id, query, calls...)
	}, func(p ResultList) ([]Result, string) { return p.Data, p.Next })
}

// Cancel: Cancel an evaluation.
func (a EvaluationsAPI) Cancel(ctx context.Context, id string, calls ...Call) (out Evaluation, err error) {
	err = a.c.do(ctx, http.MethodPost, "/evaluations/"+url.PathEscape(id)+"/cancel", nil, nil, &out, calls)
	return out, err
}

// Delete: Delete an evaluation that is over.
func (a EvaluationsAPI) Delete(ctx context.Context, id string, calls ...Call) error {
	return a.c.do(ctx, http.MethodDelete, "/evaluations/"+url.PathEscape(id), nil, nil, nil, calls)
}

// Estimate is what an evaluation costs at most: with every answer filled to its cap of tokens.
type Estimate struct {
	Rows         int      `json:"rows"`
	Subjects     []Priced `json:"subjects"`
	MostUSD      string   `json:"most_usd"` // of all answers
	JudgeMostUSD string   `json:"judge_most_usd"`
}

// Evaluation is an evaluation as it was started.
type Evaluation struct {
	ID          string              `json:"id"`
	Dataset     string              `json:"dataset"`
	Name        string              `json:"name"`
	State       string              `json:"state"`         // running, finished, cancelled or stopped
	Why         string              `json:"why,omitempty"` // of stopped
	Rows        int                 `json:"rows"`
	Key         string              `json:"key"`
	Subjects    []EvaluationSubject `json:"subjects"`
	Scorers     []EvaluationScorer  `json:"scorers"`
	CapUSD      string              `json:"cap_usd"`
	JudgeCapUSD string              `json:"judge_cap_usd"`
	StartedBy   string              `json:"started_by"`
	CreatedAt   time.Time           `json:"created_at"`
	EndedAt     *time.Time          `json:"ended_at,omitempty"`
}

// EvaluationComparison is a subject beside the first one, on the rows where both were scored.
type EvaluationComparison struct {
	Model      string  `json:"model"`
	Rows       int64   `json:"rows"`
	Both       int64   `json:"both_right"`
	Only       int64   `json:"only_this_right"`
	First      int64   `json:"only_first_right"`
	Neither    int64   `json:"neither_right"`
	Difference float64 `json:"difference"` // of shares, this one less the first
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Verdict    string  `json:"verdict"` // better, worse, open (may be chance) or few (too few rows)
	Says       string  `json:"says"`
}

// EvaluationInput starts an evaluation, or asks what it would cost.
type EvaluationInput struct {
	Dataset     string              `json:"dataset,omitempty"`
	Name        string              `json:"name,omitempty"`
	Key         string              `json:"key,omitempty"` // whose budgets pay: of a service that the token may manage
	Subjects    []EvaluationSubject `json:"subjects,omitempty"`
	Scorers     []EvaluationScorer  `json:"scorers,omitempty"`
	CapUSD      string              `json:"cap_usd,omitempty"`       // the most that the answers may cost
	JudgeCapUSD string              `json:"judge_cap_usd,omitempty"` // the most that the judge may cost
}

// EvaluationList is a body of the API.
type EvaluationList struct {
	Data    []Evaluation `json:"data"`
	HasMore bool         `json:"has_more"`       // whether there are more pages
	Next    string       `json:"next,omitempty"` // give it as after
}

// EvaluationReport is an evaluation and what it came to so far.
type EvaluationReport struct {
	ID          string                 `json:"id"`
	Dataset     string                 `json:"dataset"`
	Name        string                 `json:"name"`
	State       string                 `json:"state"`         // running, finished, cancelled or stopped
	Why         string                 `json:"why,omitempty"` // of stopped
	Rows        int                    `json:"rows"`
	Key         string                 `json:"key"`
	Subjects    []EvaluationSubject    `json:"subjects"`
	Scorers     []EvaluationScorer     `json:"scorers"`
	CapUSD      string                 `json:"cap_usd"`
	JudgeCapUSD string                 `json:"judge_cap_usd"`
	StartedBy   string                 `json:"started_by"`
	CreatedAt   time.Time              `json:"created_at"`
	EndedAt     *time.Time             `json:"ended_at,omitempty"`
	Items       int64                  `json:"items"` // rows × subjects
	Done        int64                  `json:"done"`
	CostUSD     string                 `json:"cost_usd"`
	JudgeUSD    string                 `json:"judge_cost_usd"`
	HeldUSD     string                 `json:"held_usd"` // the most that is under way may cost
	Standing    []EvaluationStanding   `json:"standing"`
	Compared    []EvaluationComparison `json:"compared"`
}

// EvaluationScore is what one scorer says of an answer.
type EvaluationScore struct {
	Kind  string  `json:"kind"`
	Right bool    `json:"right"`
	Mark  float64 `json:"mark"` // 0 to 1
	Why   string  `json:"why,omitempty"`
}

// EvaluationScorer is a way to score.
type EvaluationScorer struct {
	Kind       string `json:"kind"` // exact, contains, regex, json_schema or judge
	IgnoreCase bool   `json:"ignore_case,omitempty"`
	Pattern    string `json:"pattern,omitempty"` // of regex, in RE2's syntax
	Schema     string `json:"schema,omitempty"`  // of json_schema, as text
	Rubric     string `json:"rubric,omitempty"`  // of judge
	Model      string `json:"model,omitempty"`   // of judge
	Pass       int    `json:"pass,omitempty"`    // of judge: percent from which an answer is right, 70 without
}

// EvaluationStanding is what one subject came to. Shares are from 0 to 1, and low and high hold with 95 %.
type EvaluationStanding struct {
	Model     string   `json:"model"`
	Answered  int64    `json:"answered"`
	Failed    int64    `json:"failed"` // nothing came back; they count as not right
	Scored    int64    `json:"scored"`
	Unjudged  int64    `json:"unjudged"` // the judge said nothing
	Right     int64    `json:"right"`
	Share     float64  `json:"share"` // of right ones among the scored
	Low       float64  `json:"low"`
	High      float64  `json:"high"`
	Mark      *float64 `json:"mark,omitempty"` // mean score, 0 to 1
	CostUSD   string   `json:"cost_usd"`
	JudgeUSD  string   `json:"judge_cost_usd"`
	EachUSD   string   `json:"cost_per_answer_usd"`
	MedianMS  int64    `json:"median_ms"`
	P95MS     int64    `json:"p95_ms"`
	InTokens  int64    `json:"input_tokens"`
	OutTokens int64    `json:"output_tokens"`
}

// EvaluationSubject is who is asked.
type EvaluationSubject struct {
	Model       string `json:"model"`                 // an alias, connection/model, or prompt:name@label
	Temperature string `json:"temperature,omitempty"` // "0.2"
	MaxOutput   int64  `json:"max_output,omitempty"`  // tokens; 1000 without, for prompts their own
}

// Priced is a subject's part of an estimate.
type Priced struct {
	Model   string `json:"model"` // of a prompt, with the version that its label is at
	MostUSD string `json:"most_usd"`
}

// Result is one row asked of one subject.
type Result struct {
	Row       int               `json:"row"`
	Model     string            `json:"model"`
	Subject   int               `json:"subject"` // its place among the subjects, from 0
	Step      string            `json:"step"`    // waiting, asked, answered, judging, done or failed
	Scored    bool              `json:"scored"`
	Right     bool              `json:"right"`
	Mark      float64           `json:"mark"`
	Scores    []EvaluationScore `json:"scores"`
	Answer    string            `json:"answer,omitempty"`
	Truncated bool              `json:"truncated,omitempty"` // it ended at its cap of tokens
	Code      string            `json:"code,omitempty"`
	Refusal   string            `json:"refusal,omitempty"`
	Notes     []string          `json:"notes,omitempty"`
	Question  string            `json:"question"`
	Expected  string            `json:"expected,omitempty"`
	CostUSD   string            `json:"cost_usd"`
	JudgeUSD  string            `json:"judge_cost_usd"`
	TookMS    int64             `json:"took_ms"`
	InTokens  int64             `json:"input_tokens"`
	OutTokens int64             `json:"output_tokens"`
	RequestID string            `json:"request_id,omitempty"`
}

// ResultList is a body of the API.
type ResultList struct {
	Data    []Result `json:"data"`
	HasMore bool     `json:"has_more"`       // whether there are more pages
	Next    string   `json:"next,omitempty"` // give it as after
}
