package batchweb

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/bodhi-gateway/bodhi/app/batch"
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/id"
	"github.com/bodhi-gateway/bodhi/app/route"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/batch"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

const maxSuggest = 300

func (h *Handlers) new(c *web.Context) error {
	return h.form(c, views.Fields{Format: string(batch.JSONL), Priority: "normal"}, nil, web.Refusal{})
}

// form answers with the form: 422 where something is wrong.
func (h *Handlers) form(c *web.Context, f views.Fields, seen *views.Preview, wrong web.Refusal) error {
	p := views.NewPage{Title: "Create a batch", Action: pages, Preview: seen, PreviewAt: pages + "/preview", Submit: "Create batch", Back: pages}
	p.Crumbs = []ui.Crumb{{Label: "Batches", Href: pages}, {Label: p.Title}}
	return h.filled(c, p, f, wrong)
}

// filled answers with a form of a batch or a schedule, with what was typed and what is wrong with it.
func (h *Handlers) filled(c *web.Context, p views.NewPage, f views.Fields, wrong web.Refusal) error {
	p.Shell, p.Zone, p.Fields, p.Form, p.Errors = c.Shell(p.Title, "batches"), c.Zone().String(), f, wrong.Form, wrong.Fields
	off, _, err := h.Batches.Hours(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p.Night = inWords(&off) + "."
	own, err := h.Keys.Own(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	for _, k := range own {
		p.Keys = append(p.Keys, ui.Option{Value: k.ID.String(), Label: k.Name + " (" + k.Hint() + ")"})
	}
	if p.Plan && f.Key != "" && !slices.ContainsFunc(p.Keys, func(o ui.Option) bool { return o.Value == f.Key }) {
		p.Keys = append(p.Keys, ui.Option{Value: f.Key, Label: "The key that it has"}) // somebody else's, whose schedules the viewer may change
	}
	if p.Suggest, err = h.suggest(c); err != nil {
		return err
	}
	if err := h.uploaded(c, &p); err != nil {
		return err
	}
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(views.New(p))
	}
	return c.Render(views.New(p))
}

// suggest are the models that there are; whether the key may have one is said by the gateway.
func (h *Handlers) suggest(c *web.Context) (out []string, err error) {
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

func draft(c *web.Context, f views.Fields) (d batch.Draft, err error) {
	d = batch.Draft{Name: f.Name, Format: batch.Format(f.Format), Text: f.Text, Model: f.Model, System: f.System, Prompt: f.Prompt, IDColumn: f.IDColumn, Priority: f.Priority, Native: f.Native, OffPeak: f.OffPeak}
	d.Key, _ = id.ParseKey(f.Key) // a malformed id is no key of theirs
	if f.Upload != "" {
		if d.Upload, err = id.ParseFile(f.Upload); err != nil {
			return d, fault.Field("text", "The file that you uploaded is not here. Choose it again.")
		}
	}
	var errs [3]error
	d.Cap, errs[0] = dollars(f.Cap)
	if f.MaxOutput != "" {
		if d.MaxOutput, errs[1] = strconv.ParseInt(f.MaxOutput, 10, 32); errs[1] != nil || d.MaxOutput < 1 {
			errs[1] = fault.Field("max_output", "The longest answer is a number of tokens, or nothing.")
		}
	}
	if f.StartAt != "" {
		if d.StartAt, errs[2] = time.ParseInLocation("2006-01-02T15:04", f.StartAt, c.Zone()); errs[2] != nil {
			errs[2] = fault.Field("start_at", "Write a day and a time, such as 2026-12-01T22:00.")
		}
	}
	return d, errors.Join(errs[:]...)
}

func (h *Handlers) preview(c *web.Context) error {
	f, err := h.typed(c, h.upload, inForm)
	var p batch.Preview
	if err == nil {
		var d batch.Draft
		if d, err = draft(c, f); err == nil {
			p, err = h.Batches.Preview(c.Ctx(), c.Actor(), d)
		}
	}
	if wrong, ok := web.Refused(err); ok {
		return h.form(c, f, nil, wrong)
	}
	if err != nil {
		return err
	}
	return h.form(c, f, seen(p), web.Refusal{})
}

// seen is a preview as it is shown.
func seen(p batch.Preview) *views.Preview {
	out := &views.Preview{Lines: web.Plural(int64(p.Lines), "request")}
	out.Most, out.Exact = web.Dollars(p.Most)
	for _, s := range p.First {
		x := views.Shown{ID: s.CustomID, Body: s.Body}
		if len(x.Body) > 400 {
			x.Body = strings.ToValidUTF8(x.Body[:400], "") + " …"
		}
		x.Most, x.Exact = web.Dollars(s.Most)
		out.First = append(out.First, x)
	}
	return out
}

func (h *Handlers) create(c *web.Context) error {
	f, err := h.typed(c, h.upload, inForm)
	var e batch.Entry
	if err == nil {
		var d batch.Draft
		if d, err = draft(c, f); err == nil {
			e, err = h.Batches.Add(c.Ctx(), c.Actor(), d)
		}
	}
	if wrong, ok := web.Refused(err); ok {
		return h.form(c, f, nil, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Created. The first results are here in a moment.")
	return c.See(pages + "/" + e.ID.String())
}
