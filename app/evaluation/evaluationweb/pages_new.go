package evaluationweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
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

// asked is a run as the form shows it.
func asked(r *evaluation.Run) views.RunFields {
	f := views.RunFields{Key: r.Body.Key.String(), Cap: r.Body.Cap.String()}
	for _, s := range r.Body.Subjects {
		x := views.SubjectFields{Model: s.Model, Temperature: s.Temperature}
		if s.MaxOutput > 0 {
			x.MaxOutput = strconv.FormatInt(s.MaxOutput, 10)
		}
		f.Subjects = append(f.Subjects, x)
	}
	for _, s := range r.Body.Scorers {
		f.IgnoreCase = f.IgnoreCase || s.IgnoreCase
		switch s.Kind {
		case evaluation.Exact:
			f.Exact = true
		case evaluation.Contains:
			f.Contains = true
		case evaluation.Regex:
			f.Regex, f.Pattern = true, s.Pattern
		case evaluation.Schema:
			f.Schema, f.SchemaText = true, s.Schema
		case evaluation.Judge:
			f.Judge, f.JudgeModel, f.Rubric, f.Pass, f.JudgeCap = true, s.Model, s.Rubric, strconv.Itoa(s.Pass), r.Body.JudgeCap.String()
		}
	}
	return f
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

func typedRun(c *web.Context) views.RunFields {
	v := func(name string) string {
		return strings.TrimSpace(strings.ReplaceAll(c.FormValue(name), "\r\n", "\n"))
	}
	on := func(name string) bool { return c.FormValue(name) != "" }
	f := views.RunFields{Name: v("name"), Key: v("key"), Exact: on("exact"), Contains: on("contains"), IgnoreCase: on("ignore_case"), Regex: on("regex"), Schema: on("json_schema"), Judge: on("judge"),
		Pattern: v("pattern"), SchemaText: v("schema"), JudgeModel: v("judge_model"), Rubric: v("rubric"), Pass: v("pass"), Cap: v("cap_usd"), JudgeCap: v("judge_cap_usd")}
	for i := range evaluation.MaxSubjects {
		n := strconv.Itoa(i)
		f.Subjects = append(f.Subjects, views.SubjectFields{Model: v("model_" + n), Temperature: v("temperature_" + n), MaxOutput: v("max_output_" + n)})
	}
	return f
}

// planOf reads the form, as far as it is a matter of writing numbers. Subjects keep their places, so that what is wrong finds its field.
func planOf(d id.Dataset, f views.RunFields) (p evaluation.Plan, err error) {
	var errs []error
	number := func(field, text string) int64 {
		if text == "" {
			return 0
		}
		n, wrong := strconv.ParseInt(text, 10, 64)
		if wrong != nil || n < 1 {
			errs = append(errs, fault.Field(field, "Enter a whole number, or leave it empty."))
		}
		return n
	}
	p = evaluation.Plan{Dataset: d, Name: f.Name}
	p.Key, _ = id.ParseKey(f.Key) // a malformed id is no key of theirs
	for i, s := range f.Subjects {
		if s.Model != "" {
			p.Subjects = append(p.Subjects, evaluation.Subject{Model: s.Model, Temperature: s.Temperature, MaxOutput: number("max_output_"+strconv.Itoa(i), s.MaxOutput)})
		}
	}
	add := func(on bool, s evaluation.Scorer) {
		if on {
			p.Scorers = append(p.Scorers, s)
		}
	}
	add(f.Exact, evaluation.Scorer{Kind: evaluation.Exact, IgnoreCase: f.IgnoreCase})
	add(f.Contains, evaluation.Scorer{Kind: evaluation.Contains, IgnoreCase: f.IgnoreCase})
	add(f.Regex, evaluation.Scorer{Kind: evaluation.Regex, Pattern: f.Pattern})
	add(f.Schema, evaluation.Scorer{Kind: evaluation.Schema, Schema: f.SchemaText})
	if f.Judge {
		p.Scorers = append(p.Scorers, evaluation.Scorer{Kind: evaluation.Judge, Model: f.JudgeModel, Rubric: f.Rubric, Pass: int(number("pass", f.Pass))})
	}
	var wrong [2]error
	p.Cap, wrong[0] = dollars("cap_usd", strings.Replace(f.Cap, ",", ".", 1))
	p.JudgeCap, wrong[1] = dollars("judge_cap_usd", strings.Replace(f.JudgeCap, ",", ".", 1))
	return p, errors.Join(append(errs, wrong[:]...)...)
}

// typedPlan reads the form of the dataset that the path names. Gaps between subjects are closed.
func (h *Handlers) typedPlan(c *web.Context) (d evaluation.Dataset, f views.RunFields, p evaluation.Plan, wrong error, err error) {
	if d, err = h.dataset(c); err != nil {
		return d, f, p, nil, err
	}
	f = typedRun(c)
	kept := f.Subjects[:0]
	for _, s := range f.Subjects {
		if s.Model != "" {
			kept = append(kept, s)
		}
	}
	f.Subjects = kept
	p, wrong = planOf(d.ID, f)
	return d, f, p, wrong, nil
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
