// Code generated from the API's routes by `go test ./app -update`; DO NOT EDIT.

package client

import (
	"context"
	"net/http"
)

// TrialsAPI is what the API can do with trials.
type TrialsAPI struct{ c *Client }

// Trials is what the API can do with trials.
func (c *Client) Trials() TrialsAPI { return TrialsAPI{c} }

// Try: Try a trial.
func (a TrialsAPI) Try(ctx context.Context, in TrialInput, calls ...Call) (out Trial, err error) {
	err = a.c.do(ctx, http.MethodPost, "/trials", nil, in, &out, calls)
	return out, err
}

// Trial is a body of the API.
type Trial struct {
	Data    []TrialAnswer `json:"data"`
	HasMore bool          `json:"has_more"`       // whether there are more pages
	Next    string        `json:"next,omitempty"` // give it as after
}

// TrialAnswer is what one target said, or why it did not.
type TrialAnswer struct {
	Target       string `json:"target"`
	RequestID    string `json:"request_id,omitempty"`
	Status       int    `json:"status"`
	Text         string `json:"text,omitempty"`
	Refusal      string `json:"refusal,omitempty"`
	Truncated    bool   `json:"truncated,omitempty"`
	CostUSD      string `json:"cost_usd,omitempty"`
	InputTokens  int64  `json:"input_tokens"`
	OutputTokens int64  `json:"output_tokens"`
	TookMS       int64  `json:"took_ms"`
	Warning      string `json:"warning,omitempty"`
}

// TrialInput asks up to four models the same question, as the key of a service that the token may manage.
type TrialInput struct {
	Key             string   `json:"key,omitempty"`
	Targets         []string `json:"targets,omitempty"` // connection/model
	Prompt          string   `json:"prompt,omitempty"`
	MaxOutputTokens int64    `json:"max_output_tokens,omitempty"` // 500 where it is left out
}
