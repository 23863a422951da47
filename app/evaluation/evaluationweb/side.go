package evaluationweb

import (
	"fmt"
	"math"
	"net/url"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// What of a run is looked at.
const (
	allRows   = ""
	different = "different" // where one is right and another is not
	wrongRows = "wrong"     // where one is not right
)

var looks = []struct{ value, label string }{{allRows, "All rows"}, {different, "Where they differ"}, {wrongRows, "Where one is wrong"}}

// sideBySide fills in a page of answers.
func (h *Handlers) sideBySide(c *web.Context, p *views.RunPage, r *evaluation.Report) error {
	only := c.QueryParam("only")
	for _, l := range looks {
		href := p.Href
		if l.value != "" {
			href += "?only=" + url.QueryEscape(l.value)
		}
		p.Only = append(p.Only, ui.Tab{Label: l.label, Href: href + "#answers", Active: only == l.value})
	}
	if only == different || only == wrongRows {
		numbers, err := h.Evaluations.RowsWhere(c.Ctx(), c.Actor(), r.ID, only == different)
		if err != nil {
			return err
		}
		after := begin(c, len(numbers))
		p.Pager = pager(p.Href, "only="+only+"&", after, answers, len(numbers))
		for _, n := range numbers[after:min(after+answers, len(numbers))] {
			if err := h.rowsOf(c, p, r, n-1, 1); err != nil {
				return err
			}
		}
		return nil
	}
	after := begin(c, math.MaxInt32)
	rows, items, err := h.Evaluations.Results(c.Ctx(), c.Actor(), r.ID, after, answers+1)
	p.Pager = trail(p.Href, after, answers, r.Rows, rows)
	fill(p, r, rows[:min(answers, len(rows))], items)
	return err
}

func (h *Handlers) rowsOf(c *web.Context, p *views.RunPage, r *evaluation.Report, after, limit int) error {
	rows, items, err := h.Evaluations.Results(c.Ctx(), c.Actor(), r.ID, after, limit)
	if err != nil {
		return err
	}
	fill(p, r, rows, items)
	return nil
}

// fill puts rows with their answers on the page.
func fill(p *views.RunPage, r *evaluation.Report, rows []evaluation.Row, items []evaluation.Item) {
	for i := range rows {
		row := &rows[i]
		a := views.Answers{Number: strconv.Itoa(row.Number), Question: row.Question(), Expected: row.Expected, Notes: row.Notes}
		for n := range items {
			if items[n].Row == row.Number && items[n].Subject < len(r.Subjects) {
				a.Items = append(a.Items, present(&items[n], r.Label(items[n].Subject), r.State == evaluation.Running))
			}
		}
		p.Answers = append(p.Answers, a)
	}
}

func present(i *evaluation.Item, label string, running bool) views.Answer {
	out := views.Answer{Model: label, Text: i.Said.Text, Cut: i.Said.Cut, Refusal: i.Said.Refusal, State: standing(i, running)}
	for _, s := range i.Said.Scores {
		text := scorerNames[s.Kind] + ": "
		switch {
		case s.Kind == evaluation.Judge:
			text += fmt.Sprintf("%d %%", s.Mark/10)
		case s.Right:
			text += "yes"
		default:
			text += "no"
		}
		if s.Why != "" {
			text += ". " + s.Why
		}
		out.Scores = append(out.Scores, text)
	}
	out.Scores = append(out.Scores, i.Said.Notes...)
	if i.Step == evaluation.Done || i.Step == evaluation.Failed {
		out.Cost, out.Exact = web.Dollars(i.Cost + i.JudgeCost)
		out.Took = web.Took(i.Took)
	}
	if !i.Request.IsZero() {
		out.Request = "/requests/" + i.Request.String()
	}
	return out
}

func standing(i *evaluation.Item, running bool) ui.StatusProps {
	switch {
	case i.Step == evaluation.Failed:
		return ui.StatusProps{Tone: ui.Bad, Label: "Failed"}
	case i.Step == evaluation.Waiting:
		return ui.StatusProps{Tone: ui.Neutral, Label: "Not asked"}
	case i.Step != evaluation.Done && running:
		return ui.StatusProps{Tone: ui.Info, Label: "Under way"}
	case i.Step == evaluation.Asked:
		return ui.StatusProps{Tone: ui.Neutral, Label: "Broken off"}
	case i.Step != evaluation.Done:
		return ui.StatusProps{Tone: ui.Warn, Label: "Not judged"}
	case !i.Scored:
		return ui.StatusProps{Tone: ui.Warn, Label: "Unjudged"}
	case i.Right:
		return ui.StatusProps{Tone: ui.Good, Label: "Right"}
	}
	return ui.StatusProps{Tone: ui.Bad, Label: "Wrong"}
}
