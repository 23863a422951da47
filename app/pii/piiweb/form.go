package piiweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
)

// typed is what the form says, word for word.
type typed struct {
	scope, allow          string
	actions, answers      []string
	patterns              []views.PatternRow
	oneWay, guess, unread bool
	files                 bool
	looks                 recognizerJSON
	version               string // of the rule that the form was filled from
}

func filled(c *web.Context) (typed, error) {
	form, err := c.FormParams()
	if err != nil {
		return typed{}, fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	f := typed{scope: form.Get("scope"), allow: form.Get("allow"), oneWay: form.Get("one_way") != "", guess: form.Get("guess") != "", files: form.Get("scan_files") != "",
		looks: recognizerJSON{form.Get("recognizer_model"), form.Get("recognizer_failure"), form.Get("recognizer_max_cost")}, unread: form.Get("block_unreadable") != "", version: form.Get("version")}
	for _, k := range pii.Kinds {
		f.actions, f.answers = append(f.actions, form.Get("action_"+k.Name())), append(f.answers, form.Get("answer_"+k.Name()))
	}
	names, exprs, does := form["pattern_name"], form["pattern_expr"], form["pattern_action"]
	for i, name := range names {
		if i < len(exprs) && i < len(does) && strings.TrimSpace(name)+strings.TrimSpace(exprs[i]) != "" {
			f.patterns = append(f.patterns, views.PatternRow{Name: name, Expr: exprs[i], Action: does[i], Answer: at(form["pattern_answer"], i), Near: at(form["pattern_near"], i)})
		}
	}
	return f, nil
}

func at(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return ""
}

// input reads what was typed.
func (f typed) input(o org.Actor) (in pii.Input, err error) {
	in = pii.Input{Scope: org.ReadScope(o.Org, f.scope), Terms: pii.Terms{Allow: lines(f.allow), Actions: map[pii.Kind]pii.Action{}, Answers: map[pii.Kind]pii.Action{},
		OneWay: f.oneWay, Guess: f.guess, Files: f.files, Unread: f.unread}}
	looks, err := recognizer(f.looks)
	in.Recognizer = looks
	errs := []error{err}
	for i, k := range pii.Kinds {
		a, err := action("actions", f.actions[i], pii.Off)
		in.Actions[k] = a
		answer, other := action("answers", f.answers[i], pii.Off)
		in.Answers[k] = answer
		errs = append(errs, err, other)
	}
	for _, p := range f.patterns {
		a, err := action("patterns", p.Action, pii.Log)
		answer, other := action("patterns", p.Answer, pii.Off)
		in.Patterns = append(in.Patterns, pii.Pattern{Name: p.Name, Expr: p.Expr, Action: a, Answer: answer, Near: strings.Split(p.Near, ",")})
		errs = append(errs, err, other)
	}
	return in, errors.Join(errs...)
}

// again is a rule as its form shows it.
func again(l pii.Listed) typed {
	f := typed{scope: l.Scope.String(), allow: strings.Join(l.Allow, "\n"), oneWay: l.OneWay, guess: l.Guess, files: l.Files, looks: recognizerOut(l.Recognizer), unread: l.Unread, version: web.Version(l.UpdatedAt)}
	for _, k := range pii.Kinds {
		f.actions, f.answers = append(f.actions, l.Actions[k].String()), append(f.answers, l.Answers[k].String())
	}
	for _, p := range l.Patterns {
		f.patterns = append(f.patterns, views.PatternRow{Name: p.Name, Expr: p.Expr, Action: p.Action.String(), Answer: p.Answer.String(), Near: strings.Join(p.Near, ", ")})
	}
	return f
}

// spare are empty rows for patterns.
const spare = 2

// form is what both forms show.
func form(f typed, wrong web.Refusal) views.EditPage {
	page := views.EditPage{Version: f.version, OneWay: f.oneWay, Guess: f.guess, Files: f.files, Model: f.looks.Model, Failing: f.looks.Failing, Most: f.looks.Most, Unread: f.unread, Allow: f.allow, Form: wrong.Form, Errors: wrong.Fields, Patterns: f.patterns}
	for i, k := range pii.Kinds {
		page.Detectors = append(page.Detectors, views.Detector{Name: k.Name(), Label: capital(k.Title()), Hint: hints[k], Action: f.actions[i], Answer: f.answers[i], AskedOnly: k.Recognized()})
	}
	for n := 0; n < spare && len(page.Patterns) < pii.MaxPatterns; n++ {
		page.Patterns = append(page.Patterns, views.PatternRow{Action: pii.Log.String()})
	}
	for i := range page.Patterns {
		page.Patterns[i].Index = strconv.Itoa(i + 1)
	}
	return page
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}
