package promptweb

import (
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/bodhi-gateway/bodhi/app/id"
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
	Estimate *promptEstimateJSON `json:"estimate"` // what such a request would cost
}

// promptDraftInput is a content that is not stored, to be filled in.
type promptDraftInput struct {
	Prompt    string          `json:"prompt"`    // id of the prompt that it would be a version of; "" = of a new one
	Kind      string          `json:"kind"`      // of a new one; chat without
	Content   json.RawMessage `json:"content"`   // model, messages, variables, tools, schema, settings
	Variables json.RawMessage `json:"variables"` // an object of values by name
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
	f, err := h.library.Get(c.Ctx(), c.Actor(), which)
	if err != nil {
		return err
	}
	all, err := h.library.Preview(c.Ctx(), c.Actor(), which, in.Version, sent)
	if err != nil {
		return err
	}
	v, ok := f.Version(in.Version)
	if !ok {
		return prompt.Missing()
	}
	return h.previewed(c, v.Content.Model, all, prompt.WeightOf(v.Content, all))
}

func (h *Handlers) previewed(c *web.Context, model string, all []prompt.Message, w prompt.Weight) error {
	out := promptPreviewJSON{Messages: make([]promptMessageJSON, len(all)), Estimate: estimateOut(h.cost(c, model, w))}
	for i, m := range all {
		out.Messages[i] = promptMessageJSON(m)
	}
	return c.JSON(http.StatusOK, out)
}

func (h *Handlers) apiDraft(c *web.Context) error {
	in, err := web.Decode[promptDraftInput](c)
	if err != nil {
		return err
	}
	d := prompt.Draft{Input: prompt.Input{Kind: prompt.Kind(or(in.Kind, string(prompt.Chat))), Visibility: prompt.Private}}
	if in.Prompt != "" {
		if d.Prompt, err = id.ParsePrompt(in.Prompt); err != nil {
			return prompt.Missing()
		}
	}
	if d.Content, err = readContent(in.Content); err != nil {
		return err
	}
	if len(in.Variables) > 0 {
		if err := strictly("variables", in.Variables, &d.Sent); err != nil {
			return err
		}
	}
	out, err := h.library.Draft(c.Ctx(), c.Actor(), d)
	if err != nil {
		return err
	}
	return h.previewed(c, d.Content.Model, out.Messages, out.Weight)
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
