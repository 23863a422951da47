package experimentweb

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/bodhi-gateway/bodhi/app/experiment"
	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/experiment"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) show(c *web.Context) error {
	w, err := which(c)
	if err != nil {
		return err
	}
	e, j, err := h.tests.Report(c.Ctx(), c.Actor(), w)
	if err != nil {
		return err
	}
	a := experiment.Advise(&e, &j, c.Now())
	page := views.ShowPage{Shell: c.Shell(e.Name, "experiments"), Name: e.Name, State: status(e), Headline: a.Headline, Text: a.Text, Tone: tone(&e, &j), Figures: figures(c, &e, &j, a), Facts: facts(c, e),
		About: about(&e), Groups: fmt.Sprintf("Units are put into %d groups by a hash, and chance is measured between groups, so that a few busy ones do not look like many. Nothing is concluded before each variant has requests in %d.", experiment.Buckets, experiment.LeastBuckets)}
	if e.Judge != nil {
		day, err := h.tests.Judged(c.Ctx(), c.Actor(), e)
		if err != nil {
			return err
		}
		page.Facts = append(page.Facts, ui.Fact{Label: "Judge", Value: fmt.Sprintf("%s, %d %% of answers, at most %s USD a day", e.Judge.Model, e.Judge.Percent, e.Judge.Daily.Format(2))},
			ui.Fact{Label: "Judged today (UTC)", Value: fmt.Sprintf("%s answers, %s USD", web.Count(day.Answers), day.Spent)})
	}
	for i, arm := range j.Arms {
		page.Variants = append(page.Variants, variant(&e, i, arm))
		v := e.Variants[i]
		for _, m := range arm.Compared {
			page.Metrics = append(page.Metrics, metric(v.Name, m))
		}
	}
	if c.Actor().Role.AtLeast(experiment.MayChange) {
		buttons(&page, &e, a)
	}
	return c.Render(views.Show(page))
}

// about says what is divided.
func about(e *experiment.Experiment) string {
	if e.Model == "" {
		return "Its alias was deleted."
	}
	out := "Requests for " + e.Model
	if e.Prompt != "" {
		out += " by the prompt " + e.Prompt
	}
	return out + ", divided by " + string(e.Unit)
}

func variant(e *experiment.Experiment, i int, arm experiment.Arm) views.Variant {
	v := e.Variants[i]
	out := views.Variant{Name: v.Name, Target: targetOf(v), Planned: fmt.Sprintf("%d %%", v.Percent), Actual: fmt.Sprintf("%.1f %%", arm.Share*100), Requests: web.Count(arm.Requests), Rated: web.Count(arm.Rated),
		Filled: fmt.Sprintf("%d of %d", arm.Filled, experiment.Buckets), FilledRated: fmt.Sprintf("%d of %d", arm.FilledRated, experiment.Buckets)}
	for n, m := range experiment.Metrics {
		mean, known := arm.Means[m]
		of := int64(0)
		if known {
			of = 1
		}
		f := views.Mean{Name: label(m), Value: figure(m, mean, of)}
		if i > 0 && arm.Compared[n].Side != 0 {
			f.Side = mark(arm.Compared[n].Side)
		}
		out.Means = append(out.Means, f)
	}
	return out
}

func targetOf(v experiment.Variant) string {
	out := v.Target
	if out == "" {
		out = "the route as it is"
	}
	if v.Version != "" {
		out += ", prompt " + v.Version
	}
	if v.MaxOutput > 0 {
		out += ", at most " + web.Count(v.MaxOutput) + " tokens of output"
	}
	if v.Temperature != "" {
		out += ", temperature " + v.Temperature
	}
	return out
}

func tone(e *experiment.Experiment, j *experiment.Judgement) ui.Tone {
	switch {
	case e.Verdict == experiment.Harm || j.Verdict == experiment.Harm:
		return ui.Bad
	case j.Skewed:
		return ui.Warn
	case e.Verdict == experiment.Win || e.Verdict == experiment.Open && j.Verdict == experiment.Win:
		return ui.Good
	}
	return ui.Info
}

// figures are the money and how far the experiment is.
func figures(c *web.Context, e *experiment.Experiment, j *experiment.Judgement, a experiment.Advice) []ui.StatProps {
	out := []ui.StatProps{{Label: "Counted requests", Value: web.Count(j.Requests), Against: "of " + web.Count(e.Sample) + " planned"}, {Label: "Ran for", Value: ran(e, c.Now())}}
	if j.Needs > 0 && e.Verdict == experiment.Open {
		out = append(out, ui.StatProps{Label: "Needs about", Value: web.Count(j.Needs), Unit: "more requests", Hint: "So many find the smallest difference worth finding with a chance of 80 %."})
	}
	if !c.Actor().Role.AtLeast(experiment.MaySum) {
		return out
	}
	if !a.Known {
		return append(out, ui.StatProps{Label: "A migration saves", Value: "–", Against: "known after a whole day, with enough requests"})
	}
	short, exact := web.Dollars(a.Monthly)
	low, _ := web.Dollars(a.MonthlyLow)
	high, _ := web.Dollars(a.MonthlyHigh)
	return append(out, ui.StatProps{Label: "A migration saves", Value: short, Unit: "a month", Exact: exact, Against: "between " + low + " and " + high,
		Hint: "At " + web.Count(a.Requests) + " requests in thirty days, the rate of this experiment. Negative is more cost."})
}

// metric is one line of the comparison.
func metric(variant string, m experiment.Comparison) views.Metric {
	out := views.Metric{Name: label(m.Metric), Variant: variant, Difference: "not enough yet", Side: mark(m.Side)}
	if m.Ready {
		out.Difference = m.Words()
	}
	return out
}

// mark is a verdict on one metric.
func mark(side int) ui.StatusProps {
	switch {
	case side > 0:
		return ui.StatusProps{Tone: ui.Good, Label: "Better"}
	case side < 0:
		return ui.StatusProps{Tone: ui.Bad, Label: "Worse"}
	}
	return ui.StatusProps{Tone: ui.Neutral, Label: "Open"}
}

func figure(m experiment.Metric, v float64, of int64) string {
	if of == 0 {
		return "–"
	}
	switch m {
	case experiment.Cost:
		short, _ := web.Dollars(money.USD(math.Round(v)))
		return short
	case experiment.Latency:
		return time.Duration(v * float64(time.Microsecond)).Round(time.Millisecond).String()
	case experiment.Errors:
		return fmt.Sprintf("%.2f %%", v*100)
	}
	return fmt.Sprintf("%.1f of 10", v*10)
}

func facts(c *web.Context, e experiment.Experiment) []ui.Fact {
	out := []ui.Fact{{Label: "Alias", Value: aliasOf(e), Mono: true}, {Label: "Goal", Value: label(e.Goal)}, {Label: "Sticky by", Value: string(e.Unit)},
		{Label: "Looks for", Value: strconv.Itoa(e.LookFor) + " % (points of errors and quality)"}, {Label: "Taken back above", Value: strconv.Itoa(e.ErrorLimit) + " % errors"}}
	for _, g := range e.Guards {
		out = append(out, ui.Fact{Label: "Guard", Value: fmt.Sprintf("%s, %d %%", label(g.Metric), g.Percent)})
	}
	if !e.Team.IsZero() {
		out = append(out, ui.Fact{Label: "Team", Value: e.Team.String(), Mono: true, Href: "/teams/" + e.Team.String()})
	}
	if !e.Key.IsZero() {
		out = append(out, ui.Fact{Label: "Key", Value: e.Key.String(), Mono: true, Href: "/keys/" + e.Key.String()})
	}
	if e.Prompt != "" {
		out = append(out, ui.Fact{Label: "Prompt", Value: e.Prompt, Mono: true})
	}
	if e.Tag != "" {
		out = append(out, ui.Fact{Label: "Tag", Value: e.Tag, Mono: true})
	}
	out = append(out, ui.Fact{Label: "Started", Body: ui.Time(c.When(e.CreatedAt))})
	if !e.EndedAt.IsZero() {
		out = append(out, ui.Fact{Label: "Ended", Body: ui.Time(c.When(e.EndedAt))})
	}
	return out
}

// buttons are what can be done with an experiment now.
func buttons(p *views.ShowPage, e *experiment.Experiment, a experiment.Advice) {
	at := root + "/" + e.ID.String()
	if !e.State.Over() {
		p.Stop = &ui.ConfirmProps{Label: "Stop", Title: "Stop the experiment?", Text: "All requests go the route's own way from then on. It cannot be resumed; what was counted stays.", Action: at + "/stop", Button: "Stop it", Kind: ui.Quiet}
	} else {
		p.Delete = &ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete the experiment “" + e.Name + "”?", Text: "Its counts go with it.", Action: at + "/delete", Button: "Delete experiment", Kind: ui.Destructive}
	}
	if e.State == experiment.Running {
		p.Pause = at + "/pause"
	}
	if e.State == experiment.Paused {
		p.Resume = at + "/resume"
	}
	if e.Model == "" {
		return
	}
	for i := len(e.Variants) - 1; i > 0; i-- {
		v := e.Variants[i]
		if v.Target == "" || a.Variant > 0 && a.Variant != i {
			continue
		}
		kind, text := ui.Quiet, "This experiment has not shown that it is better. "
		if a.Variant == i {
			kind, text = ui.Primary, ""
		}
		if !e.State.Over() {
			text += "The experiment ends by it. "
		}
		p.Migrate = &ui.ConfirmProps{Label: "Migrate to " + v.Name, Icon: "route", Title: "Send all requests for " + e.Model + " to " + v.Target + " first?",
			Text: text + "The route's present targets follow when it fails. The route's versions undo it.", Action: at + "/migrate", Button: "Migrate", Kind: kind, Name: "variant", Value: v.Name}
	}
}
