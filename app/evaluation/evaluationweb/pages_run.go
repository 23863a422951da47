package evaluationweb

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

var states = map[evaluation.State]ui.StatusProps{
	evaluation.Running: {Tone: ui.Info, Label: "Running"}, evaluation.Finished: {Tone: ui.Good, Label: "Finished"},
	evaluation.Cancelled: {Tone: ui.Neutral, Label: "Cancelled"}, evaluation.Stopped: {Tone: ui.Warn, Label: "Stopped"},
}

// runRows are lines of a list of runs.
func (h *Handlers) runRows(c *web.Context, all []evaluation.Run, names map[id.Dataset]string) (out []views.RunRow, err error) {
	sums, err := h.Evaluations.Tallies(c.Ctx(), c.Actor(), all)
	if err != nil {
		return nil, err
	}
	for i, r := range all {
		row := views.RunRow{Name: r.Body.Name, Href: runs + "/" + r.ID.String(), Set: names[r.Dataset], State: states[r.State], Started: c.When(r.CreatedAt), By: r.Body.ByLabel}
		var parts []string
		for n, s := range sums[i] {
			if n < len(r.Body.Subjects) && s.Scored > 0 {
				parts = append(parts, fmt.Sprintf("%d of %d", s.Right, s.Scored))
			}
		}
		row.Best = strings.Join(parts, ", ")
		sum := evaluation.Sum(sums[i])
		row.Cost, row.Exact = web.Dollars(sum.Cost + sum.JudgeCost)
		out = append(out, row)
	}
	return out, nil
}

func (h *Handlers) showRun(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	r, err := h.Evaluations.Report(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	p := views.RunPage{Shell: c.Shell(r.Body.Name, "evaluations"), Name: r.Body.Name, Href: runs + "/" + r.ID.String(), Set: r.Of.Name, SetHref: sets + "/" + r.Of.ID.String(), State: states[r.State],
		Running: r.State == evaluation.Running, Why: r.Why, Judged: r.Body.Judge() != nil}
	p.Progress = ui.ProgressProps{Label: "Questions done", Text: fmt.Sprintf("%s of %s", web.Count(r.Done), web.Plural(r.Items, "question")), Value: r.Done, Max: max(r.Items, 1), Tone: ui.Accent,
		Note: web.USD(r.Cost+r.Judge) + " spent"}
	stand(&p, &r)
	p.Facts = setUp(c, &r)
	h.turns(c, &p, &r)
	if err := h.sideBySide(c, &p, &r); err != nil {
		return err
	}
	return c.Render(views.Run(p))
}

// turns are what can be done with a run.
func (h *Handlers) turns(c *web.Context, p *views.RunPage, r *evaluation.Report) {
	if c.Actor().Role.AtLeast(evaluation.MayRun) {
		p.Again = p.SetHref + "/run?again=" + r.ID.String()
	}
	switch {
	case !evaluation.MayEnd(c.Actor(), &r.Run, &r.Of):
	case p.Running:
		p.Cancel = &ui.ConfirmProps{Label: "Cancel it", Icon: "x", Title: "Cancel this evaluation?", Text: "What is under way is broken off and billed as far as it came. The answers so far stay.", Action: p.Href + "/cancel", Button: "Cancel evaluation"}
	default:
		p.Delete = &ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete this evaluation?", Text: "All its answers go with it. Nothing brings them back.", Action: p.Href + "/delete", Button: "Delete evaluation"}
	}
}

// stand fills in who did how well.
func stand(p *views.RunPage, r *evaluation.Report) {
	spent, exact := web.Dollars(r.Cost)
	p.Figures = []ui.StatProps{{Label: "Questions done", Value: web.Count(r.Done), Against: "of " + web.Count(r.Items)},
		{Label: "Answers cost", Value: spent, Exact: exact, Unit: "USD", Against: "limit " + web.USD(r.Body.Cap)}}
	if p.Judged {
		spent, exact := web.Dollars(r.Judge)
		p.Figures = append(p.Figures, ui.StatProps{Label: "The judge cost", Value: spent, Exact: exact, Unit: "USD", Against: "limit " + web.USD(r.Body.JudgeCap)})
	}
	for n := range r.Subjects {
		s := &r.Subjects[n]
		row := views.Standing{Model: s.Model, Parameters: parameters(&s.Subject), Right: fmt.Sprintf("%d of %d", s.Right, s.Scored), Failed: web.Count(s.Failed), Unjudged: web.Count(s.Unjudged)}
		if s.Scored > 0 {
			row.Share, row.Span = percent(s.Share.Value), percent(s.Share.Low)+" to "+percent(s.Share.High)
			row.Mark = percent(float64(s.Mark) / 1000)
		}
		row.Cost, row.Exact = web.Dollars(s.Cost)
		row.Judge, row.JudgeExact = web.Dollars(s.Judge)
		if s.Answered > 0 {
			row.Each, row.EachExact = web.Dollars(s.Each)
			row.Median, row.P95 = web.Took(s.Median), "95 %: "+web.Took(s.P95)
		}
		p.Standing = append(p.Standing, row)
	}
	for i := range r.Compared {
		m := &r.Compared[i]
		p.Sentences = append(p.Sentences, views.Sentence{Tone: verdicts[m.Verdict].Tone, Title: m.Sentence(r.Label(0), r.Label(m.Subject))})
		row := views.Compared{Model: r.Label(m.Subject), Both: web.Count(m.Both), Only: web.Count(m.Only), First: web.Count(m.First), Neither: web.Count(m.Neither), Verdict: verdicts[m.Verdict]}
		if m.Rows > 0 {
			row.Difference = fmt.Sprintf("%s points (%s to %s)", points(m.Difference.Value), points(m.Difference.Low), points(m.Difference.High))
		}
		p.Compared = append(p.Compared, row)
	}
}

var verdicts = map[string]ui.StatusProps{
	"better": {Tone: ui.Good, Label: "Better"}, "worse": {Tone: ui.Bad, Label: "Worse"}, "open": {Tone: ui.Info, Label: "May be chance"}, "few": {Tone: ui.Neutral, Label: "Too few rows"},
}

func percent(share float64) string { return strconv.Itoa(int(math.Round(share*100))) + " %" }

func points(d float64) string { return strings.Replace(fmt.Sprintf("%+.0f", d*100), "-", "−", 1) }

func parameters(s *evaluation.Subject) string {
	var out []string
	if s.Temperature != "" {
		out = append(out, "temperature "+s.Temperature)
	}
	if s.MaxOutput > 0 {
		out = append(out, "at most "+web.Plural(s.MaxOutput, "token"))
	}
	return strings.Join(out, ", ")
}

var scorerNames = map[evaluation.Kind]string{
	evaluation.Exact: "the expected answer", evaluation.Contains: "holds the expected answer", evaluation.Regex: "regular expression", evaluation.Schema: "JSON Schema", evaluation.Judge: "judge",
}

func setUp(c *web.Context, r *evaluation.Report) []ui.Fact {
	facts := []ui.Fact{{Label: "Started by", Value: r.Body.ByLabel}, {Label: "As the key", Value: r.Body.KeyName}, {Label: "Started", Value: c.When(r.CreatedAt).Text}}
	if !r.EndedAt.IsZero() {
		facts = append(facts, ui.Fact{Label: "Took", Value: web.Took(r.EndedAt.Sub(r.CreatedAt).Round(time.Second))})
	}
	for _, s := range r.Body.Scorers {
		text := scorerNames[s.Kind]
		switch s.Kind {
		case evaluation.Regex:
			text += ": " + s.Pattern
		case evaluation.Judge:
			text += fmt.Sprintf(" %s, right from %d %%: %s", s.Model, s.Pass, s.Rubric)
		case evaluation.Schema:
			text += ": " + shorten(s.Schema)
		}
		if s.IgnoreCase {
			text += ", whatever the capitals"
		}
		facts = append(facts, ui.Fact{Label: "Right is", Value: text})
	}
	return facts
}

func (h *Handlers) cancel(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	if _, err := h.Evaluations.Cancel(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Cancelled.")
	return c.See(runs + "/" + which.String())
}

func (h *Handlers) removeRun(c *web.Context) error {
	which, err := runID(c)
	if err != nil {
		return err
	}
	r, err := h.Evaluations.Report(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	if err := h.Evaluations.DeleteRun(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Evaluation deleted.")
	return c.See(sets + "/" + r.Dataset.String())
}

// exportRun gives all answers as a table or as JSON.
func (h *Handlers) exportRun(c *web.Context) error {
	all, err := h.results(c)
	if err != nil {
		return err
	}
	if c.QueryParam("format") == "json" {
		c.Response().Header().Set("Content-Disposition", `attachment; filename="evaluation.json"`)
		return c.JSON(http.StatusOK, resultList{all})
	}
	rows := make([][]string, len(all))
	for i, r := range all {
		rows[i] = cells(&r)
	}
	return c.CSV("evaluation.csv", columns, rows)
}

var columns = []string{"row", "subject", "model", "question", "expected", "answer", "step", "scored", "right", "mark", "why", "code", "refusal", "cost_usd", "judge_cost_usd", "took_ms", "input_tokens", "output_tokens", "request_id"}

func cells(r *resultJSON) []string {
	var why []string
	for _, s := range r.Scores {
		if s.Why != "" {
			why = append(why, s.Why)
		}
	}
	why = append(why, r.Notes...)
	n := func(v int64) string { return strconv.FormatInt(v, 10) }
	return []string{strconv.Itoa(r.Row), strconv.Itoa(r.Subject + 1), r.Model, r.Question, r.Expected, r.Answer, r.Step, strconv.FormatBool(r.Scored), strconv.FormatBool(r.Right),
		strconv.FormatFloat(r.Mark, 'f', 3, 64), strings.Join(why, " "), r.Code, r.Refusal, r.CostUSD.String(), r.JudgeUSD.String(), n(r.TookMS), n(r.InTokens), n(r.OutTokens), r.RequestID}
}
