package promptweb

import (
	"encoding/json"
	"net/url"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// looked answers the buttons of the form that save nothing: more rows, and a look at what is typed. done is false where the form is to
// be saved.
func (h *Handlers) looked(c *web.Context, d prompt.Draft, f views.Fields, render func(f views.Fields, p views.EditPage, wrong web.Refusal) error) (done bool, err error) {
	switch c.FormValue("do") {
	case "rows":
		f.Vars = spared(f.Vars, 3)
		return true, render(f, views.EditPage{}, web.Refusal{})
	case "preview":
	default:
		return false, nil
	}
	form, err := c.FormParams()
	if err != nil {
		return true, err
	}
	if d.Content, err = contentOf(f); err == nil {
		f.Vars = rowsOf(d.Content.Variables)
		p := views.EditPage{}
		if p, err = h.tried(c, d, form); err == nil {
			return true, render(f, p, web.Refusal{})
		}
	}
	if wrong, ok := web.Refused(err); ok {
		return true, render(f, views.EditPage{}, wrong)
	}
	return true, err
}

// tried fills a draft in: with what is typed, and with examples where nothing is.
func (h *Handlers) tried(c *web.Context, d prompt.Draft, form url.Values) (p views.EditPage, err error) {
	out, err := h.library.Draft(c.Ctx(), c.Actor(), d)
	if err != nil && out.Needs == nil {
		return p, err
	}
	p.Try.Open, d.Sent = true, prompt.Values{}
	for i := range out.Needs {
		v := &out.Needs[i]
		field := tryField(v)
		if field.Required = false; form.Get("var_"+v.Name) != "" {
			field.Value = form.Get("var_" + v.Name)
			d.Sent[v.Name] = v.FromText(field.Value)
		} else if v.Default == nil {
			d.Sent[v.Name], _ = json.Marshal(example(v)) // a value of ours, which has a JSON form
		}
		p.Try.Fields = append(p.Try.Fields, field)
	}
	out, err = h.library.Draft(c.Ctx(), c.Actor(), d)
	if wrong, ok := web.Refused(err); ok {
		for i := range p.Try.Fields {
			p.Try.Fields[i].Error = wrong.Fields["variables."+p.Try.Fields[i].Name]
		}
		p.Try.Error = wrong.Form
		return p, nil
	}
	if err != nil {
		return p, err
	}
	p.Try.Messages, p.Estimate = shown("look", out.Messages), estimateFacts(d.Content.Model, h.cost(c, d.Content.Model, out.Weight))
	return p, nil
}

// example is a value for a variable that nobody gave one.
func example(x *prompt.Variable) any {
	switch x.Type {
	case prompt.Integer, prompt.Number:
		return 1
	case prompt.Boolean:
		return true
	case prompt.Enum:
		return x.Options[0]
	case prompt.JSON:
		return map[string]any{}
	}
	text := []rune("‹" + x.Name + "›")
	if x.Max > 0 && len(text) > x.Max {
		text = text[:x.Max]
	}
	return string(text)
}
