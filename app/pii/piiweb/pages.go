package piiweb

import (
	"errors"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/pii"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/pii"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const title = "Data rules"

func tabs(active string) []ui.Tab {
	return []ui.Tab{{Label: "Rules", Href: root, Active: active == root}, {Label: "Incidents", Href: incidents, Active: active == incidents},
		{Label: "Try a text", Href: root + "/try", Active: active == "try"}}
}

func (h *Handlers) list(c *web.Context) error {
	page, err := h.listPage(c)
	if err != nil {
		return err
	}
	return c.Render(views.List(page))
}

func (h *Handlers) listPage(c *web.Context) (views.ListPage, error) {
	all, err := h.rules.List(c.Ctx(), c.Actor())
	if err != nil {
		return views.ListPage{}, err
	}
	page := views.ListPage{Shell: c.Shell(title, "pii"), Tabs: tabs(root), CanCreate: c.Actor().Role.AtLeast(org.Lead)}
	for _, l := range all {
		page.Rows = append(page.Rows, row(c, l))
	}
	page.Cap, err = h.capForm(c)
	return page, err
}

// typed is what the form says, word for word.
type typed struct {
	scope, allow          string
	actions, answers      []string
	patterns              []views.PatternRow
	oneWay, guess, unread bool
	files                 bool
	looks                 recognizerJSON
}

func filled(c *web.Context) (typed, error) {
	form, err := c.FormParams()
	if err != nil {
		return typed{}, fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	f := typed{scope: form.Get("scope"), allow: form.Get("allow"), oneWay: form.Get("one_way") != "", guess: form.Get("guess") != "", files: form.Get("scan_files") != "",
		looks: recognizerJSON{form.Get("recognizer_model"), form.Get("recognizer_failure"), form.Get("recognizer_max_cost")}, unread: form.Get("block_unreadable") != ""}
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
	f := typed{scope: l.Scope.String(), allow: strings.Join(l.Allow, "\n"), oneWay: l.OneWay, guess: l.Guess, files: l.Files, looks: recognizerOut(l.Recognizer), unread: l.Unread}
	for _, k := range pii.Kinds {
		f.actions, f.answers = append(f.actions, l.Actions[k].String()), append(f.answers, l.Answers[k].String())
	}
	for _, p := range l.Patterns {
		f.patterns = append(f.patterns, views.PatternRow{Name: p.Name, Expr: p.Expr, Action: p.Action.String(), Answer: p.Answer.String(), Near: strings.Join(p.Near, ", ")})
	}
	return f
}

func (h *Handlers) new(c *web.Context) error {
	f := typed{scope: c.QueryParam("scope"), actions: make([]string, len(pii.Kinds)), answers: make([]string, len(pii.Kinds))}
	for i, k := range pii.Kinds {
		if f.actions[i] = pii.Log.String(); k.Recognized() {
			f.actions[i] = pii.Off.String() // it takes a model
		}
	}
	return h.renderNew(c, f)
}

func (h *Handlers) renderNew(c *web.Context, f typed) error {
	if c.Typed() {
		var err error
		if f, err = filled(c); err != nil {
			return err
		}
	}
	page, err := h.newPage(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func (h *Handlers) create(c *web.Context) error {
	f, err := filled(c)
	if err != nil {
		return err
	}
	if _, searching := c.Sought(); searching {
		return h.renderNew(c, f)
	}
	in, err := f.input(c.Actor())
	if f.scope == "" { // an unknown place is the service's to refuse, like another tenant's
		err = errors.Join(err, fault.Field("scope", "Choose where the rule sits."))
	}
	var l pii.Listed
	if err == nil {
		l, err = h.rules.Create(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.newPage(c, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Data rule set. It binds within a second.")
	return c.See(path(l))
}

func (h *Handlers) newPage(c *web.Context, f typed, wrong web.Refusal) (templ.Component, error) {
	place, err := h.places().Pick(c, f.scope)
	if err != nil {
		return nil, err
	}
	place.Page, place.Error = root+"/new", wrong.Fields["scope"]
	page := form(f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back = c.Shell("Set a data rule", "pii"), "Set a data rule", root, "Set rule", root
	page.Place = &place
	return views.Edit(page), nil
}

// spare are empty rows for patterns.
const spare = 2

// form is what both forms show.
func form(f typed, wrong web.Refusal) views.EditPage {
	page := views.EditPage{OneWay: f.oneWay, Guess: f.guess, Files: f.files, Model: f.looks.Model, Failing: f.looks.Failing, Most: f.looks.Most, Unread: f.unread, Allow: f.allow, Form: wrong.Form, Errors: wrong.Fields, Patterns: f.patterns}
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

// changeable is a rule that the actor may change.
func (h *Handlers) changeable(c *web.Context) (pii.Listed, error) {
	l, err := h.get(c)
	if err == nil && !pii.Changeable(c.Actor(), l) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see this rule, but not change it. Ask somebody above it.")
	}
	return l, err
}

func (h *Handlers) edit(c *web.Context) error {
	l, err := h.changeable(c)
	if err != nil {
		return err
	}
	return c.Render(editPage(c, l, again(l), web.Refusal{}))
}

func (h *Handlers) update(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	f, err := filled(c)
	if err != nil {
		return err
	}
	in, err := f.input(c.Actor())
	if err == nil {
		_, err = h.rules.Update(c.Ctx(), c.Actor(), l.ID, in)
	}
	if wrong, ok := web.Refused(err); ok {
		if l, err = h.changeable(c); err != nil {
			return err
		}
		return c.Invalid(editPage(c, l, f, wrong))
	}
	if err != nil {
		return err
	}
	c.Flash("Data rule saved. It binds within a second.")
	return c.See(path(l))
}

func editPage(c *web.Context, l pii.Listed, f typed, wrong web.Refusal) templ.Component {
	name := "Data rule of " + l.Place.Label
	page := form(f, wrong)
	page.Shell, page.Title, page.Action, page.Submit, page.Back, page.Where = c.Shell(name, "pii"), name, path(l), "Save", path(l), l.Place.Label
	return views.Edit(page)
}

func (h *Handlers) show(c *web.Context) error {
	l, err := h.get(c)
	if err != nil {
		return err
	}
	return c.Render(views.Show(showPage(c, l)))
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := ruleID(c)
	if err != nil {
		return err
	}
	if err := h.rules.Delete(c.Ctx(), c.Actor(), which); err != nil {
		return err
	}
	c.Flash("Data rule deleted.")
	return c.See(root)
}

func lines(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == '\n' || r == '\r' })
}
