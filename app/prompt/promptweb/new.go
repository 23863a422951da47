package promptweb

import (
	"slices"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

func (h *Handlers) new(c *web.Context) error {
	f := views.Fields{Kind: string(prompt.Chat), Visibility: string(prompt.Private), Production: true}
	return h.renderNew(c, f, views.EditPage{}, web.Refusal{})
}

// renderNew is the form of a new prompt; look has what a preview shows.
func (h *Handlers) renderNew(c *web.Context, f views.Fields, look views.EditPage, wrong web.Refusal) error {
	p := views.EditPage{Try: look.Try, Estimate: look.Estimate, Shell: c.Shell("New prompt", "prompts"), Title: "New prompt", Sub: "Its first version. Versions never change; labels point to the one that requests get.", Action: root, Submit: "Create prompt", Back: root,
		Crumbs: crumbs("", "", "New prompt"), About: true, Content: true, Fields: f, Form: wrong.Form, Errors: wrong.Fields}
	return h.rendered(c, p, &prompt.Prompt{}, wrong)
}

// rendered answers with a form: 422 where something is wrong. now is the prompt so far, empty if it is new.
func (h *Handlers) rendered(c *web.Context, p views.EditPage, now *prompt.Prompt, wrong web.Refusal) (err error) {
	if p.Visibilities, p.Teams, err = h.whoSees(c, now); err != nil {
		return err
	}
	said(&p)
	if p.Content && (len(p.Fields.Vars) == 0 || !p.Fields.Vars[len(p.Fields.Vars)-1].Spare) {
		p.Fields.Vars = spared(p.Fields.Vars, spareRows)
	}
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(views.Edit(p))
	}
	return c.Render(views.Edit(p))
}

// said puts what is wrong with something that has no field of its own at the top, and what is wrong with one message beside it.
func said(p *views.EditPage) {
	for _, name := range sortedNames(p.Errors) {
		text := p.Errors[name]
		switch {
		case strings.HasPrefix(name, "messages"):
			p.Errors["messages"] = strings.TrimSpace(p.Errors["messages"] + " " + text)
			if name == "messages" {
				p.Errors[name] = text
			}
		case name == "top_p" || name == "stop" || name == "reasoning_effort":
			p.Errors["more"] = text
		case name == "content" || name == "label":
			p.Form = text
		}
	}
}

func sortedNames(m map[string]string) (out []string) {
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

func crumbs(name, href, title string) []ui.Crumb {
	out := []ui.Crumb{{Label: "Prompts", Href: root}}
	if name != "" {
		out = append(out, ui.Crumb{Label: name, Href: href})
	}
	return append(out, ui.Crumb{Label: title})
}

func (h *Handlers) create(c *web.Context) error {
	f, err := typed(c)
	if err != nil {
		return err
	}
	done, err := h.looked(c, prompt.Draft{Input: inputOf(f)}, f, func(f views.Fields, look views.EditPage, wrong web.Refusal) error {
		return h.renderNew(c, f, look, wrong)
	})
	if done || err != nil {
		return err
	}
	content, err := contentOf(f)
	var made prompt.Full
	if err == nil {
		label := ""
		if f.Production && content.Model != "" || f.Production && f.Kind == string(prompt.Text) {
			label = prompt.Production
		}
		made, err = h.library.Create(c.Ctx(), c.Actor(), inputOf(f), content, f.Message, label)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.renderNew(c, f, views.EditPage{}, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Prompt created. Requests find it within a second.")
	return c.See(href(&made))
}
