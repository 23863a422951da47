package promptweb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// span is how far back usage is shown.
const span = 30 * 24 * time.Hour

// asked are the names under which a prompt's requests are recorded, the newest version's first.
func asked(f *prompt.Full) (out []string) {
	for _, v := range f.Versions {
		out = append(out, prompt.Prefix+f.Name+"@v"+strconv.Itoa(v.Number))
	}
	return out
}

// spending is what was asked and spent, by recorded name, and which models answered.
type spending struct {
	by     map[string]usage.Totals
	models map[string][]string
}

func (s spending) sum(names []string) (t usage.Totals) {
	for _, n := range names {
		_ = t.Add(s.by[n]) // a page's figure: what overflows is left out
	}
	return t
}

func (h *Handlers) spent(c *web.Context, names []string) (spending, error) {
	out := spending{map[string]usage.Totals{}, map[string][]string{}}
	for part := range slices.Chunk(names, usage.MaxValues) {
		r, err := h.usage.Query(c.Ctx(), c.Actor(), usage.Query{From: c.Now().Add(-span), To: c.Now(), By: []usage.Dim{usage.Asked, usage.Model}, Where: []usage.Filter{{Dim: usage.Asked, Values: part}}, Top: usage.MaxTop})
		if err != nil {
			return out, err
		}
		for _, row := range r.Rows {
			if row.Others || len(row.Values) < 2 {
				continue
			}
			name, model := row.Values[0].ID, row.Values[1].ID
			t := out.by[name]
			_ = t.Add(row.Totals)
			if out.by[name] = t; model != "" && !slices.Contains(out.models[name], model) {
				out.models[name] = append(out.models[name], model)
			}
		}
	}
	return out, nil
}

func (h *Handlers) show(c *web.Context) error { return h.shown(c, false, nil) }

// shown is a prompt's page; change puts in what somebody typed, and what is wrong with it.
func (h *Handlers) shown(c *web.Context, wrong bool, change func(p *views.ShowPage)) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	opinions, err := h.library.Opinions(c.Ctx(), c.Actor(), f.ID)
	if err != nil {
		return err
	}
	spent, err := h.spent(c, asked(&f))
	if err != nil {
		return err
	}
	v := current(&f)
	if n, err := strconv.Atoi(or(c.QueryParam("version"), c.FormValue("version"))); err == nil {
		if other, ok := f.Version(n); ok {
			v = other
		}
	}
	p := views.ShowPage{Shell: c.Shell(f.Name, "prompts"), Name: f.Name, About: f.About, Href: href(&f), CanChange: prompt.May(c.Actor(), &f.Prompt), UsageSpan: "Figures of the last 30 days, as far as you may see them."}
	if p.Shown, err = version(&f, v, c.QueryParam("against")); err != nil {
		return err
	}
	p.Facts = facts(&f, spent)
	p.Delete = ui.ConfirmProps{Label: "Delete", Icon: "trash", Title: "Delete the prompt “" + f.Name + "”?", Text: "With all its versions. Requests that ask for it are refused within a second.", Action: p.Href + "/delete", Button: "Delete prompt", Kind: ui.Destructive}
	p.Label = views.LabelForm{Version: strconv.Itoa(v.Number), MayProtect: prompt.Guards(c.Actor()), Errors: map[string]string{}}
	for _, l := range f.Labels {
		row := views.LabelRow{Name: l.Name, Version: "Version " + strconv.Itoa(l.Number), By: l.By, When: c.When(l.At), Protected: l.Protected}
		if p.CanChange && (!l.Protected || prompt.Guards(c.Actor())) {
			row.Remove = &ui.ConfirmProps{Label: "Remove", Icon: "x", Small: true, Title: "Remove the label “" + l.Name + "”?", Text: "Requests that name it are refused.", Action: p.Href + "/labels/delete", Button: "Remove label", Kind: ui.Destructive, Name: "label", Value: l.Name}
		}
		p.Labels = append(p.Labels, row)
	}
	for i := range f.Versions {
		p.Versions = append(p.Versions, versionRow(c, &f, &f.Versions[i], spent, p.CanChange))
		p.Versions[i].Shown = f.Versions[i].Number == v.Number
		n := strconv.Itoa(f.Versions[i].Number)
		p.Label.Versions = append(p.Label.Versions, ui.Option{Value: n, Label: "Version " + n})
	}
	p.Rate = views.RateForm{Stars: "0", Version: strconv.Itoa(v.Number), Errors: map[string]string{}}
	for _, o := range opinions {
		p.Opinions = append(p.Opinions, opinion(c, o))
		if o.Member == c.Actor().Member {
			p.Rate.Stars, p.Rate.Comment = strconv.Itoa(o.Stars), o.Comment
		}
	}
	p.Snippets = snippets(c, &f, v)
	needs, err := h.library.Needs(c.Ctx(), c.Actor(), f.ID, v.Number)
	if err != nil {
		return err
	}
	p.Try.Version = strconv.Itoa(v.Number)
	for i := range needs {
		p.Try.Fields = append(p.Try.Fields, tryField(&needs[i]))
	}
	if change != nil {
		change(&p)
	}
	if wrong {
		return c.Invalid(views.Show(p))
	}
	return c.Render(views.Show(p))
}

func facts(f *prompt.Full, s spending) []ui.Fact {
	kind := "A chat"
	if f.Kind == prompt.Text {
		kind = "A text that others can include by {{> " + f.Name + "}}"
	}
	out := []ui.Fact{{Label: "Ask for it as", Value: prompt.Prefix + f.Name, Mono: true, Copy: true}, {Label: "Kind", Value: kind}, {Label: "Folder", Value: f.Folder}, {Label: "Seen and used by", Value: seenBy[f.Visibility]}, {Label: "Made by", Value: f.OwnerLabel}}
	var models []string
	for _, name := range asked(f) {
		for _, m := range s.models[name] {
			if !slices.Contains(models, m) {
				models = append(models, m)
			}
		}
	}
	if sum := s.sum(asked(f)); sum.Requests > 0 {
		short, exact := web.Dollars(sum.Cost)
		out = append(out, ui.Fact{Label: "Last 30 days", Value: fmt.Sprintf("%d requests, %s", sum.Requests, short), Title: exact})
	}
	return append(out, ui.Fact{Label: "Answered so far by", Value: strings.Join(models, ", "), Mono: true})
}

func version(f *prompt.Full, v *prompt.Version, against string) (out views.Version, err error) {
	out = views.Version{Number: strconv.Itoa(v.Number), Messages: shown("v", v.Content.Messages)}
	for _, x := range v.Content.Variables {
		row := views.Variable{Name: x.Name, Type: string(x.Type), Required: "no", Default: string(x.Default), About: x.About}
		if x.Required {
			row.Required = "yes"
		}
		if len(x.Options) > 0 {
			row.Type += ": " + strings.Join(x.Options, ", ")
		}
		out.Vars = append(out.Vars, row)
	}
	if out.YAML, err = writeYAML(v.Content); err != nil {
		return out, err
	}
	before := older(f, v, against)
	if before == nil {
		return out, nil
	}
	text, err := writeYAML(before.Content)
	if err != nil {
		return out, err
	}
	out.Against = strconv.Itoa(before.Number)
	for _, l := range web.Around(web.Differ(text, out.YAML)) {
		out.Lines = append(out.Lines, views.Line{Sign: l.Sign, Text: l.Line})
	}
	return out, nil
}

// older is the version that one is compared with: the one named, else the one before; nil without.
func older(f *prompt.Full, v *prompt.Version, against string) *prompt.Version {
	if n, err := strconv.Atoi(against); err == nil && n != v.Number {
		if other, ok := f.Version(n); ok {
			return other
		}
	}
	for i := range f.Versions {
		if f.Versions[i].Number < v.Number {
			return &f.Versions[i]
		}
	}
	return nil
}

func versionRow(c *web.Context, f *prompt.Full, v *prompt.Version, s spending, may bool) views.VersionRow {
	n := strconv.Itoa(v.Number)
	t := s.by[prompt.Prefix+f.Name+"@v"+n]
	r := views.VersionRow{Number: n, Href: href(f) + "?version=" + n, Labels: strings.Join(f.At(v.Number), ", "), Message: v.Message, By: v.By, When: c.When(v.At)}
	if t.Requests > 0 {
		r.Requests, r.Errors, r.Tokens = strconv.FormatInt(t.Requests, 10), strconv.FormatInt(t.Errors(), 10), strconv.FormatInt(t.Tokens(), 10)
		r.Cost, r.Exact = web.Dollars(t.Cost)
		r.Mean, _ = web.Dollars(t.Cost / money.USD(t.Requests))
	}
	if may && len(f.Versions) > 1 && r.Labels == "" {
		r.Delete = &ui.ConfirmProps{Label: "Delete", Icon: "trash", Small: true, Title: "Delete version " + n + "?", Text: "Its number is never given again.", Action: href(f) + "/versions/delete", Button: "Delete version", Kind: ui.Destructive, Name: "version", Value: n}
	}
	return r
}

// tryField is what a variable is typed into.
func tryField(v *prompt.Variable) views.TryField {
	f := views.TryField{Name: v.Name, Hint: v.About, Required: v.Required && v.Default == nil, Long: v.Type == prompt.JSON || v.Type == prompt.String && (v.Max == 0 || v.Max > 200)}
	if v.Type == prompt.Boolean {
		f.Options = []string{"true", "false"}
	}
	f.Options = append(f.Options, v.Options...)
	if v.Default != nil {
		f.Hint += " Without: " + string(v.Default) + "."
	}
	return f
}

func opinion(c *web.Context, o prompt.Opinion) views.Opinion {
	v := views.Opinion{By: o.By, Comment: o.Comment, When: c.When(o.At)}
	if o.Stars > 0 {
		v.Stars = fmt.Sprintf("%d of 5", o.Stars)
	}
	if o.Number > 0 {
		v.Version = "on version " + strconv.Itoa(o.Number)
	}
	return v
}
