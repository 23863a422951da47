package promptweb

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/money"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/usage"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

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
		out = append(out, ui.Fact{Label: "Last 30 days", Value: web.Plural(sum.Requests, "request") + ", " + short, Title: exact})
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

func versionRow(c *web.Context, f *prompt.Full, v *prompt.Version, s spending, timed map[string][]usage.Timing, may bool) views.VersionRow {
	n := strconv.Itoa(v.Number)
	t := s.by[prompt.Prefix+f.Name+"@v"+n]
	r := views.VersionRow{Number: n, Href: href(f) + "?version=" + n, Labels: strings.Join(f.At(v.Number), ", "), Message: v.Message, By: v.By, When: c.When(v.At)}
	if t.Requests > 0 {
		r.Requests, r.Errors, r.Tokens = web.Count(t.Requests), web.Count(t.Errors()), web.Count(t.Tokens())
		r.Cost, r.Exact = web.Dollars(t.Cost)
		r.Mean, _ = web.Dollars(t.Cost / money.USD(t.Requests))
	}
	if all := usage.All(timed[prompt.Prefix+f.Name+"@v"+n]); all.Answered > 0 {
		r.Half, r.Most = web.Took(all.P50), web.Took(all.P95)
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
