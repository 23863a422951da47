package promptweb

import (
	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// changeable is a prompt that the actor may change.
func (h *Handlers) changeable(c *web.Context) (prompt.Full, error) {
	f, err := h.get(c)
	if err == nil && !prompt.May(c.Actor(), &f.Prompt) {
		err = fault.New(fault.Forbidden, "forbidden", "You can see and use this prompt, but not change it. Ask its owner, a developer of its team, or a lead.")
	}
	return f, err
}

func (h *Handlers) edit(c *web.Context) error {
	f, err := h.changeable(c)
	if err != nil {
		return err
	}
	fields := views.Fields{AboutText: f.About, Folder: f.Folder, Visibility: string(f.Visibility)}
	if f.Visibility == prompt.Team {
		fields.Team = f.Team.String()
	}
	return h.renderEdit(c, &f, fields, web.Refusal{})
}

func (h *Handlers) renderEdit(c *web.Context, f *prompt.Full, fields views.Fields, wrong web.Refusal) error {
	return h.rendered(c, views.EditPage{Shell: c.Shell(f.Name, "prompts"), Title: "Edit " + f.Name, Action: href(f), Submit: "Save", Back: href(f), Crumbs: crumbs(f.Name, href(f), "Edit"), About: true, Fixed: true, Fields: fields,
		Form: wrong.Form, Errors: wrong.Fields}, &f.Prompt, wrong)
}

func (h *Handlers) update(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	fields, err := typed(c)
	if err != nil {
		return err
	}
	_, err = h.library.Update(c.Ctx(), c.Actor(), f.ID, inputOf(fields))
	if wrong, ok := web.Refused(err); ok {
		return h.renderEdit(c, &f, fields, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Saved.")
	return c.See(href(&f))
}
