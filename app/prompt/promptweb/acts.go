package promptweb

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
	"github.com/bodhi-gateway/bodhi/views/ui"
)

// did ends an act on a prompt's page: back there, or there again with what is wrong.
func (h *Handlers) did(c *web.Context, err error, flash string, change func(p *views.ShowPage, wrong web.Refusal)) error {
	if wrong, ok := web.Refused(err); ok {
		return h.shown(c, true, func(p *views.ShowPage) {
			if p.Error = wrong.Form; change != nil {
				change(p, wrong)
			}
			if change == nil && p.Error == "" {
				for _, name := range sortedNames(wrong.Fields) {
					p.Error = strings.TrimSpace(p.Error + " " + wrong.Fields[name])
				}
			}
		})
	}
	if err != nil {
		return err
	}
	c.Flash(flash)
	return c.See(root + "/" + c.Param("id"))
}

func (h *Handlers) label(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	name := strings.TrimSpace(c.FormValue("label"))
	number, _ := strconv.Atoi(c.FormValue("version")) // what is none is refused
	_, err = h.library.Move(c.Ctx(), c.Actor(), which, name, number, protect(c))
	return h.did(c, err, fmt.Sprintf("%s is at version %d. Requests get it within a second.", name, number), func(p *views.ShowPage, wrong web.Refusal) {
		p.Label.Name, p.Label.Version, p.Label.Protect, p.Label.Errors = name, c.FormValue("version"), c.FormValue("protect"), wrong.Fields
	})
}

// protect is what was chosen of who may move a label from now on; nil leaves that as it is.
func protect(c *web.Context) *bool {
	on := c.FormValue("protect") == "on"
	if !on && c.FormValue("protect") != "off" || !prompt.Guards(c.Actor()) {
		return nil
	}
	return &on
}

func (h *Handlers) unlabel(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	return h.did(c, h.library.Unlabel(c.Ctx(), c.Actor(), which, c.FormValue("label")), "Label removed.", nil)
}

func (h *Handlers) deleteVersion(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(c.FormValue("version")) // what is none is not found
	return h.did(c, h.library.DeleteVersion(c.Ctx(), c.Actor(), which, number), fmt.Sprintf("Version %d deleted.", number), nil)
}

func (h *Handlers) rate(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	stars, _ := strconv.Atoi(c.FormValue("stars"))
	number, _ := strconv.Atoi(c.FormValue("version"))
	return h.did(c, h.library.Rate(c.Ctx(), c.Actor(), which, stars, number, c.FormValue("comment")), "Thank you.", func(p *views.ShowPage, wrong web.Refusal) {
		p.Rate.Stars, p.Rate.Comment, p.Rate.Errors = c.FormValue("stars"), c.FormValue("comment"), wrong.Fields
	})
}

func (h *Handlers) delete(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	err = h.library.Delete(c.Ctx(), c.Actor(), which)
	if _, refused := web.Refused(err); refused || err != nil {
		return h.did(c, err, "", nil)
	}
	c.Flash("Prompt deleted.")
	return c.See(root)
}

// snippets are how programs ask for a version: by the label that is at it, else by its number.
func snippets(c *web.Context, f *prompt.Full, v *prompt.Version) []ui.Snippet {
	ref := f.Name + "@v" + strconv.Itoa(v.Number)
	if labels := f.At(v.Number); len(labels) > 0 {
		ref = f.Name + "@" + labels[0]
	}
	values := map[string]any{}
	for _, x := range v.Content.Variables {
		switch {
		case x.Default != nil:
			values[x.Name] = x.Default
		case x.Type == prompt.String:
			values[x.Name] = "…"
		default:
			values[x.Name] = example(&x)
		}
	}
	vars, err := json.Marshal(values)
	if err != nil {
		vars = []byte("{}")
	}
	base := c.PublicURL() + "/t/" + c.Organization().Slug + "/v1"
	name, which, _ := strings.Cut(ref, "@")
	return []ui.Snippet{
		{Label: "curl", Text: "curl " + base + "/prompts/" + name + "/chat \\\n  -H \"Authorization: Bearer $BODHI_KEY\" -H \"Content-Type: application/json\" \\\n  -d '" + strings.ReplaceAll(`{"version":"`+which+`","variables":`+string(vars)+`}`, "'", `'\''`) + "'"},
		{Label: "Python", Text: "from openai import OpenAI\n\nclient = OpenAI(base_url=\"" + base + "\", api_key=\"…\")\nanswer = client.chat.completions.create(\n    model=\"prompt:" + ref + "\",\n    messages=[],\n    extra_body={\"prompt\": {\"variables\": " + python(string(vars)) + "}},\n)\nprint(answer.choices[0].message.content)", Note: "pip install openai"},
	}
}

// python is JSON as Python spells it where it differs in what stands in such values most: true, false, null as whole values.
func python(text string) string {
	return strings.NewReplacer(":true", ":True", ":false", ":False", ":null", ":None").Replace(text)
}
