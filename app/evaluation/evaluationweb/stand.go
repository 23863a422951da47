package evaluationweb

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

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
		row := views.Standing{Model: s.Model, Parameters: parameters(&s.Subject), Right: fmt.Sprintf("%d of %d", s.Right, s.Scored), Failed: web.Count(s.Failed), Unjudged: web.Count(s.Unjudged), Share: "–", Median: "–"}
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
			row.Difference = fmt.Sprintf("%s points (%s to %s)", evaluation.Points(m.Difference.Value), evaluation.Points(m.Difference.Low), evaluation.Points(m.Difference.High))
		}
		p.Compared = append(p.Compared, row)
	}
}

var verdicts = map[string]ui.StatusProps{
	"better": {Tone: ui.Good, Label: "Better"}, "worse": {Tone: ui.Bad, Label: "Worse"}, "open": {Tone: ui.Info, Label: "May be chance"}, "few": {Tone: ui.Neutral, Label: "Too few rows"},
}

func percent(share float64) string { return strconv.Itoa(int(math.Round(share*100))) + " %" }

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
