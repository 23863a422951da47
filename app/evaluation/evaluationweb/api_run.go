package evaluationweb

import (
	"errors"
	"net/http"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// subjectJSON is who is asked.
type subjectJSON struct {
	Model       string `json:"model"`                 // an alias, connection/model, or prompt:name@label
	Temperature string `json:"temperature,omitempty"` // "0.2"
	MaxOutput   int64  `json:"max_output,omitempty"`  // tokens; 1000 without, for prompts their own
}

// scorerJSON is a way to score.
type scorerJSON struct {
	Kind       string `json:"kind"` // exact, contains, regex, json_schema or judge
	IgnoreCase bool   `json:"ignore_case,omitempty"`
	Pattern    string `json:"pattern,omitempty"` // of regex, in RE2's syntax
	Schema     string `json:"schema,omitempty"`  // of json_schema, as text
	Rubric     string `json:"rubric,omitempty"`  // of judge
	Model      string `json:"model,omitempty"`   // of judge
	Pass       int    `json:"pass,omitempty"`    // of judge: percent from which an answer is right, 70 without
}

// evaluationInput starts an evaluation, or asks what it would cost.
type evaluationInput struct {
	Dataset     string        `json:"dataset"`
	Name        string        `json:"name"`
	Key         string        `json:"key"` // whose budgets pay: of a service that the token may manage
	Subjects    []subjectJSON `json:"subjects"`
	Scorers     []scorerJSON  `json:"scorers"`
	CapUSD      string        `json:"cap_usd"`       // the most that the answers may cost
	JudgeCapUSD string        `json:"judge_cap_usd"` // the most that the judge may cost
}

func (in *evaluationInput) plan() (evaluation.Plan, error) {
	p := evaluation.Plan{Name: in.Name}
	var errs [4]error
	p.Dataset, errs[0] = id.ParseDataset(in.Dataset)
	if errs[0] != nil {
		errs[0] = fault.Field("dataset", "There is no such dataset. Its id begins with dts_.")
	}
	p.Key, _ = id.ParseKey(in.Key) // a malformed id is no key of theirs
	for _, s := range in.Subjects {
		p.Subjects = append(p.Subjects, evaluation.Subject{Model: s.Model, Temperature: s.Temperature, MaxOutput: s.MaxOutput})
	}
	for _, s := range in.Scorers {
		p.Scorers = append(p.Scorers, evaluation.Scorer{Kind: evaluation.Kind(s.Kind), IgnoreCase: s.IgnoreCase, Pattern: s.Pattern, Schema: s.Schema, Rubric: s.Rubric, Model: s.Model, Pass: s.Pass})
	}
	p.Cap, errs[1] = dollars("cap_usd", in.CapUSD)
	p.JudgeCap, errs[2] = dollars("judge_cap_usd", in.JudgeCapUSD)
	return p, errors.Join(errs[:]...)
}

// dollars reads an amount; "" is none.
func dollars(field, text string) (money.USD, error) {
	if text == "" {
		return 0, nil
	}
	a, err := money.Parse(text)
	if err != nil || a < 0 {
		return 0, fault.Field(field, "Write an amount in US dollars, such as 0.50.")
	}
	return a, nil
}

// evaluationJSON is an evaluation as it was started.
type evaluationJSON struct {
	ID          string        `json:"id"`
	Dataset     string        `json:"dataset"`
	Name        string        `json:"name"`
	State       string        `json:"state"`         // running, finished, cancelled or stopped
	Why         string        `json:"why,omitempty"` // of stopped
	Rows        int           `json:"rows"`
	Key         string        `json:"key"`
	Subjects    []subjectJSON `json:"subjects"`
	Scorers     []scorerJSON  `json:"scorers"`
	CapUSD      money.USD     `json:"cap_usd"`
	JudgeCapUSD money.USD     `json:"judge_cap_usd"`
	StartedBy   string        `json:"started_by"`
	CreatedAt   time.Time     `json:"created_at"`
	EndedAt     *time.Time    `json:"ended_at,omitempty"`
}

type evaluationList struct {
	Data []evaluationJSON `json:"data"`
}

func runOut(r evaluation.Run) evaluationJSON {
	b := &r.Body
	out := evaluationJSON{ID: r.ID.String(), Dataset: r.Dataset.String(), Name: b.Name, State: string(r.State), Why: r.Why, Rows: r.Rows, Key: b.Key.String(), CapUSD: b.Cap, JudgeCapUSD: b.JudgeCap,
		StartedBy: b.ByLabel, CreatedAt: r.CreatedAt}
	for _, s := range b.Subjects {
		out.Subjects = append(out.Subjects, subjectJSON{s.Model, s.Temperature, s.MaxOutput})
	}
	for _, s := range b.Scorers {
		out.Scorers = append(out.Scorers, scorerJSON{string(s.Kind), s.IgnoreCase, s.Pattern, s.Schema, s.Rubric, s.Model, s.Pass})
	}
	if !r.EndedAt.IsZero() {
		out.EndedAt = &r.EndedAt
	}
	return out
}

// pricedJSON is a subject's part of an estimate.
type pricedJSON struct {
	Model   string    `json:"model"` // of a prompt, with the version that its label is at
	MostUSD money.USD `json:"most_usd"`
}

// estimateJSON is what an evaluation costs at most: with every answer filled to its cap of tokens.
type estimateJSON struct {
	Rows         int          `json:"rows"`
	Subjects     []pricedJSON `json:"subjects"`
	MostUSD      money.USD    `json:"most_usd"` // of all answers
	JudgeMostUSD money.USD    `json:"judge_most_usd"`
}

func (h *Handlers) apiEstimate(c *web.Context) error {
	in, err := web.Decode[evaluationInput](c)
	if err != nil {
		return err
	}
	p, err := in.plan()
	if err != nil {
		return err
	}
	e, err := h.Evaluations.Estimate(c.Ctx(), c.Actor(), p)
	if err != nil {
		return err
	}
	out := estimateJSON{Rows: e.Rows, Subjects: make([]pricedJSON, len(e.Subjects)), MostUSD: e.Most, JudgeMostUSD: e.Judge}
	for i, s := range e.Subjects {
		out.Subjects[i] = pricedJSON{s.Model, s.Sum}
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiStart(c *web.Context) error {
	in, err := web.Decode[evaluationInput](c)
	if err != nil {
		return err
	}
	p, err := in.plan()
	if err != nil {
		return err
	}
	r, err := h.Evaluations.Start(c.Ctx(), c.Actor(), p)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, runOut(r))
}

func (h *Handlers) apiRuns(c *web.Context) error {
	var of id.Dataset
	if text := c.QueryParam("dataset"); text != "" {
		var err error
		if of, err = id.ParseDataset(text); err != nil {
			return evaluation.MissingDataset()
		}
	}
	all, err := h.Evaluations.Runs(c.Ctx(), c.Actor(), of)
	if err != nil {
		return err
	}
	out := evaluationList{Data: make([]evaluationJSON, len(all))}
	for i, r := range all {
		out.Data[i] = runOut(r)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiCancel(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	r, err := h.Evaluations.Cancel(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, runOut(r))
}

func (h *Handlers) apiDeleteRun(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	if err := h.Evaluations.DeleteRun(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}
