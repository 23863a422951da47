package evaluationweb

import (
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const maxSuggest = 300

// newRun is the form of a run, as another one was asked if "again" names it.
func (h *Handlers) newRun(c *web.Context) error {
	d, err := h.dataset(c)
	if err != nil {
		return err
	}
	f := views.RunFields{Exact: true, IgnoreCase: true, Subjects: []views.SubjectFields{{Model: c.QueryParam("model")}}}
	if again, err := id.ParseEvaluation(c.QueryParam("again")); err == nil {
		if r, err := h.Evaluations.Report(c.Ctx(), c.Actor(), again); err == nil && r.Dataset == d.ID {
			f = asked(&r.Run)
		}
	}
	return h.runForm(c, d, f, nil, web.Refusal{})
}

// runForm answers with the form: 422 where something is wrong.
func (h *Handlers) runForm(c *web.Context, d evaluation.Dataset, f views.RunFields, e *views.Estimate, wrong web.Refusal) error {
	for len(f.Subjects) < evaluation.MaxSubjects {
		f.Subjects = append(f.Subjects, views.SubjectFields{})
	}
	p := views.NewRunPage{Shell: c.Shell("Run "+d.Name, "evaluations"), Set: d.Name, Href: sets + "/" + d.ID.String(), Rows: web.Plural(int64(d.Rows), "row"), Fields: f, Estimate: e, Form: wrong.Form, Errors: wrong.Fields}
	own, err := h.Keys.Own(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, k := range own {
		p.Keys = append(p.Keys, ui.Option{Value: k.ID.String(), Label: k.Name + " (" + k.Hint() + ")"})
	}
	if p.Suggest, err = h.suggest(c); err != nil {
		return err
	}
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(views.NewRun(p))
	}
	return c.Render(views.NewRun(p))
}

// suggest are the prompts and models that there are; whether the key may have one is said by the gateway.
func (h *Handlers) suggest(c *web.Context) (out []string, err error) {
	all, err := h.Prompts.List(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	for i := range all {
		f := &all[i]
		for _, l := range f.Labels {
			out = append(out, prompt.Prefix+f.Name+"@"+l.Name)
		}
		for _, v := range f.Versions[:min(len(f.Versions), 3)] {
			out = append(out, prompt.Prefix+f.Name+"@v"+strconv.Itoa(v.Number))
		}
	}
	names, err := h.Models.Names(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	for _, a := range names.Aliases {
		out = append(out, a.Name)
	}
	for i := range names.Connections {
		if !names.Connections[i].Usable() {
			continue
		}
		for _, m := range route.Offers(&names.Connections[i], h.Catalog) {
			out = append(out, names.Connections[i].Name+"/"+m)
		}
	}
	return out[:min(len(out), maxSuggest)], nil
}

func (h *Handlers) estimate(c *web.Context) error {
	d, f, p, wrong, err := h.typedPlan(c)
	if err != nil {
		return err
	}
	var e evaluation.Estimate
	if err = wrong; err == nil {
		e, err = h.Evaluations.Estimate(c.Ctx(), c.Actor(), p)
	}
	if refused, ok := web.Refused(err); ok {
		return h.runForm(c, d, f, nil, refused)
	}
	if err != nil {
		return err
	}
	if f.Cap == "" {
		f.Cap = e.Most.String()
	}
	if f.JudgeCap == "" && e.Judge > 0 {
		f.JudgeCap = e.Judge.String()
	}
	out := &views.Estimate{}
	out.Sum, out.Exact = web.Dollars(e.Most)
	if e.Judge > 0 {
		out.Judge, out.JudgeExact = web.Dollars(e.Judge)
	}
	for _, s := range e.Subjects {
		row := views.EstimateRow{Model: s.Model}
		row.Most, row.Exact = web.Dollars(s.Sum)
		out.Rows = append(out.Rows, row)
	}
	return h.runForm(c, d, f, out, web.Refusal{})
}

func (h *Handlers) start(c *web.Context) error {
	d, f, p, wrong, err := h.typedPlan(c)
	if err != nil {
		return err
	}
	var r evaluation.Run
	if err = wrong; err == nil {
		r, err = h.Evaluations.Start(c.Ctx(), c.Actor(), p)
	}
	if refused, ok := web.Refused(err); ok {
		return h.runForm(c, d, f, nil, refused)
	}
	if err != nil {
		return err
	}
	c.Flash("Started. The first answers are here in a moment.")
	return c.See(runs + "/" + r.ID.String())
}
