package evaluationweb

import (
	"net/http"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
)

// standingJSON is what one subject came to. Shares are from 0 to 1, and low and high hold with 95 %.
type standingJSON struct {
	Model     string    `json:"model"`
	Answered  int64     `json:"answered"`
	Failed    int64     `json:"failed"` // nothing came back; they count as not right
	Scored    int64     `json:"scored"`
	Unjudged  int64     `json:"unjudged"` // the judge said nothing
	Right     int64     `json:"right"`
	Share     float64   `json:"share"` // of right ones among the scored
	Low       float64   `json:"low"`
	High      float64   `json:"high"`
	Mark      *float64  `json:"mark,omitempty"` // mean score, 0 to 1
	CostUSD   money.USD `json:"cost_usd"`
	JudgeUSD  money.USD `json:"judge_cost_usd"`
	EachUSD   money.USD `json:"cost_per_answer_usd"`
	MedianMS  int64     `json:"median_ms"`
	P95MS     int64     `json:"p95_ms"`
	InTokens  int64     `json:"input_tokens"`
	OutTokens int64     `json:"output_tokens"`
}

// comparisonJSON is a subject beside the first one, on the rows where both were scored.
type comparisonJSON struct {
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

// reportJSON is an evaluation and what it came to so far.
type reportJSON struct {
	evaluationJSON
	Items    int64            `json:"items"` // rows × subjects
	Done     int64            `json:"done"`
	CostUSD  money.USD        `json:"cost_usd"`
	JudgeUSD money.USD        `json:"judge_cost_usd"`
	HeldUSD  money.USD        `json:"held_usd"` // the most that is under way may cost
	Standing []standingJSON   `json:"standing"`
	Compared []comparisonJSON `json:"compared"`
}

func (h *Handlers) apiRun(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	r, err := h.Evaluations.Report(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, reportOut(&r))
}

func reportOut(r *evaluation.Report) reportJSON {
	out := reportJSON{evaluationJSON: runOut(r.Run), Items: r.Items, Done: r.Done, CostUSD: r.Cost, JudgeUSD: r.Judge, HeldUSD: r.Held, Compared: []comparisonJSON{}}
	for _, s := range r.Subjects {
		x := standingJSON{Model: s.Model, Answered: s.Answered, Failed: s.Failed, Scored: s.Scored, Unjudged: s.Unjudged, Right: s.Right, Share: s.Share.Value, Low: s.Share.Low, High: s.Share.High,
			CostUSD: s.Cost, JudgeUSD: s.Judge, EachUSD: s.Each, MedianMS: s.Median.Milliseconds(), P95MS: s.P95.Milliseconds(), InTokens: s.Input, OutTokens: s.Output}
		if s.Mark >= 0 {
			mark := float64(s.Mark) / 1000
			x.Mark = &mark
		}
		out.Standing = append(out.Standing, x)
	}
	for _, m := range r.Compared {
		out.Compared = append(out.Compared, comparisonJSON{r.Subjects[m.Subject].Model, m.Rows, m.Both, m.Only, m.First, m.Neither, m.Difference.Value, m.Difference.Low, m.Difference.High, m.Verdict,
			m.Sentence(r.Label(0), r.Label(m.Subject))})
	}
	return out
}

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
	out := make([]resultJSON, 0, len(items))
	for _, i := range items {
		if i.Row <= len(rows) && i.Subject < len(r.Subjects) {
			out = append(out, resultOut(&rows[i.Row-1], &i, r.Subjects[i.Subject].Model))
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
