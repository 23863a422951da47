package evaluationweb

import (
	"fmt"
	"strings"

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
	if !p.Running && c.Part() == "outcome" {
		return c.See(p.Href) // its buttons are other ones now, and the page asked for the middle only
	}
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
