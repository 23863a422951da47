package patienceweb

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/llm"
	"github.com/bodhi-gateway/bodhi/app/patience"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/patience"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const title = "Timeouts & retries"

func (h *Handlers) list(c *web.Context) error {
	all, err := h.settings.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	page := views.ListPage{Shell: c.Shell(title, "timeouts"), CanChange: c.Actor().Role.AtLeast(patience.MayChange)}
	if len(all) == 0 || all[0].Model != "" || all[0].Operation != "" {
		all = append([]patience.Setting{{}}, all...) // the defaults stand for what nobody set
	}
	for _, s := range all {
		effective, _, has, err := h.settings.Effective(c.Ctx(), c.Actor(), s.Model, s.Operation)
		if err != nil {
			return err
		}
		page.Rows = append(page.Rows, row(s, effective, has))
	}
	return c.Render(views.List(page))
}

func place(s patience.Setting) string {
	return url.Values{"model": {s.Model}, "operation": {string(s.Operation)}}.Encode()
}

func row(s patience.Setting, p patience.Policy, has bool) views.Row {
	w := p.Waits
	r := views.Row{Label: s.Words(), Edit: root + "/edit?" + place(s), Set: has, Model: s.Model, Operation: string(s.Operation),
		Stream: patience.Spell(w.Headers) + " / " + patience.Spell(w.First) + " / " + patience.Spell(w.Gap), Document: patience.Spell(w.Answer), Total: patience.Spell(w.Total),
		Tries: strconv.Itoa(p.TriesBeforeNext) + ", last target " + strconv.Itoa(p.Tries), After: after[p.OnTimeout]}
	if s.Model == "" && s.Operation == "" {
		r.Label = "All requests"
	}
	r.Remove = ui.ConfirmProps{Label: "Remove", Icon: "trash", Small: true, Title: "Remove the setting for " + s.Words() + "?", Text: "The wider settings, in the end the defaults, count again.",
		Action: root + "/remove", Button: "Remove setting", Kind: ui.Destructive}
	return r
}

var after = map[patience.Action]string{patience.AskNext: "next target", patience.AskAgain: "same again", patience.GiveUp: "error", patience.Partial: "next target, later what came"}

func (h *Handlers) edit(c *web.Context) error {
	model, op := c.QueryParam("model"), c.QueryParam("operation")
	_, said, _, err := h.settings.Effective(c.Ctx(), c.Actor(), model, llm.Operation(op))
	if err != nil {
		return err
	}
	f := fieldsOf(said)
	f.Model, f.Operation = model, op
	page, err := h.form(c, f, web.Refusal{})
	if err != nil {
		return err
	}
	return c.Render(page)
}

func fieldsOf(p patience.Policy) views.Fields {
	count := func(n int) string {
		if n == 0 {
			return ""
		}
		return strconv.Itoa(n)
	}
	w := p.Waits
	return views.Fields{Connect: patience.Spell(w.Connect), Headers: patience.Spell(w.Headers), First: patience.Spell(w.First), Gap: patience.Spell(w.Gap), Answer: patience.Spell(w.Answer),
		Total: patience.Spell(w.Total), Tries: count(p.Tries), Before: count(p.TriesBeforeNext), Backoff: patience.Spell(p.Backoff), MaxBackoff: patience.Spell(p.MaxBackoff),
		OnTimeout: string(p.OnTimeout), Growth: string(p.Growth), Unsure: p.RetryUnsure, Refuse: p.RefuseWhenOpen}
}

func (h *Handlers) form(c *web.Context, f views.Fields, wrong web.Refusal) (templ.Component, error) {
	effective, _, _, err := h.settings.Effective(c.Ctx(), c.Actor(), f.Model, llm.Operation(f.Operation))
	if err != nil {
		return nil, err
	}
	aliases, err := h.aliases(c.Ctx(), c.Actor())
	if err != nil {
		return nil, err
	}
	operations := []ui.Option{{Value: "", Label: "All operations"}}
	for _, op := range patience.Operations {
		operations = append(operations, ui.Option{Value: string(op), Label: strings.ReplaceAll(string(op), "_", " ")})
	}
	return views.Edit(views.EditPage{Shell: c.Shell(title, "timeouts"), Fields: f, Now: fieldsOf(effective), Aliases: aliases, Operations: operations, Form: wrong.Form, Errors: wrong.Fields}), nil
}

func typed(c *web.Context) views.Fields {
	v := func(name string) string { return strings.TrimSpace(c.FormValue(name)) }
	return views.Fields{Model: v("model"), Operation: v("operation"), Preset: v("preset"), Connect: v("connect"), Headers: v("headers"), First: v("first"), Gap: v("gap"), Answer: v("answer"),
		Total: v("total"), Tries: v("tries"), Before: v("tries_before_next"), Backoff: v("backoff"), MaxBackoff: v("max_backoff"), OnTimeout: v("on_timeout"), Growth: v("growth"),
		Unsure: v("retry_unsure") != "", Refuse: v("refuse_when_open") != ""}
}

func (h *Handlers) set(c *web.Context) error {
	f := typed(c)
	in := patience.Input{Model: f.Model, Operation: f.Operation, Preset: f.Preset, Connect: f.Connect, Headers: f.Headers, First: f.First, Gap: f.Gap, Answer: f.Answer, Total: f.Total,
		Backoff: f.Backoff, MaxBackoff: f.MaxBackoff, OnTimeout: f.OnTimeout, Growth: f.Growth, RetryUnsure: f.Unsure, RefuseWhenOpen: f.Refuse}
	var err error
	for field, x := range map[string]struct {
		text string
		into *int
	}{"tries": {f.Tries, &in.Tries}, "tries_before_next": {f.Before, &in.TriesBeforeNext}} {
		if x.text == "" {
			continue
		}
		if n, wrong := strconv.Atoi(x.text); wrong != nil || n < 1 {
			err = fault.Field(field, "Enter a whole number of tries from 1 on, or leave it empty.")
		} else {
			*x.into = n
		}
	}
	var s patience.Setting
	if err == nil {
		s, err = h.settings.Set(c.Ctx(), c.Actor(), in)
	}
	if wrong, ok := web.Refused(err); ok {
		page, err := h.form(c, f, wrong)
		if err != nil {
			return err
		}
		return c.Invalid(page)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved for " + s.Words() + ". It holds within a second, on every node.")
	return c.See(root)
}

func (h *Handlers) remove(c *web.Context) error {
	if err := h.settings.Remove(c.Ctx(), c.Actor(), c.FormValue("model"), llm.Operation(c.FormValue("operation"))); err != nil {
		return err
	}
	c.Flash("Removed. The wider settings count again.")
	return c.See(root)
}
