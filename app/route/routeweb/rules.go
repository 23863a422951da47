package routeweb

import (
	"fmt"
	"maps"
	"slices"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/route"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func sorted(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }

// rules is the builder. With ?draft= it shows what a replay was made of.
func (h *Handlers) rules(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	version := s.doc.Version
	if text := c.QueryParam("draft"); text != "" {
		which, err := id.ParseRehearsal(text)
		if err == nil && !which.IsZero() {
			r, err := h.aliases.Rehearsal(c.Ctx(), c.Actor(), which)
			if err != nil {
				return err
			}
			if r.Draft.Alias == s.doc.Alias {
				s.doc = r.Draft
				if r.Draft.Version != 0 { // what it was typed over, which may not be what is in force by now
					version = max(r.Draft.Version, 0)
				}
			}
		}
	}
	f := formOf(s.doc)
	f.version = version
	page, err := h.builder(c, &s, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

// saveRules saves the builder's form, or does what one of its buttons says and shows the form again.
func (h *Handlers) saveRules(c *web.Context) error {
	s, err := h.subject(c)
	if err != nil {
		return err
	}
	f := readForm(c)
	if f.act(c.FormValue("do"), firstTarget(s.doc)) {
		page, err := h.builder(c, &s, f, web.Refusal{})
		if err != nil {
			return err
		}
		return c.Render(page)
	}
	d := f.document(s.doc)
	if c.FormValue("do") == "replay" {
		return h.replay(c, &s, f, d)
	}
	err = h.save(c, &s, d)
	if wrong, ok := web.Refused(err); ok {
		return h.refuseRules(c, &s, f, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved. The next request goes by these rules.")
	return c.See(s.base())
}

func (h *Handlers) refuseRules(c *web.Context, s *subject, f *ruleForm, wrong web.Refusal) error {
	page, err := h.builder(c, s, f, wrong)
	if err != nil {
		return err
	}
	return c.Invalid(page)
}

func (h *Handlers) replay(c *web.Context, s *subject, f *ruleForm, d route.Document) error {
	r, err := h.aliases.StartRehearsal(c.Ctx(), c.Actor(), h.table, s.seen(c, d), f.days)
	if wrong, ok := web.Refused(err); ok {
		return h.refuseRules(c, s, f, wrong)
	}
	if err != nil {
		return err
	}
	return c.See("/models/rehearsals/" + r.ID.String())
}

// builder presents the form. What is wrong with a rule stands at it.
func (h *Handlers) builder(c *web.Context, s *subject, f *ruleForm, wrong web.Refusal) (templ.Component, error) {
	p := views.RulesPage{RuleFrame: s.frame(c, ""), Version: fmt.Sprint(f.version), Unsupported: f.unsupported, Holidays: f.holidays, Days: fmt.Sprint(f.days), Error: wrong.Form,
		Canary: views.CanaryBox{Percent: f.percent, Sticky: f.sticky, Targets: spare(f.canary, 2), PercentError: wrong.Fields["canary.percent"], TargetError: wrong.Fields["canary.targets"]}}
	p.Suggest = h.suggest(c, s.names.Connections)
	for _, a := range s.names.Aliases {
		if s.alias == nil || a.ID != s.alias.ID {
			p.Suggest = append(p.Suggest, a.Name)
		}
	}
	for _, field := range []string{"rules", "alias", "targets", "days"} {
		if p.Error == "" {
			p.Error = wrong.Fields[field]
		}
	}
	p.Strategy, p.Weights, p.Strategies, p.StrategyError = f.strategy, f.weights, strategyOptions, wrong.Fields["strategy"]
	p.HolidayError = wrong.Fields["holidays"]
	for i, r := range f.rules {
		at := fmt.Sprintf("rules.%d.", i)
		b := views.RuleBox{N: i, Last: i+1 == len(f.rules), Name: r.name, Kept: r.kept, Strategy: r.strategy, Weights: r.weights, ByText: r.byText, Text: r.text, Any: r.rows.Any, Targets: spare(r.targets, 1),
			NameError: wrong.Fields[at+"name"], WhenError: wrong.Fields[at+"when"], TargetError: wrong.Fields[at+"targets"], StrategyError: wrong.Fields[at+"strategy"]}
		for _, row := range append(slices.Clone(r.rows.Rows), make([]route.Row, 1)...) {
			b.Rows = append(b.Rows, views.RowBox{Fact: row.Fact, Op: row.Op, Value: row.Value})
		}
		if !r.byText {
			b.Text = r.rows.Condition()
		}
		_, b.CanRows = route.RowsOf(r.text)
		p.Rules = append(p.Rules, b)
	}
	p.Facts, p.Ops, p.Templates = factOptions, opOptions, templateOptions
	return views.Rules(p), nil
}

// spare are targets with empty fields to fill.
func spare(targets []string, n int) []string {
	out := slices.DeleteFunc(slices.Clone(targets), func(s string) bool { return s == "" })
	return append(out, make([]string, n)...)
}

func firstTarget(d route.Document) string {
	if len(d.Targets) > 0 {
		return d.Targets[0].To
	}
	return ""
}

var (
	factOptions     = options(append([]route.Word{{Name: "", Says: "Choose …"}}, route.Words...), func(w route.Word) (string, string) { return w.Name, factLabel(w) })
	opOptions       = options(route.Ops, func(o route.Op) (string, string) { return o.Name, o.Label })
	strategyOptions = options(strategies, func(s strategyWords) (string, string) { return string(s.of), s.says })
	templateOptions = options(templates, func(t ruleTemplate) (string, string) { return t.id, t.label })
)

func factLabel(w route.Word) string {
	switch {
	case w.Name == "":
		return w.Says
	case w.Kind == route.Pairs:
		return w.Name + " (name=value)"
	}
	return w.Name
}

func options[T any](all []T, of func(T) (value, label string)) (out []ui.Option) {
	for _, v := range all {
		value, label := of(v)
		out = append(out, ui.Option{Value: value, Label: label})
	}
	return out
}
