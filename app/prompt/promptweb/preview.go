package promptweb

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/prompt"
	"github.com/bodhi-gateway/bodhi/app/web"
	views "github.com/bodhi-gateway/bodhi/views/prompt"
)

// promptPreviewInput fills a version in.
type promptPreviewInput struct {
	Version   int             `json:"version"`
	Variables json.RawMessage `json:"variables"` // an object of values by name
}

// promptPreviewJSON is what a request would say.
type promptPreviewJSON struct {
	Messages []promptMessageJSON `json:"messages"`
}

// promptMessageJSON is one message.
type promptMessageJSON struct {
	Role string `json:"role"` // system, user or assistant
	Text string `json:"text"`
}

func (h *Handlers) apiPreview(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	in, err := web.Decode[promptPreviewInput](c)
	if err != nil {
		return err
	}
	var sent prompt.Values
	if len(in.Variables) > 0 {
		if err := strictly("variables", in.Variables, &sent); err != nil {
			return err
		}
	}
	all, err := h.library.Preview(c.Ctx(), c.Actor(), which, in.Version, sent)
	if err != nil {
		return err
	}
	out := promptPreviewJSON{Messages: make([]promptMessageJSON, len(all))}
	for i, m := range all {
		out.Messages[i] = promptMessageJSON(m)
	}
	return c.JSON(http.StatusOK, out)
}

// preview shows a prompt's page with what the typed variables make of a version. What is left empty is not sent.
func (h *Handlers) preview(c *web.Context) error {
	which, err := promptID(c)
	if err != nil {
		return err
	}
	form, err := c.FormParams()
	if err != nil {
		return err
	}
	number, _ := strconv.Atoi(form.Get("version")) // what is none is not found
	needs, err := h.library.Needs(c.Ctx(), c.Actor(), which, number)
	if err != nil {
		return err
	}
	sent := prompt.Values{}
	for i := range needs {
		if text := form.Get("var_" + needs[i].Name); text != "" {
			sent[needs[i].Name] = needs[i].FromText(text)
		}
	}
	all, err := h.library.Preview(c.Ctx(), c.Actor(), which, number, sent)
	wrong, refused := web.Refused(err)
	if err != nil && !refused {
		return err
	}
	return h.shown(c, refused, func(p *views.ShowPage) {
		for i := range p.Try.Fields {
			f := &p.Try.Fields[i]
			f.Value, f.Error = form.Get("var_"+f.Name), wrong.Fields["variables."+f.Name]
		}
		p.Try.Error, p.Try.Messages, p.Try.Open = wrong.Form, shown("try", all), true
	})
}
