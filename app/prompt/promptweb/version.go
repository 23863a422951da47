package promptweb

import (
	"fmt"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

func (h *Handlers) newVersion(c *web.Context) error {
	f, err := h.changeable(c)
	if err != nil {
		return err
	}
	from := f.Versions[0]
	if n, err := strconv.Atoi(c.QueryParam("from")); err == nil {
		if v, ok := f.Version(n); ok {
			from = *v
		}
	}
	fields, err := again(from.Content)
	if err != nil {
		return err
	}
	return h.renderVersion(c, &f, fields, views.EditPage{}, web.Refusal{})
}

// renderVersion is the form of a new version; look has what a preview shows.
func (h *Handlers) renderVersion(c *web.Context, f *prompt.Full, fields views.Fields, look views.EditPage, wrong web.Refusal) error {
	return h.rendered(c, views.EditPage{Try: look.Try, Estimate: look.Estimate, Shell: c.Shell(f.Name, "prompts"), Title: "New version of " + f.Name, Sub: "Requests get it once a label is moved to it, or by its number.", Action: href(f) + "/versions", Submit: "Save version", Back: href(f),
		Crumbs: crumbs(f.Name, href(f), "New version"), Content: true, Fields: fields, Form: wrong.Form, Errors: wrong.Fields}, &f.Prompt, wrong)
}

func (h *Handlers) revise(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	fields, err := typed(c)
	if err != nil {
		return err
	}
	done, err := h.looked(c, prompt.Draft{Prompt: f.ID}, fields, func(fields views.Fields, look views.EditPage, wrong web.Refusal) error {
		return h.renderVersion(c, &f, fields, look, wrong)
	})
	if done || err != nil {
		return err
	}
	content, err := contentOf(fields)
	var v prompt.Version
	if err == nil {
		v, err = h.library.Revise(c.Ctx(), c.Actor(), f.ID, content, fields.Message)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.renderVersion(c, &f, fields, views.EditPage{}, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Version %d saved. Move a label to it when requests should get it.", v.Number))
	return c.See(href(&f) + "?version=" + strconv.Itoa(v.Number))
}
