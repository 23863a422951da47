package evaluationweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/evaluation"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/evaluation"
)

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
	p.Cap, wrong[0] = dollars("cap_usd", f.Cap)
	p.JudgeCap, wrong[1] = dollars("judge_cap_usd", f.JudgeCap)
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
