package promptweb

import (
	"fmt"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// importFile stores the prompts of a file: those that are there already get a new version, if they say something else. What went well
// before a refusal stays; sending the file again goes on from there.
func (h *Handlers) importFile(c *web.Context) error {
	form, err := c.FormParams()
	if err != nil {
		return fault.Field("", "The form could not be read. Send it again.").Because(err)
	}
	p := views.ImportPage{Text: form.Get("text"), Visibility: form.Get("visibility"), Team: form.Get("team"), Production: form.Get("production") != ""}
	docs, err := readFile("text", p.Text)
	var made, revised, same int
	var last *prompt.Full
	if err == nil {
		in := prompt.Input{Visibility: prompt.Visibility(p.Visibility), Team: teamOf(p.Team)}
		made, revised, same, last, err = h.importAll(c, docs, in, p.Production)
	}
	if wrong, ok := web.Refused(err); ok {
		for _, name := range sortedNames(wrong.Fields) {
			if name != "visibility" && name != "team" && name != "text" {
				wrong.Fields["text"] = strings.TrimSpace(wrong.Fields["text"] + " " + wrong.Fields[name])
			}
		}
		return h.renderImport(c, p, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("%d new, %d with a new version, %d as they were.", made, revised, same))
	if len(docs) == 1 && last != nil {
		return c.See(href(last))
	}
	return c.See(root)
}

func (h *Handlers) importAll(c *web.Context, docs []document, in prompt.Input, production bool) (made, revised, same int, last *prompt.Full, err error) {
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return 0, 0, 0, nil, err
	}
	for _, d := range docs {
		i := slices.IndexFunc(all, func(f prompt.Full) bool { return f.Name == d.Name })
		if i < 0 {
			in.Name, in.Kind, in.About, in.Folder = d.Name, d.Kind, d.About, d.Folder
			label := ""
			if production {
				label = prompt.Production
			}
			f, err := h.library.Create(c.Ctx(), c.Actor(), in, d.Content, d.Message, label)
			if err != nil {
				return made, revised, same, last, of(d, err)
			}
			last, made = &f, made+1
			continue
		}
		f := &all[i]
		if last = f; prompt.Same(current(f).Content, d.Content) || prompt.Same(f.Versions[0].Content, d.Content) {
			same++
			continue
		}
		if _, err := h.library.Revise(c.Ctx(), c.Actor(), f.ID, d.Content, or(d.Message, "Imported")); err != nil {
			return made, revised, same, last, of(d, err)
		}
		revised++
	}
	return made, revised, same, last, nil
}

// of says which prompt of a file a refusal is about.
func of(d document, err error) error {
	wrong, ok := web.Refused(err)
	if !ok {
		return err
	}
	text := wrong.Form
	for _, name := range sortedNames(wrong.Fields) {
		if name == "visibility" || name == "team" {
			return err
		}
		text += " " + wrong.Fields[name]
	}
	return fault.Field("text", d.Name+": "+strings.TrimSpace(text))
}

func (h *Handlers) importForm(c *web.Context) error {
	return h.renderImport(c, views.ImportPage{Visibility: string(prompt.Private)}, web.Refusal{})
}

func (h *Handlers) renderImport(c *web.Context, p views.ImportPage, wrong web.Refusal) (err error) {
	p.Shell, p.Form, p.Errors = c.Shell("Import prompts", "prompts"), wrong.Form, wrong.Fields
	if p.Visibilities, p.Teams, err = h.whoSees(c, &prompt.Prompt{}); err != nil {
		return err
	}
	var page templ.Component = views.Import(p)
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(page)
	}
	return c.Render(page)
}
