package promptweb

import (
	"context"
	_ "embed" // for startersYAML
	"slices"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/org"
	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

//go:embed starters.yaml
var startersYAML string

// AddStarters puts the starter set into a library that has none of it, for everybody and in production.
func AddStarters(ctx context.Context, library *prompt.Service, actor org.Actor) error {
	docs, err := readFile("text", startersYAML)
	if err != nil {
		return err
	}
	for _, d := range docs {
		in := prompt.Input{Name: d.Name, Kind: d.Kind, About: d.About, Folder: d.Folder, Visibility: prompt.Everyone}
		if _, err := library.Create(ctx, actor, in, d.Content, d.Message, prompt.Production); err != nil {
			return of(d, err)
		}
	}
	return nil
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
