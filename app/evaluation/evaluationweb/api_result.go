package evaluationweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// scoreJSON is what one scorer says of an answer.
type scoreJSON struct {
	Kind  string  `json:"kind"`
	Right bool    `json:"right"`
	Mark  float64 `json:"mark"` // 0 to 1
	Why   string  `json:"why,omitempty"`
}

// resultJSON is one row asked of one subject.
type resultJSON struct {
	Row       int         `json:"row"`
	Model     string      `json:"model"`
	Subject   int         `json:"subject"` // its place among the subjects, from 0
	Step      string      `json:"step"`    // waiting, asked, answered, judging, done or failed
	Scored    bool        `json:"scored"`
	Right     bool        `json:"right"`
	Mark      float64     `json:"mark"`
	Scores    []scoreJSON `json:"scores"`
	Answer    string      `json:"answer,omitempty"`
	Truncated bool        `json:"truncated,omitempty"` // it ended at its cap of tokens
	Code      string      `json:"code,omitempty"`
	Refusal   string      `json:"refusal,omitempty"`
	Notes     []string    `json:"notes,omitempty"`
	Question  string      `json:"question"`
	Expected  string      `json:"expected,omitempty"`
	CostUSD   money.USD   `json:"cost_usd"`
	JudgeUSD  money.USD   `json:"judge_cost_usd"`
	TookMS    int64       `json:"took_ms"`
	InTokens  int64       `json:"input_tokens"`
	OutTokens int64       `json:"output_tokens"`
	RequestID string      `json:"request_id,omitempty"`
}

type resultList struct {
	Data []resultJSON `json:"data"`
}

func (h *Handlers) apiResults(c *web.Context) error {
	out, err := h.results(c)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, resultList{out})
}

// results are all answers of the run that the path names.
func (h *Handlers) results(c *web.Context) ([]resultJSON, error) {
	which, err := runID(c)
	if err != nil {
		return nil, err
	}
	r, err := h.Evaluations.Report(c.Ctx(), c.Actor(), which)
	if err != nil {
		return nil, err
	}
	rows, items, err := h.Evaluations.Results(c.Ctx(), c.Actor(), which, 0, evaluation.MaxRows)
	if err != nil {
		return nil, err
	}
	numbered := make(map[int]*evaluation.Row, len(rows)) // there are gaps where rows were erased
	for i := range rows {
		numbered[rows[i].Number] = &rows[i]
	}
	out := make([]resultJSON, 0, len(items))
	for _, i := range items {
		if row := numbered[i.Row]; row != nil && i.Subject < len(r.Subjects) {
			out = append(out, resultOut(row, &i, r.Subjects[i.Subject].Model))
		}
	}
	return out, nil
}

func resultOut(row *evaluation.Row, i *evaluation.Item, model string) resultJSON {
	out := resultJSON{Row: i.Row, Model: model, Subject: i.Subject, Step: string(i.Step), Scored: i.Scored, Right: i.Right, Mark: float64(i.Mark) / 1000, Scores: []scoreJSON{}, Answer: i.Said.Text,
		Truncated: i.Said.Cut, Code: i.Code, Refusal: i.Said.Refusal, Notes: i.Said.Notes, Question: row.Question(), Expected: row.Expected, CostUSD: i.Cost, JudgeUSD: i.JudgeCost,
		TookMS: i.Took.Milliseconds(), InTokens: i.Input, OutTokens: i.Output}
	if !i.Request.IsZero() {
		out.RequestID = i.Request.String()
	}
	for _, s := range i.Said.Scores {
		out.Scores = append(out.Scores, scoreJSON{string(s.Kind), s.Right, float64(s.Mark) / 1000, s.Why})
	}
	return out
}
