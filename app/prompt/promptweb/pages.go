package promptweb

import (
	_ "embed" // for startersYAML
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/bodhi-gateway/bodhi/app/fault"
	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

//go:embed starters.yaml
var startersYAML string

var seenBy = map[prompt.Visibility]string{prompt.Private: "its owner", prompt.Team: "a team", prompt.Everyone: "the organization"}

func (h *Handlers) list(c *web.Context) error {
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	ratings, err := h.library.Ratings(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := views.ListPage{Shell: c.Shell("Prompts", "prompts"), Search: c.QueryParam("q"), Folder: c.QueryParam("folder"), Folders: []ui.Option{{Value: "", Label: "All folders"}}, CanCreate: c.Actor().Role.AtLeast(org.Developer)}
	p.Filtered = p.Search != "" || p.Folder != ""
	var names []string
	for i := range all {
		f := &all[i]
		if o := (ui.Option{Value: f.Folder, Label: f.Folder}); f.Folder != "" && !slices.Contains(p.Folders, o) {
			p.Folders = append(p.Folders, o)
		}
		if matches(f, p.Search, p.Folder) {
			names = append(names, asked(f)...)
		}
	}
	spent, err := h.spent(c, names)
	if err != nil {
		return err
	}
	for i := range all {
		f := &all[i]
		if !matches(f, p.Search, p.Folder) {
			continue
		}
		sum := spent.sum(asked(f))
		r := views.Row{Name: f.Name, Href: href(f), About: f.About, Folder: f.Folder, Seen: seenBy[f.Visibility], Rating: rated(ratings[f.ID])}
		for _, l := range f.Labels {
			r.Labels += ", " + l.Name + " v" + strconv.Itoa(l.Number)
		}
		if r.Labels = strings.TrimPrefix(r.Labels, ", "); sum.Requests > 0 {
			r.Requests = strconv.FormatInt(sum.Requests, 10)
			r.Cost, r.Exact = web.Dollars(sum.Cost)
		}
		p.Rows = append(p.Rows, r)
	}
	return c.Render(views.List(p))
}

func matches(f *prompt.Full, search, folder string) bool {
	if folder != "" && f.Folder != folder {
		return false
	}
	text := f.Name + "\n" + f.About + "\n" + f.Folder
	for _, m := range current(f).Content.Messages {
		text += "\n" + m.Text
	}
	return strings.Contains(strings.ToLower(text), strings.ToLower(strings.TrimSpace(search)))
}

func href(f *prompt.Full) string { return root + "/" + f.ID.String() }

func rated(r prompt.Rating) string {
	if r.Count == 0 {
		return ""
	}
	return fmt.Sprintf("%d.%d of 5 (%d)", r.Mean()/10, r.Mean()%10, r.Count)
}

func (h *Handlers) new(c *web.Context) error {
	f := views.Fields{Kind: string(prompt.Chat), Visibility: string(prompt.Private), Production: true}
	return h.renderNew(c, f, web.Refusal{})
}

func (h *Handlers) renderNew(c *web.Context, f views.Fields, wrong web.Refusal) error {
	p := views.EditPage{Shell: c.Shell("New prompt", "prompts"), Title: "New prompt", Sub: "Its first version. Versions never change; labels point to the one that requests get.", Action: root, Submit: "Create prompt", Back: root,
		Crumbs: crumbs("", "", "New prompt"), About: true, Content: true, Fields: f, Form: wrong.Form, Errors: wrong.Fields}
	return h.rendered(c, p, wrong)
}

// rendered answers with a form: 422 where something is wrong.
func (h *Handlers) rendered(c *web.Context, p views.EditPage, wrong web.Refusal) (err error) {
	if p.Visibilities, p.Teams, err = h.whoSees(c); err != nil {
		return err
	}
	said(&p)
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
		return h.renderNew(c, f, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash("Prompt created. Requests find it within a second.")
	return c.See(href(&made))
}

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
		Form: wrong.Form, Errors: wrong.Fields}, wrong)
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
	return h.renderVersion(c, &f, fields, web.Refusal{})
}

func (h *Handlers) renderVersion(c *web.Context, f *prompt.Full, fields views.Fields, wrong web.Refusal) error {
	return h.rendered(c, views.EditPage{Shell: c.Shell(f.Name, "prompts"), Title: "New version of " + f.Name, Sub: "Requests get it once a label is moved to it, or by its number.", Action: href(f) + "/versions", Submit: "Save version", Back: href(f),
		Crumbs: crumbs(f.Name, href(f), "New version"), Content: true, Fields: fields, Form: wrong.Form, Errors: wrong.Fields}, wrong)
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
	content, err := contentOf(fields)
	var v prompt.Version
	if err == nil {
		v, err = h.library.Revise(c.Ctx(), c.Actor(), f.ID, content, fields.Message)
	}
	if wrong, ok := web.Refused(err); ok {
		return h.renderVersion(c, &f, fields, wrong)
	}
	if err != nil {
		return err
	}
	c.Flash(fmt.Sprintf("Version %d saved. Move a label to it when requests should get it.", v.Number))
	return c.See(href(&f) + "?version=" + strconv.Itoa(v.Number))
}

func (h *Handlers) export(c *web.Context) error {
	f, err := h.get(c)
	if err != nil {
		return err
	}
	text, err := writeYAML(fileOf(&f))
	if err != nil {
		return err
	}
	c.Response().Header().Set("Content-Disposition", `attachment; filename="`+f.Name+`.yaml"`)
	return c.Blob(200, "application/yaml; charset=utf-8", []byte(text))
}

func (h *Handlers) starters(c *web.Context) error {
	docs, err := readFile("text", startersYAML)
	if err != nil {
		return err
	}
	all, err := h.library.List(c.Ctx(), c.Actor())
	if err != nil {
		return err
	}
	p := views.StartersPage{Shell: c.Shell("Starter set", "prompts"), MayAdd: c.Actor().Role.AtLeast(org.Lead)}
	for _, d := range docs {
		s := views.Starter{Name: d.Name, About: d.About, Folder: d.Folder, Model: d.Model, Messages: shown(d.Name, d.Messages)}
		if s.YAML, err = writeYAML(d); err != nil {
			return err
		}
		if i := slices.IndexFunc(all, func(f prompt.Full) bool { return f.Name == d.Name }); i >= 0 {
			s.There = href(&all[i])
		}
		p.Rows = append(p.Rows, s)
	}
	return c.Render(views.Starters(p))
}

func shown(prefix string, all []prompt.Message) (out []views.Message) {
	for i, m := range all {
		out = append(out, views.Message{ID: "m-" + prefix + "-" + strconv.Itoa(i), Role: strings.ToUpper(m.Role[:1]) + m.Role[1:], Text: m.Text})
	}
	return out
}

func (h *Handlers) importForm(c *web.Context) error {
	return h.renderImport(c, views.ImportPage{Visibility: string(prompt.Private)}, web.Refusal{})
}

func (h *Handlers) renderImport(c *web.Context, p views.ImportPage, wrong web.Refusal) (err error) {
	p.Shell, p.Form, p.Errors = c.Shell("Import prompts", "prompts"), wrong.Form, wrong.Fields
	if p.Visibilities, p.Teams, err = h.whoSees(c); err != nil {
		return err
	}
	var page templ.Component = views.Import(p)
	if wrong.Form != "" || len(wrong.Fields) > 0 {
		return c.Invalid(page)
	}
	return c.Render(page)
}
