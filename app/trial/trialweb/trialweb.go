// Package trialweb is "ask several models once" in the management API. In the dashboard that is the playground.
package trialweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/trial"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// Handlers answer for trials.
type Handlers struct{ trials *trial.Service }

// New makes the handlers.
func New(trials *trial.Service) *Handlers { return &Handlers{trials} }

// Routes are all URLs of trials. A trial changes nothing but spends, so it is audited.
func (h *Handlers) Routes() []web.Route {
	return []web.Route{
		{Method: http.MethodGet, Path: "/try", Name: "trials.new", Guard: web.Person, Floor: org.Developer, Handle: h.moved},
		{Method: http.MethodPost, Path: "/api/v1/trials", Name: "api.trials.try", Guard: web.Token, Floor: org.Developer, Audit: "model.tried", Handle: h.apiTry, In: trialInput{}, Out: trialJSON{}},
	}
}

// moved leads old bookmarks to the playground.
func (h *Handlers) moved(c *web.Context) error {
	return c.See("/playground?" + c.QueryParams().Encode())
}

// trialInput asks up to four models the same question, as the key of a service that the token may manage.
type trialInput struct {
	Key             string   `json:"key"`
	Targets         []string `json:"targets"` // connection/model
	Prompt          string   `json:"prompt"`
	MaxOutputTokens int64    `json:"max_output_tokens"` // 500 where it is left out
}

// answerJSON is what one target said, or why it did not.
type answerJSON struct {
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

type trialJSON struct {
	Data []answerJSON `json:"data"`
}

func (h *Handlers) apiTry(c *web.Context) error {
	in, err := web.Decode[trialInput](c)
	if err != nil {
		return err
	}
	k, _ := id.ParseKey(in.Key) // a malformed id is no key of theirs
	list, err := h.trials.Try(c.Ctx(), c.Actor(), trial.Input{Key: k, Targets: in.Targets, Prompt: in.Prompt, MaxOutput: in.MaxOutputTokens})
	if err != nil {
		return err
	}
	out := trialJSON{Data: make([]answerJSON, len(list))}
	for i, a := range list {
		out.Data[i] = answerJSON{a.Target, a.Request, a.Status, a.Text, a.Refusal, a.Cut, a.CostUSD, a.Input, a.Output, a.Took.Milliseconds(), a.Warnings}
	}
	return c.JSON(http.StatusOK, out)
}
